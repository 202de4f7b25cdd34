"""The stages in order. This module knows the seams and the stages, never an adapter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from condasync.convert.on_platform import EXCLUDED, findings_beside_outcomes, not_on_platform, on_platform
from condasync.convert.virtual_packages import default_virtual_packages, with_overrides
from condasync.engine_check import check_records
from condasync.local_builds import LocalBuilds, build_locals
from condasync.lock.stated_target import stated_virtual_packages
from condasync.model.environment import Environment
from condasync.model.export import Export, ExportQuestion, PlatformExport
from condasync.model.finding import Finding
from condasync.model.lockfile import LockFile
from condasync.model.solve import Solution, Unsolvable
from condasync.model.target import Subdir, Target, VirtualPackageOverride
from condasync.model.translation import Dropped, Outcome, PipWheel, Reason
from condasync.model.verdict import Verdict
from condasync.seams import ChannelIndex, MetadataSource, NameSource, ProjectBuilder, SolverEngine, WheelSource
from condasync.sessions_ahead import Opening, ahead
from condasync.solve.explain.find_conflicts import with_conflicts
from condasync.solve.locked import rows_to_keep
from condasync.solve.nearest.lessons import Lessons
from condasync.solve.nearest.refute import Refuters
from condasync.solve.request import Asked, request_for
from condasync.solve.settle import left_out, settled_outcomes
from condasync.solve.target import PythonChoice, locked_python, python_choice, target_for
from condasync.still_held import checked_in, session_for, was_asked
from condasync.translate.installed_metadata import InstalledFirst
from condasync.translate.translate import translate
from condasync.verify.consistency import check_consistency
from condasync.verify.lock_rows import join_rows
from condasync.verify.presence import check_presence
from condasync.verify.wheel_requirements import check_wheel_requirements
from condasync.wheel_rounds import Ground, nearest_with_wheels
from condasync.wheels.locked import LockedFirst
from condasync.wheels.moved import without_replaced
from condasync.wheels.pack import with_packed

if TYPE_CHECKING:
    from condasync.system.stage import SystemAccount

Tell: TypeAlias = Callable[[str], None]
"""Shows the user which stage runs."""

SystemSearch: TypeAlias = Callable[[Environment, Sequence[Outcome], ChannelIndex], "SystemAccount"]
"""Finds what translated packages still use of the system."""

_PYTHONS_TO_TRY = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Hold the adapters behind the seams.

    `told` gives what the channels have to say of themselves once they are open; `running_python` is the full version of
    the running interpreter; `metadata` says what extras need; without a `builder` local projects stay behind (with
    `leave_projects` it only packs the wheels of `pack_wheels`), without `system` what the system brings; `reference` is
    the engine that verifies where another one solves.
    """

    index_for: Callable[[Subdir], ChannelIndex]
    told: Callable[[], tuple[Finding, ...]]
    names: Sequence[NameSource]
    wheels: WheelSource
    engine: SolverEngine
    running_python: str
    metadata: MetadataSource | None = None
    builder: ProjectBuilder | None = None
    leave_projects: bool = False
    pack_wheels: bool = False
    system: SystemSearch | None = None
    reference: SolverEngine | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    environment: Environment
    question: ExportQuestion
    doors: Doors


def export(environment: Environment, question: ExportQuestion, doors: Doors, *, tell: Tell) -> Export:
    """Return the account of an export: outcomes, request and answer for every platform.

    An unsolvable request is an answer, not an error: the outcomes stay readable.
    """
    if question.locked:
        kept = rows_to_keep(question.locked, question.updates, ())
        doors = replace(doors, wheels=LockedFirst(source=doors.wheels, locked=kept))
    doors = replace(doors, metadata=InstalledFirst(environment, doors.metadata))
    case = _Case(environment=environment, question=question, doors=doors)
    choice = _python(case)
    with ahead(doors.engine, _openings(case, choice)) as engine:
        case = replace(case, doors=replace(doors, engine=engine))
        platforms = tuple(_platform(_on(case, subdir), subdir, choice, tell) for subdir in question.platforms)
    platforms = tuple(_left_to_others(environment, one) for one in platforms)
    local = None if doors.builder is None else doors.builder.channel
    return Export(
        environment=environment,
        question=question if local is None else replace(question, channels=(local, *question.channels)),
        engine=(doors.engine.name, doors.engine.version),
        platforms=platforms,
        findings=(
            *findings_beside_outcomes(environment),
            *check_consistency(environment),
            *((choice.finding,) if choice.finding else ()),
            *doors.told(),
        ),
    )


