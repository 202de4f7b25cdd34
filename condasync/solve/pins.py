"""How tightly each wanted package is held, first form of the ladder: exact, same minor, free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from condasync.model.record import ChannelRecord
from condasync.model.solve import Pin, PinMode, RequestedSpec, Rung
from condasync.model.spec import CondaSpec
from condasync.model.target import Target
from condasync.solve.availability import best_build, installable, matching, with_version
from condasync.solve.wanted import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """Hold what one wanted package adds to a request; `missing` says that no build for this target exists."""

    specs: tuple[RequestedSpec, ...] = ()
    preferred: ChannelRecord | None = None
    pin: Pin | None = None
    missing: str | None = None


def pinned(wanted: Wanted, records: Sequence[ChannelRecord], target: Target, mode: PinMode) -> Pinned:
    """Return how one wanted package enters the request; `records` are all that the channels have of its name."""
    candidates = installable(_with_local(wanted, records), target)
    if not candidates and mode == "relax":
        return Pinned(missing=f"no build of {wanted.name} for Python {target.python} on {target.subdir}")
    match mode:
        case "none":
            return Pinned(specs=_ask(wanted, _without_exact(wanted)))
        case "exact":
            return _exactly(wanted, candidates)
        case "relax":
            return _relaxed(wanted, candidates, target)


def _with_local(wanted: Wanted, records: Sequence[ChannelRecord]) -> tuple[ChannelRecord, ...]:
    """Return the records, and the captured one when the channels have dropped it."""
    own = wanted.local.record if wanted.local else None
    if own is None or any(record.file_name == own.file_name and record.subdir == own.subdir for record in records):
        return tuple(records)
    return (*records, own)


def _exactly(wanted: Wanted, candidates: Sequence[ChannelRecord]) -> Pinned:
    if wanted.local is None or wanted.name == "python":
        return Pinned(specs=_ask(wanted, wanted.specs), preferred=_preferred(wanted, candidates), pin=_pin(wanted))
    spec = _exact_spec(wanted)
    return Pinned(specs=_ask(wanted, (spec,)), preferred=_preferred(wanted, candidates), pin=_pin(wanted))


def _relaxed(wanted: Wanted, candidates: Sequence[ChannelRecord], target: Target) -> Pinned:
    if wanted.local is None or wanted.name == "python":
        return _listed(wanted, candidates, target)
    preferred = _preferred(wanted, candidates)
    if preferred is not None:
        specs = (_exact_spec(wanted),) if wanted.requested else wanted.specs
        return Pinned(specs=_ask(wanted, specs), preferred=preferred, pin=_pin(wanted))
    minor = CondaSpec(name=wanted.name, version=_minor(wanted.local.version))
    because = f"the channels have no {wanted.name} {wanted.local.version} for Python {target.python}"
    if matching(candidates, minor):
        return Pinned(specs=_ask(wanted, (minor,) if wanted.requested else ()), pin=_pin(wanted, "same-minor", because))
    return Pinned(specs=_ask(wanted, ()), pin=_pin(wanted, "free", because))


def _listed(wanted: Wanted, candidates: Sequence[ChannelRecord], target: Target) -> Pinned:
    """Keep the listed constraints that some record meets; let go of one that none meets."""
    kept = tuple(spec for spec in wanted.specs if matching(candidates, spec))
    lost = [spec for spec in wanted.specs if spec not in kept]
    preferred = _preferred(wanted, candidates)
    if not lost or wanted.name == "python":
        return Pinned(specs=_ask(wanted, wanted.specs), preferred=preferred, pin=_pin(wanted))
    asked = " and ".join(f"{spec.version} {spec.build or ''}".strip() or "any" for spec in lost)
    because = f"the channels have no {wanted.name} {asked} for Python {target.python}"
    return Pinned(
        specs=_ask(wanted, kept),
        preferred=preferred,
        pin=Pin(package=wanted.name, version=asked, requested=wanted.requested, rung="free", because=because),
    )


def _preferred(wanted: Wanted, candidates: Sequence[ChannelRecord]) -> ChannelRecord | None:
    if wanted.local is None:
        return None
    same = with_version(candidates, wanted.local.version)
    if not same and "+" in wanted.local.version:
        # conda-forge has no local versions: `2.1.0+cu118` is its 2.1.0, and the build says which CUDA.
        same = with_version(candidates, wanted.local.version.partition("+")[0])
    return best_build(same, wanted.local.record.build if wanted.local.record else None)


def _exact_spec(wanted: Wanted) -> CondaSpec:
    if wanted.local is None:
        raise AssertionError(wanted)
    record = wanted.local.record
    return CondaSpec(
        name=wanted.name,
        version=f"=={wanted.local.version.partition('+')[0]}",
        build=record.build if record else None,
        channel=wanted.specs[0].channel if wanted.specs else None,
    )


def _without_exact(wanted: Wanted) -> tuple[CondaSpec, ...]:
    return tuple(
        CondaSpec(name=spec.name, version="" if spec.version.startswith("==") else spec.version, channel=spec.channel)
        for spec in wanted.specs
    )


def _ask(wanted: Wanted, specs: Sequence[CondaSpec]) -> tuple[RequestedSpec, ...]:
    if not specs and not wanted.needed:
        return ()
    return tuple(RequestedSpec(spec=spec, because=wanted.because) for spec in (specs or (CondaSpec(name=wanted.name),)))


def _pin(wanted: Wanted, rung: Rung = "exact", because: str | None = None) -> Pin | None:
    if wanted.local is None:
        return None
    return Pin(
        package=wanted.name, version=wanted.local.version, requested=wanted.requested, rung=rung, because=because
    )


def _minor(version: str) -> str:
    """Return the constraint that admits the same minor version: `1.26.4` gives `1.26.*`."""
    epoch, bang, rest = version.rpartition("!")
    return f"{epoch}{bang}{'.'.join(rest.partition('+')[0].split('.')[:2])}.*"
