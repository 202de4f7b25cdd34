"""Which outcomes a solution really serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from condasync.model.solve import Solution
from condasync.model.target import Target
from condasync.model.translation import Built, Dropped, Kept, Mapped, Outcome, Reason, System, Unmapped


def no_build(name: str, target: Target) -> Reason:
    """Return why a name leaves conda when none of its records fits the target."""
    return Reason(code="no-build-for-target", text=f"no build of {name} for Python {target.python} on {target.subdir}")


def left_out(outcomes: Sequence[Outcome], lost: Mapping[str, Reason]) -> tuple[Outcome, ...]:
    """Return `unmapped` for the outcomes of conda names that were lost, the others as they are."""
    return tuple(_left_out(outcome, lost) for outcome in outcomes)


def settled_outcomes(outcomes: Sequence[Outcome], solution: Solution) -> tuple[Outcome, ...]:
    """Return the outcomes; a conda package that the target turned out not to need becomes `dropped`."""
    names = {record.name for record in solution.records}
    return tuple(_settled(outcome, names) for outcome in outcomes)


def _left_out(outcome: Outcome, lost: Mapping[str, Reason]) -> Outcome:
    match outcome:
        case (
            Kept(specs=specs, package=package, evidence=evidence)
            | Mapped(specs=specs, package=package, evidence=evidence)
            | Built(specs=specs, package=package, evidence=evidence)
            | System(specs=specs, package=package, evidence=evidence)
        ):
            gone = tuple(dict.fromkeys(spec.name for spec in specs if spec.name in lost))
            if not gone:
                return outcome
            text = "; ".join(lost[name].text for name in gone)
            reason = Reason(code=lost[gone[0]].code, text=text)
            return Unmapped(package=package, reason=reason, candidates=gone, evidence=evidence)
        case _:
            return outcome


def _settled(outcome: Outcome, names: set[str]) -> Outcome:
    if isinstance(outcome, Kept) and not any(spec.name in names for spec in outcome.specs):
        reason = Reason(
            code="not-needed",
            text="came along as a dependency on the captured platform; nothing on the target depends on it",
        )
        return Dropped(package=outcome.package, reason=reason, evidence=outcome.evidence)
    return outcome