def _openings(case: _Case, choice: PythonChoice) -> tuple[Opening, ...]:
    """Return what the sessions of several platforms load, as far as it is known: not what is built here."""
    platforms = case.question.platforms
    if len(platforms) == 1 or case.doors.builder is not None or case.question.locked_by is not None:
        return ()
    return tuple(
        (
            case.doors.index_for(subdir).repodata,
            target_for(_on(case, subdir).environment, case.question, subdir, choice.minors[0]),
        )
        for subdir in platforms
    )


def python_for(environment: Environment, question: ExportQuestion, doors: Doors) -> str:
    """Return the minor of Python that an export would lock."""
    return _python(_Case(environment=environment, question=question, doors=doors)).minors[0]


def _python(case: _Case) -> PythonChoice:
    """Return one choice for all platforms, so that a lock holds one Python."""
    index = case.doors.index_for(case.question.platforms[0])
    choice = python_choice(case.environment, case.question, index.records("python"), running=case.doors.running_python)
    kept = locked_python(choice, case.question)
    if kept is not None and _unserved(case, index, kept) == 0:
        return kept
    if len(choice.minors) == 1:
        return choice
    best, fewest = choice, None
    for minor in choice.minors[:_PYTHONS_TO_TRY]:
        one = replace(choice, minors=(minor,))
        unserved = _unserved(case, index, one)
        if fewest is None or unserved < fewest:
            best, fewest = one, unserved
        if unserved == 0:
            break
    return best


def _unserved(case: _Case, index: ChannelIndex, choice: PythonChoice) -> int:
    """Count the packages that this Python cannot have as asked: what the channels allow decides between minors."""
    target = target_for(case.environment, case.question, case.question.platforms[0], choice.minors[0])
    asked, _ = _ask(case, LocalBuilds(index=index), target, choice, system=None)
    return asked.unserved


def _system(case: _Case) -> SystemSearch | None:
    """Return what finds system packages; files say what is wanted, not what this machine happens to have."""
    return None if case.environment.kind == "files" else case.doors.system


def _ask(
    case: _Case, local: LocalBuilds, target: Target, choice: PythonChoice, *, system: SystemSearch | None
) -> tuple[Asked, tuple[Finding, ...]]:
    doors = case.doors
    translation = translate(
        case.environment, names=doors.names, index=local.index, target=target, metadata=doors.metadata
    )
    outcomes, findings = local.over(translation.outcomes), translation.findings + local.findings
    if system is not None:
        used = system(case.environment, outcomes, local.index)
        outcomes, findings = (*outcomes, *used.outcomes), findings + used.findings
    asked = request_for(
        outcomes,
        index=local.index,
        target=target,
        python=choice.full,
        mode=case.question.pin,
        channel_priority=case.question.channel_priority,
        locked=rows_to_keep(case.question.locked, case.question.updates, translation.outcomes),
    )
    return asked, findings


def _on(case: _Case, subdir: Subdir) -> _Case:
    """Return the case as one platform sees it."""
    return replace(case, environment=on_platform(case.environment, subdir))


def _left_to_others(environment: Environment, made: PlatformExport) -> PlatformExport:
    """Return the account with an outcome for each package that only other platforms ask for."""
    subdir = made.target.subdir
    reason = Reason(code=EXCLUDED, text=f"a selector in its file excludes {subdir}")
    others = tuple(Dropped(package=one, reason=reason) for one in not_on_platform(environment, subdir))
    return replace(made, outcomes=(*made.outcomes, *others))


