"""Which wheels need what no environment holds beside the other packages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeAlias

from condasync.convert.requirement import normalise
from condasync.model.solve import Answer, RequestedSpec, Solution, SolveRequest
from condasync.model.spec import CondaSpec
from condasync.model.translation import PipWheel, Reason
from condasync.wheels.settle import needs_of
from condasync.wheels.state import WheelPlan, WheelSearch

Solve: TypeAlias = Callable[[SolveRequest], Answer]
_NAMES_TRIED = 10


def clashing_wheels(
    search: WheelSearch, plan: WheelPlan, request: SolveRequest, solve: Solve, *, lost: Iterable[str] = ()
) -> dict[str, Reason]:
    """Return the wheels whose needs do not hold beside the other packages, with the reason.

    Those that only other wheels need fall with them.

    `request` was asked with the plan's needs; `lost` are conda names that left it. A name that comes back without the
    needs counts more than a wheel. Wheels are tried in order, requested ones first, so that as many as
    possible stay, in halves. {} when the needs are not to blame.
    """
    if not plan.needs:
        return {}
    bare = replace(request, specs=tuple(spec for spec in request.specs if spec not in plan.needs))
    back = [_bare(name) for name in sorted(lost)[:_NAMES_TRIED] if _solves(bare, (_bare(name),), solve)]
    if (lost and not back) or not _solves(bare, back, solve):
        return {}
    found: dict[str, Reason] = {}
    beside = {normalise(need.name) for need in search.beside()}
    captured = [one for one in plan.wheels if one not in plan.needed_wheels or one.wheel.name in beside]
    order = sorted(captured, key=lambda one: (not one.package.requested, one.wheel.name))
    needs = {one.wheel.name: needs_of(one.wheel.name, search) for one in order}
    held = [*back]
    # Needs that hold together hold one by one, so wheels that go together are asked about together.
    todo = [order]
    while todo:
        group = todo.pop()
        wanted = [need for one in group for need in needs[one.wheel.name]]
        if not wanted or _solves(bare, (*held, *wanted), solve):
            held += wanted
        elif len(group) > 1:
            half = len(group) // 2
            todo += [group[half:], group[:half]]
        else:
            found[group[0].wheel.name] = _reason(group[0], needs[group[0].wheel.name])
    return found


def touched(plan: WheelPlan, names: Iterable[str]) -> bool:
    """Return whether a wheel says something about the version of one of these conda packages."""
    constrained = {need.spec.name for need in plan.needs if need.spec.version}
    return not constrained.isdisjoint(names)


def _solves(request: SolveRequest, more: Iterable[RequestedSpec], solve: Solve) -> bool:
    specs = tuple(dict.fromkeys((*request.specs, *more)))
    return isinstance(solve(replace(request, specs=specs)), Solution)


def _bare(name: str) -> RequestedSpec:
    return RequestedSpec(spec=CondaSpec(name=name), because="captured")


def _reason(one: PipWheel, needs: tuple[RequestedSpec, ...]) -> Reason:
    asked = ", ".join(f"{need.spec.name} {need.spec.version}".strip() for need in needs)
    text = f"{one.wheel.file_name} needs {asked}, which no environment holds beside the other packages"
    return Reason(code="wheel-requirement", text=text)
