"""The rungs that each wanted package can stand on, from the channels' records, before any solve."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from condasync.convert.match import version_key
from condasync.model.record import ChannelRecord
from condasync.model.solve import PinMode, Rung
from condasync.model.spec import CondaSpec
from condasync.model.target import Target
from condasync.solve.availability import best_build, installable, matching, with_version
from condasync.solve.wanted import Wanted

_RELEASE = re.compile(r"(?P<major>(?:\d+!)?\d+)(?P<minor>\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Ask for one package this tightly: `records` are those that meet all of `specs`, never none."""

    rung: Rung
    specs: tuple[CondaSpec, ...]
    records: tuple[ChannelRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Hold how tightly one package can be asked for, tightest step first; each step admits what those before it do.

    No steps: only the solver can tell whether the target needs the package, `preferred` alone speaks for it. `pinned`
    is the local version, or the constraint that a file lists; None when neither is known. `exact` says which versions
    count as the local one. `lost` says why the first step is looser than what was pinned. `dependents` is how many
    requested packages depend on it; `because` says who asks.
    """

    name: str
    steps: tuple[Step, ...]
    because: str
    requested: bool
    pinned: str | None = None
    exact: str | None = None
    preferred: ChannelRecord | None = None
    lost: str | None = None
    dependents: int = 0

    @property
    def base(self) -> int:
        """Return the first step that asks for no more than what a file lists."""
        return next((place for place, step in enumerate(self.steps) if step.rung == "free"), len(self.steps))


def ladder_for(wanted: Wanted, records: Sequence[ChannelRecord], target: Target, mode: PinMode) -> Ladder | None:
    """Return the ladder of one package; `records` are those of its name that a solver may take. None: no build fits.

    With "exact" there is one step and it stays even when no record meets it; with "none" the local version is no step.
    """
    candidates = installable(_with_local(wanted, records), target)
    ladder = Ladder(
        name=wanted.name,
        steps=(),
        because=wanted.because,
        requested=wanted.requested,
        pinned=_pinned(wanted, mode),
        exact=wanted.local.exact if wanted.local and mode != "none" else None,
        preferred=_preferred(wanted, candidates) if mode != "none" else None,
    )
    if not wanted.needed:
        return ladder if candidates else None
    if mode == "exact":
        # The minor of python is the target's; its patch stays a wish.
        asked = _listed(wanted) if wanted.name == "python" else _asked(wanted)[0][1]
        first = asked or _any_version(wanted)
        return replace(ladder, steps=(Step(rung="exact", specs=first, records=candidates),))
    if not candidates:
        return None
    return _stepped(ladder, wanted, candidates, target, mode)


def _stepped(
    ladder: Ladder, wanted: Wanted, candidates: tuple[ChannelRecord, ...], target: Target, mode: PinMode
) -> Ladder:
    asked = [each for each in _asked(wanted) if mode != "none" or each[0] == "free"]
    possible = tuple(spec for spec in _listed(wanted) if matching(candidates, spec))
    if possible != asked[-1][1]:
        asked.append(("free", possible))
    steps = [Step(rung=rung, specs=specs, records=matching_all(candidates, specs)) for rung, specs in asked if specs]
    met = tuple(step for step in steps if step.records)
    lost = ladder.pinned is not None and bool(steps) and not steps[0].records and _tells(steps, met)
    return replace(
        ladder,
        preferred=ladder.preferred or _nearest(wanted, met, mode),
        steps=(*met, Step(rung="free", specs=_any_version(wanted), records=candidates)),
        lost=_lost(wanted.name, ladder.pinned or "", target) if lost else None,
    )


def _nearest(wanted: Wanted, met: Sequence[Step], mode: PinMode) -> ChannelRecord | None:
    """Return the record to wish for where the local version is missing: of its family the next newer or the newest."""
    if wanted.local is None or mode == "none" or not met or met[0].rung == "free":
        return None
    here = version_key(wanted.local.version)
    versions = {record.version: version_key(record.version) for record in met[0].records}
    newer = [version for version, key in versions.items() if key > here]
    version = min(newer, key=version_key) if newer else max(versions, key=version_key)
    return best_build([record for record in met[0].records if record.version == version])


def _lost(name: str, pinned: str, target: Target) -> str:
    if name == "python" and not f"{pinned}.".startswith(f"{target.python}."):
        return f"the environment is for Python {target.python}"
    return f"the channels have no {name} {pinned} for Python {target.python}"


def _any_version(wanted: Wanted) -> tuple[CondaSpec, ...]:
    """Return what asks for the name alone; nothing for python, whose minor is asked for anyway."""
    return () if wanted.name == "python" else (CondaSpec(name=wanted.name),)


def _tells(steps: Sequence[Step], met: Sequence[Step]) -> bool:
    """Return whether a lost first step changes the version: losing only the build does not."""
    first = steps[0]
    return not (met and met[0].rung == first.rung)


def matching_all(records: Sequence[ChannelRecord], specs: Sequence[CondaSpec]) -> tuple[ChannelRecord, ...]:
    """Return the records that meet every spec."""
    found = tuple(records)
    for spec in specs:
        found = matching(found, spec)
    return found


def _asked(wanted: Wanted) -> list[tuple[Rung, tuple[CondaSpec, ...]]]:
    """Return what each rung asks for, tightest first; a file's constraint stays on every rung but the exact one."""
    name, local, listed = wanted.name, wanted.local, _listed(wanted)
    rungs: list[tuple[Rung, tuple[CondaSpec, ...]]] = []
    if local is not None:
        channel = next((spec.channel for spec in wanted.specs if spec.channel), None)
        exact = CondaSpec(name=name, version=local.exact, channel=channel)
        built = [spec for spec in listed if spec.build]
        build = _build(wanted)
        if build is not None:
            rungs.append(("exact", (*built, replace(exact, build=build))))
        rungs.append(("exact", (*built, exact)))
        rungs += [
            (rung, (*listed, CondaSpec(name=name, version=constraint))) for rung, constraint in _families(local.version)
        ]
    rungs.append(("free", listed))
    return rungs


def _listed(wanted: Wanted) -> tuple[CondaSpec, ...]:
    """Return the constraints of files; of an exact pin, which the local version stands for, only the channel stays."""
    local = wanted.local is not None
    kept = (replace(spec, version="", build=None) if local and _is_exact(spec) else spec for spec in wanted.specs)
    return tuple(dict.fromkeys(spec for spec in kept if spec.version or spec.build or spec.channel))


def _build(wanted: Wanted) -> str | None:
    """Return the local build string, when it can count on the target."""
    if wanted.local and wanted.local.record:
        return wanted.local.record.build
    return next((spec.build for spec in wanted.specs if spec.build and _is_exact(spec)), None)


def _is_exact(spec: CondaSpec) -> bool:
    return spec.version.startswith("==") and "," not in spec.version and "|" not in spec.version


def _families(version: str) -> list[tuple[Rung, str]]:
    """Return the constraints for the same minor and major version: `1.26.4` gives `1.26.*` and `1.*`."""
    found = _RELEASE.match(version)
    if found is None:
        return []
    major = found["major"]
    minor: list[tuple[Rung, str]] = [("same-minor", f"{found.group()}.*")] if found["minor"] else []
    return [*minor, ("same-major", f"{major}.*")]


def _pinned(wanted: Wanted, mode: PinMode) -> str | None:
    if wanted.local is not None and mode != "none":
        return wanted.local.version
    stated = [f"{spec.version} {spec.build or ''}".strip() for spec in _listed(wanted) if spec.version or spec.build]
    return " and ".join(stated) or None


def _preferred(wanted: Wanted, candidates: Sequence[ChannelRecord]) -> ChannelRecord | None:
    local = wanted.local
    if local is None:
        return None
    same = with_version(candidates, local.version) or matching(
        candidates, CondaSpec(name=wanted.name, version=local.exact)
    )
    return best_build(same, _build(wanted))


def _with_local(wanted: Wanted, records: Sequence[ChannelRecord]) -> tuple[ChannelRecord, ...]:
    """Return the records, and the captured one when the channels have dropped it."""
    own = wanted.local.record if wanted.local else None
    if own is None or any(record.file_name == own.file_name and record.subdir == own.subdir for record in records):
        return tuple(records)
    return (*records, own)
