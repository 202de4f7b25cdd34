"""Which wheels need what no environment holds beside the other packages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from condasync.model.solve import Answer, RequestedSpec, Solution, SolveRequest
from condasync.model.translation import PipWheel, Reason
from condasync.wheels.settle import needs_of
from condasync.wheels.state import WheelSearch


def clashing_wheels(
    search: WheelSearch, request: SolveRequest, solve: Callable[[SolveRequest], Answer]
) -> Mapping[str, Reason]:
    """Return the captured wheels whose needs do not hold beside a request that solves, with the reason.

    They are tried one after the other, requested ones first, so that as many as possible stay; one solve each.
    """
    captured = [one for one in search.outcomes if isinstance(one, PipWheel)]
    held = request
    found: dict[str, Reason] = {}
    for one in sorted(captured, key=lambda one: (not one.package.requested, one.wheel.name)):
        needs = needs_of(one.wheel.name, search)
        tried = replace(held, specs=tuple(dict.fromkeys((*held.specs, *needs))))
        if isinstance(solve(tried), Solution):
            held = tried
        else:
            found[one.wheel.name] = _reason(one, needs)
    return found


def _reason(one: PipWheel, needs: tuple[RequestedSpec, ...]) -> Reason:
    asked = ", ".join(f"{need.spec.name} {need.spec.version}".strip() for need in needs)
    text = f"{one.wheel.file_name} needs {asked}, which no environment holds beside the other packages"
    return Reason(code="wheel-requirement", text=text)
