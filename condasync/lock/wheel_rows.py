"""Rows of a lock for wheels, and which of them an environment.yml asks for."""

from __future__ import annotations

from collections.abc import Sequence

from condasync.convert.requirement import normalise
from condasync.model.lockfile import LockedPackage
from condasync.model.translation import PipWheel


def wheel_rows(wheels: Sequence[PipWheel], platform: str) -> tuple[LockedPackage, ...]:
    """Return one pip row per wheel, with the requirements that other wheels meet."""
    names = {one.wheel.name for one in wheels}
    return tuple(
        LockedPackage(
            manager="pip",
            name=one.wheel.name,
            version=one.wheel.version,
            platform=platform,
            url=one.wheel.url.public,
            md5=None,
            sha256=one.wheel.sha256,
            dependencies=_dependencies(one, names - {one.wheel.name}),
        )
        for one in wheels
    )


def wheels_to_ask_for(wheels: Sequence[PipWheel]) -> tuple[tuple[str, str], ...]:
    """Return (name, version) of the wheels that a person would list: requested ones, and those that no other needs."""
    needed = {normalise(need.name) for one in wheels for need in one.needs if normalise(need.name) != one.wheel.name}
    return tuple(
        (one.wheel.name, one.wheel.version) for one in wheels if one.package.requested or one.wheel.name not in needed
    )


def _dependencies(one: PipWheel, names: set[str]) -> tuple[tuple[str, str], ...]:
    """Return (name, specifier) pairs; any version is "", which rattler reads as PEP 508, and "*" would not be."""
    specifiers: dict[str, list[str]] = {}
    for need in one.needs:
        name = normalise(need.name)
        if name in names:
            specifiers.setdefault(name, []).extend([need.specifier] if need.specifier else [])
    return tuple((name, ",".join(dict.fromkeys(found))) for name, found in sorted(specifiers.items()))
