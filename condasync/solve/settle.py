"""After the solve: which outcomes the solution really serves, and which pins it moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from condasync.convert.match import record_matches, version_key
from condasync.convert.matchspec import parse_spec
from condasync.model.record import ChannelRecord
from condasync.model.solve import Pin, PinnedRequest, Relaxation, Rung, Solution
from condasync.model.translation import Dropped, Kept, Outcome, Reason


def settled_outcomes(outcomes: Sequence[Outcome], solution: Solution) -> tuple[Outcome, ...]:
    """Return the outcomes; a conda package that the target turned out not to need becomes `dropped`."""
    names = {record.name for record in solution.records}
    return tuple(_settled(outcome, names) for outcome in outcomes)


def relaxations_of(pinned: PinnedRequest, solution: Solution) -> tuple[Relaxation, ...]:
    """Return every pin that the solution does not hold, with what forced it, sorted by name."""
    locked = {record.name: record for record in solution.records}
    preferred = {record.name: record for record in pinned.request.preferred}
    found = [_relaxation(pin, locked, preferred.get(pin.package)) for pin in pinned.pins if pin.package in locked]
    return tuple(sorted((each for each in found if each is not None), key=lambda each: each.package))


def _settled(outcome: Outcome, names: set[str]) -> Outcome:
    if isinstance(outcome, Kept) and not any(spec.name in names for spec in outcome.specs):
        reason = Reason(
            code="not-needed",
            text="came along as a dependency on the captured platform; nothing on the target depends on it",
        )
        return Dropped(package=outcome.package, reason=reason, evidence=outcome.evidence)
    return outcome


def _relaxation(pin: Pin, locked: Mapping[str, ChannelRecord], preferred: ChannelRecord | None) -> Relaxation | None:
    record = locked[pin.package]
    rung: Rung = _rung(pin.version, record.version)
    if rung == "exact" and pin.because is None:
        return None
    if rung == "exact" and version_key(pin.version.partition("+")[0]) == version_key(record.version):
        return None
    return Relaxation(
        package=pin.package,
        local_version=pin.version,
        locked_version=record.version,
        rung=rung if rung != "exact" else pin.rung,
        because=pin.because or _forced_by(pin.package, locked, preferred),
    )


def _forced_by(name: str, locked: Mapping[str, ChannelRecord], preferred: ChannelRecord | None) -> str:
    """Say which locked package keeps the local version out; the first by name where there are several."""
    if preferred is None:
        return f"the channels have no build of {name} in the local version for this target"
    for other in sorted(locked.values(), key=lambda record: record.name):
        for text in other.depends:
            spec = parse_spec(text)
            if spec.name == name and not record_matches(spec, preferred):
                return f"{other.name} {other.version} needs {text}"
        for text in other.constrains:
            spec = parse_spec(text)
            if spec.name == name and not record_matches(spec, preferred):
                return f"{other.name} {other.version} does not go with it: it constrains {text}"
    for text in preferred.depends:
        spec = parse_spec(text)
        found = locked.get(spec.name)
        if found is not None and not record_matches(spec, found):
            return f"{name} {preferred.version} needs {text}, and {found.name} is locked at {found.version}"
    return "the solver found no environment that holds it together with the requested packages"


def _rung(local: str, locked: str) -> Rung:
    here, there = local.partition("+")[0], locked.partition("+")[0]
    if version_key(here) == version_key(there):
        return "exact"
    ours, theirs = here.split("."), there.split(".")
    if ours[:2] == theirs[:2]:
        return "same-minor"
    return "same-major" if ours[:1] == theirs[:1] else "free"
