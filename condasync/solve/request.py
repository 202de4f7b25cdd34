"""From outcomes to the one request that a solver gets."""

from __future__ import annotations

from dataclasses import dataclass

from condasync.model.record import ChannelRecord
from condasync.model.solve import ChannelPriority, Pin, PinMode, PinnedRequest, RequestedSpec, SolveRequest
from condasync.model.spec import CondaSpec
from condasync.model.target import Target
from condasync.model.translation import Kept, Mapped, Outcome, Reason, Unmapped
from condasync.seams import ChannelIndex
from condasync.solve.availability import best_build, installable, with_version
from condasync.solve.pins import pinned
from condasync.solve.wanted import wanted_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Hold a request, and the outcomes after those that the channels cannot serve were set aside."""

    outcomes: tuple[Outcome, ...]
    pinned: PinnedRequest


def request_for(
    outcomes: tuple[Outcome, ...],
    *,
    index: ChannelIndex,
    target: Target,
    python: str | None,
    mode: PinMode,
    channel_priority: ChannelPriority,
) -> Asked:
    """Return what to ask of a solver so that it gives the captured environment, or the nearest to it.

    `python` is the captured or asked full version ("3.11.7"), a soft pin; its minor is the target's and hard.
    """
    specs: list[RequestedSpec] = []
    preferred: dict[str, ChannelRecord] = {}
    pins: list[Pin] = []
    missing: dict[str, str] = {}
    for wanted in wanted_by(outcomes, target):
        one = pinned(wanted, index.records(wanted.name), target, mode)
        if one.missing is not None and wanted.needed:
            missing[wanted.name] = one.missing
        specs += one.specs
        pins += [one.pin] if one.pin else []
        if one.preferred is not None:
            preferred[wanted.name] = one.preferred
    specs.append(RequestedSpec(spec=CondaSpec(name="python", version=f"{target.python}.*"), because="python"))
    if python is not None and "python" not in preferred and mode != "none":
        found = best_build(installable(with_version(index.records("python"), python), target))
        if found is not None:
            preferred["python"] = found
    request = SolveRequest(
        specs=_unique(specs),
        preferred=tuple(preferred[name] for name in sorted(preferred)),
        channel_priority=channel_priority,
    )
    return Asked(
        outcomes=tuple(_set_aside(outcome, missing) for outcome in outcomes),
        pinned=PinnedRequest(request=request, pins=tuple(pins)),
    )


def _unique(specs: list[RequestedSpec]) -> tuple[RequestedSpec, ...]:
    """Return the specs sorted by name without those that say the same twice."""
    first: dict[CondaSpec, RequestedSpec] = {}
    for requested in specs:
        first.setdefault(requested.spec, requested)
    return tuple(sorted(first.values(), key=lambda each: (each.spec.name, each.spec.version, each.spec.build or "")))


def _set_aside(outcome: Outcome, missing: dict[str, str]) -> Outcome:
    """Return `unmapped` for an outcome whose conda package has no build for the target."""
    match outcome:
        case (
            Kept(specs=specs, package=package, evidence=evidence)
            | Mapped(specs=specs, package=package, evidence=evidence)
        ):
            gone = [spec.name for spec in specs if spec.name in missing]
            if not gone:
                return outcome
            return Unmapped(
                package=package,
                reason=Reason(code="no-build-for-target", text="; ".join(missing[name] for name in gone)),
                candidates=tuple(gone),
                evidence=evidence,
            )
        case _:
            return outcome
