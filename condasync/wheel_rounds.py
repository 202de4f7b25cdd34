"""The rounds between the solve and the wheels: what conda loses becomes a wheel, what wheels need joins the solve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from condasync.model.environment import Environment
from condasync.model.export import ExportQuestion
from condasync.model.finding import Finding
from condasync.model.solve import Answer, Relaxation, Solution, SolveRequest
from condasync.model.target import Target
from condasync.model.translation import Outcome, Reason, Translation
from condasync.seams import ChannelIndex, MetadataSource, NameSource, WheelSource
from condasync.solve.locked import rows_to_keep
from condasync.solve.nearest.held import Ladders
from condasync.solve.nearest.lessons import Lessons
from condasync.solve.nearest.nearest import Nearest, nearest
from condasync.solve.nearest.refute import Refuters
from condasync.solve.nearest.remembered import Remembered
from condasync.solve.request import Asked, request_for
from condasync.solve.settle import left_out
from condasync.translate.translate import translate
from condasync.verify.wheel_requirements import check_wheel_requirements
from condasync.wheels.clash import clashing_wheels, touched
from condasync.wheels.find import find_wheels
from condasync.wheels.needs import answered, unanswered
from condasync.wheels.settle import settle_wheels
from condasync.wheels.state import WheelPlan, WheelSearch

_ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Hold where names, conda packages, wheels and metadata are looked up, and for which target."""

    environment: Environment
    question: ExportQuestion
    names: Sequence[NameSource]
    wheels: WheelSource
    metadata: MetadataSource | None
    index: ChannelIndex
    target: Target

    def translated(self, environment: Environment) -> Translation:
        """Return the translation of an environment, or of a part of it."""
        return translate(environment, names=self.names, index=self.index, target=self.target, metadata=self.metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground(Sources):
    """Hold what the rounds of one platform stand on besides.

    `python` is the full version that is a soft pin; `refuters` and `lessons` carry what one search learned to the next.
    """

    python: str | None
    refuters: Refuters
    lessons: Lessons
    solve: Callable[[SolveRequest], Answer]
    tell: Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """Hold the wheels planned, the nearest environment beside them, and what led there."""

    plan: WheelPlan
    found: Nearest
    relaxations: tuple[Relaxation, ...]
    findings: tuple[Finding, ...]


def nearest_with_wheels(asked: Asked, ground: Ground) -> Solved:
    """Return the nearest environment beside wheels for what conda cannot give.

    What a solve loses goes back to the wheels, and wheels whose requirements do not hold fall out; at most 3 rounds.
    """
    ground = replace(ground, solve=(remembered := Remembered(ground.solve)))
    relaxations: tuple[Relaxation, ...] = ()
    findings: tuple[Finding, ...] = ()
    search = _looked_up(WheelSearch(outcomes=asked.outcomes), ground)
    plan = settle_wheels(search, ground.index, ground.target)
    for turn in range(_ROUNDS):
        relaxations += asked.relaxations
        found = _nearest(replace(asked.ladders, hard=asked.ladders.hard + plan.needs), ground)
        findings += plan.findings + found.findings
        outcomes = left_out(plan.outcomes, found.lost)
        refused = dict(search.refused)
        if turn < _ROUNDS - 1 or found.lost or not isinstance(found.answer, Solution):  # else nothing more can move
            refused |= _refused(asked, ground, _some(remembered, asked, ground), search=search, plan=plan, found=found)
        search = _looked_up(replace(search, outcomes=outcomes, refused=refused), ground)
        after = settle_wheels(search, ground.index, ground.target)
        if after.wheels == plan.wheels and after.needs == plan.needs:
            plan = after
            break
        if turn < _ROUNDS - 1:
            relaxations += tuple(one for one in found.relaxations if one.locked_version is None)
            plan, asked = after, _asked(after.outcomes, ground)
    return Solved(
        plan=plan, found=found, relaxations=relaxations + found.relaxations + plan.relaxations, findings=findings
    )


def wheels_planned(outcomes: tuple[Outcome, ...], sources: Sources) -> WheelPlan:
    """Return the wheels for some outcomes that conda has nothing for, before any solve."""
    return settle_wheels(_looked_up(WheelSearch(outcomes=outcomes), sources), sources.index, sources.target)


def _looked_up(search: WheelSearch, sources: Sources) -> WheelSearch:
    """Return the search for wheels after as many rounds as it takes to know what they need, and what that needs."""
    for _ in range(_ROUNDS):
        search = find_wheels(
            search,
            sources.target,
            sources.wheels,
            constraints=sources.environment.constraints,
            mode=sources.question.pin,
        )
        packages = unanswered(search)
        if not packages:
            break
        translated = sources.translated(replace(sources.environment, packages=packages))
        search = answered(search, translated.outcomes, sources.target)
    return search


def _asked(outcomes: Sequence[Outcome], ground: Ground) -> Asked:
    return request_for(
        outcomes,
        index=ground.index,
        target=ground.target,
        python=ground.python,
        mode=ground.question.pin,
        channel_priority=ground.question.channel_priority,
        locked=rows_to_keep(ground.question.locked, ground.question.updates, outcomes),
    )


def _nearest(ladders: Ladders, ground: Ground, *, thorough: bool = True) -> Nearest:
    refute = ground.refuters(ladders)
    return nearest(ladders, ground.solve, refute=refute, tell=ground.tell, lessons=ground.lessons, thorough=thorough)


def _some(remembered: Remembered, asked: Asked, ground: Ground) -> Callable[[SolveRequest], Answer]:
    """Return what gives any answer that is right, without a solve where it can."""
    refute = ground.refuters(asked.ladders)
    return lambda request: remembered.some(request, refute)


def _refused(
    asked: Asked,
    ground: Ground,
    some: Callable[[SolveRequest], Answer],
    *,
    search: WheelSearch,
    plan: WheelPlan,
    found: Nearest,
) -> dict[str, Reason]:
    """Return the wheels whose requirements do not hold beside an answer, or move what conda gives without them.

    `some` gives any answer that is right.
    """
    if not isinstance(found.answer, Solution):
        return clashing_wheels(search, plan, found.request, some)
    outcomes = (*left_out(plan.outcomes, found.lost), *plan.needed)
    faults = check_wheel_requirements(plan.wheels, outcomes, found.answer.records, ground.target)
    if faults:
        return {one.package: Reason(code=one.code, text=one.text) for one in faults if one.package}
    if touched(plan, (*found.lost, *(one.package for one in found.relaxations))):
        alone = _nearest(asked.ladders, replace(ground, solve=some), thorough=False)
        return clashing_wheels(search, plan, alone.request, some)
    return clashing_wheels(search, plan, found.request, some, lost=found.lost) if found.lost else {}
