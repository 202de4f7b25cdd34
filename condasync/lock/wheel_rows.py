"""Rows of a lock for wheels, and which of them an environment.yml asks for."""

from __future__ import annotations

from collections.abc import Sequence

from condasync.convert.extras import extras_in
from condasync.convert.marker import marker_holds
from condasync.convert.requirement import normalise
from condasync.model.lockfile import LockedPackage
from condasync.model.placeholder import below_place, locked_form
from condasync.model.target import Target
from condasync.model.translation import PipWheel
from condasync.model.url import Url


def wheel_rows(wheels: Sequence[PipWheel], platform: str, *, places: Sequence[Url] = ()) -> tuple[LockedPackage, ...]:
    """Return one pip row per wheel, with the requirements that other wheels meet.

    `places` are the indexes that the inputs name: variables in one of them stand in the URLs of its wheels, too.
    """
    names = {one.wheel.name for one in wheels}
    named = [locked_form(place.secret) for place in places]
    return tuple(
        LockedPackage(
            manager="pip",
            name=one.wheel.name,
            version=one.wheel.version,
            platform=platform,
            url=below_place(one.wheel.url.public, named),
            md5=None,
            sha256=one.wheel.sha256,
            dependencies=_dependencies(one, names - {one.wheel.name}),
        )
        for one in wheels
    )


def wheels_to_ask_for(wheels: Sequence[PipWheel], target: Target) -> tuple[tuple[str, str], ...]:
    """Return (name, version) of the wheels that a person would list: requested ones, and those that no other needs.

    A name comes with the extras that it is listed with (`uvicorn[standard]`): nobody else asks for what they need.
    """
    needed = {normalise(need.name) for one in wheels for need in one.needs if normalise(need.name) != one.wheel.name}
    return tuple(
        (_with_extras(one, target), one.wheel.version)
        for one in wheels
        if one.package.requested or one.wheel.name not in needed
    )


def _with_extras(one: PipWheel, target: Target) -> str:
    provided = {normalise(extra) for extra in (*one.wheel.extras, *extras_in(one.wheel.requires))}
    lines = (line for line in one.package.requirements if marker_holds(line.marker, target))
    extras = sorted({normalise(extra) for line in lines for extra in line.extras} & provided)
    return f"{one.wheel.name}[{','.join(extras)}]" if extras else one.wheel.name


def _dependencies(one: PipWheel, names: set[str]) -> tuple[tuple[str, str], ...]:
    """Return (name, specifier) pairs; any version is "", which rattler reads as PEP 508, and "*" would not be."""
    specifiers: dict[str, list[str]] = {}
    for need in one.needs:
        name = normalise(need.name)
        if name in names:
            specifiers.setdefault(name, []).extend([need.specifier] if need.specifier else [])
    return tuple((name, ",".join(dict.fromkeys(found))) for name, found in sorted(specifiers.items()))
