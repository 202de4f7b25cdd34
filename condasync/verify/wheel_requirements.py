"""Is every requirement of every locked wheel met by what else is locked, so that pip has nothing left to install."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from condasync.convert.match import record_matches
from condasync.convert.requirement import normalise, requires_for
from condasync.model.finding import Finding
from condasync.model.package import CondaPackage
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Built, Dropped, Kept, Mapped, Outcome, PipWheel
from condasync.model.wheel import Wheel

_CODE = "wheel-requirement"


@dataclass(frozen=True, slots=True, kw_only=True)
class _World:
    """Hold what is there to meet requirements, by name; `standing_for` are outcomes by normalised PyPI name."""

    records: Mapping[str, ChannelRecord]
    wheels: Mapping[str, Wheel]
    standing_for: Mapping[str, Mapped | Kept | Built | Dropped]


def check_wheel_requirements(
    wheels: Sequence[PipWheel], outcomes: Sequence[Outcome], records: Sequence[ChannelRecord], target: Target
) -> tuple[Finding, ...]:
    """Return an error `wheel-requirement` for each requirement of a locked wheel that nothing locked meets.

    `outcomes` say which conda packages stand for which distribution; for a name with several the last one counts.
    Markers are answered for the Python that is locked, versions compared by Python's own rules (PEP 440) where the
    conda version can be read as one.
    """
    world = _World(
        records={record.name: record for record in records},
        wheels={one.wheel.name: one.wheel for one in wheels},
        standing_for=_standing_for(outcomes),
    )
    python = world.records.get("python")
    full = replace(target, python=python.version) if python is not None else target
    return tuple(finding for one in wheels for finding in _faults(one, world, full))


def _standing_for(outcomes: Sequence[Outcome]) -> dict[str, Mapped | Kept | Built | Dropped]:
    found: dict[str, Mapped | Kept | Built | Dropped] = {}
    for outcome in outcomes:
        match outcome:
            case Kept(package=CondaPackage(distributions=distributions)):
                found.update((normalise(one.name), outcome) for one in distributions)
            case Mapped(package=package) | Built(package=package) | Dropped(package=package):
                found[normalise(package.name)] = outcome
            case _:
                pass
    return found


def _faults(one: PipWheel, world: _World, target: Target) -> Iterator[Finding]:
    wheel = one.wheel
    if wheel.requires_python and not _admits(wheel.requires_python, target.python):
        yield _finding(wheel, f"Python {wheel.requires_python}", f"Python {target.python} is locked")
    for need in dict.fromkeys((*requires_for(wheel.requires, target, ()), *one.needs)):
        found = _instead(need, world)
        if found is not None:
            yield _finding(wheel, f"{need.name} {need.specifier}".strip(), found)


def _instead(need: PipRequirement, world: _World) -> str | None:
    """Return what is there instead of what a requirement asks for, None when it is met."""
    name = normalise(need.name)
    wheel = world.wheels.get(name)
    if wheel is not None:
        return None if _admits(need.specifier, wheel.version) else f"{wheel.file_name} is locked"
    match world.standing_for.get(name):
        case None:
            return "no conda package and no wheel of that name is locked"
        case Dropped(reason=reason):
            return None if reason.code == "not-needed" else f"it is left out: {reason.text}"
        case Mapped(specs=specs, release_parts=parts):
            return _conda_instead(need, specs, world, exact=parts is None)
        case Kept(specs=specs) | Built(specs=specs):
            return _conda_instead(need, specs, world, exact=True)


def _conda_instead(need: PipRequirement, specs: Sequence[CondaSpec], world: _World, *, exact: bool) -> str | None:
    missing = [spec.name for spec in specs if spec.name not in world.records]
    if missing:
        return f"conda's {', '.join(missing)} is not locked"
    for place, spec in enumerate(specs):
        record = world.records[spec.name]
        # Only the first name carries the version; where the two sides count differently, the translated spec decides.
        by_python = exact and place == 0 and _is_python_version(record.version)
        if not (_admits(need.specifier, record.version) if by_python else record_matches(spec, record)):
            return f"conda's {record.name} {record.version} is locked"
    return None


def _is_python_version(version: str) -> bool:
    try:
        Version(version)
    except InvalidVersion:
        return False
    return True


def _admits(specifier: str, version: str) -> bool:
    return SpecifierSet(specifier).contains(version, prereleases=True)


def _finding(wheel: Wheel, wants: str, found: str) -> Finding:
    text = f"{wheel.file_name} needs {wants}, but {found}"
    return Finding(code=_CODE, severity="error", text=text, package=wheel.name)
