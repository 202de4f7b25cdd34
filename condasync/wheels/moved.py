"""Wheels in another version than the one installed: each is reported as a relaxation."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.version import InvalidVersion, Version

from condasync.model.solve import Relaxation, Rung
from condasync.model.translation import PipWheel


def moved_wheels(wheels: Iterable[PipWheel]) -> tuple[Relaxation, ...]:
    """Return a relaxation per captured wheel whose version differs from the captured one, sorted by name."""
    found = []
    for one in wheels:
        local, locked = one.package.version, one.wheel.version
        rung = None if local is None else _rung(local, locked)
        if local is not None and rung is not None:
            because = f"no package index has a wheel of {one.wheel.name} {local} that installs on the target"
            found.append(
                Relaxation(
                    package=one.wheel.name, local_version=local, locked_version=locked, rung=rung, because=because
                )
            )
    return tuple(sorted(found, key=lambda one: one.package))


def _rung(local: str, locked: str) -> Rung | None:
    """Return how far two versions are apart, None when they are the same."""
    try:
        here, there = Version(local), Version(locked)
    except InvalidVersion:
        return "free"
    if here == there:
        return None
    if (here.epoch, *here.release[:2]) == (there.epoch, *there.release[:2]):
        return "same-minor"
    return "same-major" if (here.epoch, here.major) == (there.epoch, there.major) else "free"


def without_replaced(relaxations: Iterable[Relaxation], wheels: Iterable[PipWheel]) -> tuple[Relaxation, ...]:
    """Return the relaxations without those of conda packages in whose place a wheel is locked, none twice."""
    replaced = {name for one in wheels for name in (*one.candidates, one.wheel.name)}
    kept = (one for one in relaxations if one.locked_version is not None or one.package not in replaced)
    return tuple(dict.fromkeys(kept))