def _platform(case: _Case, subdir: Subdir, choice: PythonChoice, tell: Tell) -> PlatformExport:
    first = _solved(case, subdir, choice, tell)
    return with_packed(first, lambda wheels: _solved(case, subdir, choice, tell, wheels), wanted=case.doors.pack_wheels)


def _solved(
    case: _Case, subdir: Subdir, choice: PythonChoice, tell: Tell, wheels: Sequence[PipWheel] = ()
) -> PlatformExport:
    """Return the account of a platform, where `wheels` are packed as conda packages."""
    target = target_for(case.environment, case.question, subdir, choice.minors[0])
    local = build_locals(
        case.environment,
        names=case.doors.names,
        metadata=case.doors.metadata,
        index=case.doors.index_for(subdir),
        target=target,
        builder=case.doors.builder,
        tell=tell,
        wheels=wheels,
        only_wheels=case.doors.leave_projects,
    )
    index = local.index
    with session_for(case.question, case.doors.engine, index.repodata, target) as session:
        tell(f"translating for {subdir}")
        asked, findings = _ask(case, local, target, choice, system=_system(case))
        ground = Ground(
            environment=case.environment,
            question=case.question,
            names=case.doors.names,
            wheels=case.doors.wheels,
            metadata=case.doors.metadata,
            index=index,
            target=target,
            python=choice.full,
            refuters=Refuters(index, target),
            lessons=Lessons(),
            solve=session.solve,
            tell=lambda doing: tell(f"{doing} for {subdir} with {case.doors.engine.name}"),
        )
        solved = nearest_with_wheels(asked, ground)
        plan, found, answer = solved.plan, solved.found, solved.found.answer
        if isinstance(answer, Unsolvable):
            tell(f"finding out what clashes for {subdir}")
            answer = with_conflicts(answer, found.request, solve=session.solve, records_of=index.records, target=target)
        else:
            engine, reference = case.doors.engine, case.doors.reference
            tell(f"verifying for {subdir} with {(reference or engine).name}")
            checked = checked_in(
                session, answer.records, target, question=case.question, engine=engine, reference=reference
            )
    findings = tuple(dict.fromkeys((*findings, *solved.findings, *case.doors.wheels.findings)))
    if not isinstance(answer, Solution):
        return PlatformExport(
            target=target, outcomes=plan.outcomes, request=found.request, answer=answer, findings=findings
        )
    outcomes = settled_outcomes(left_out(plan.outcomes, found.lost), answer)
    return PlatformExport(
        target=target,
        outcomes=outcomes,
        request=found.request,
        answer=answer,
        relaxations=without_replaced(solved.relaxations, plan.wheels),
        needed_wheels=plan.needed_wheels,
        verified_by=checked.engine,
        as_locked=not was_asked(session),
        refuted=tuple(one for one in checked.findings if one.severity == "error"),
        findings=findings
        + check_presence(answer.records, case.environment, index)
        + checked.findings
        + check_wheel_requirements(plan.wheels, (*outcomes, *plan.needed), answer.records, target),
    )


def verify_lock(
    lock: LockFile,
    *,
    index_for: Callable[[Subdir], ChannelIndex],
    subdirs: Sequence[Subdir],
    overrides: Sequence[tuple[Subdir, VirtualPackageOverride]],
    engine: SolverEngine,
) -> Verdict:
    """Return whether a lock is one consistent environment on each of its platforms."""
    findings: list[Finding] = []
    checked: dict[str, int] = {}
    for subdir in subdirs:
        joined = join_rows(lock, subdir, index_for(subdir))
        stated = stated_virtual_packages(lock, subdir) or default_virtual_packages(subdir)
        given = [override for platform, override in overrides if platform == subdir]
        target = Target(subdir=subdir, python="", virtual_packages=with_overrides(stated, given))
        findings += joined.findings + check_records(joined.records, target, engine=engine).findings
        checked[subdir] = len(joined.records)
    verified_by = (engine.name, engine.version)
    return Verdict(checked=checked, findings=tuple(dict.fromkeys(findings)), verified_by=verified_by)
