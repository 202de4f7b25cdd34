"""The order in which packages can be installed one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from condasync.model.lockfile import LockedPackage


def in_install_order(rows: Sequence[LockedPackage]) -> tuple[LockedPackage, ...]:
    """Return the rows of one platform, each after what it depends on; alphabetical where that leaves a choice.

    In a circle of dependencies the first one by name comes first.
    """
    left = {row.name: row for row in sorted(rows, key=lambda row: row.name)}
    waits = {name: {other for other, _ in row.dependencies if other in left} - {name} for name, row in left.items()}
    done: list[LockedPackage] = []
    while left:
        ready = [name for name in left if not waits[name] & left.keys()] or [next(iter(left))]
        done += [left.pop(name) for name in ready]
    return tuple(done)
