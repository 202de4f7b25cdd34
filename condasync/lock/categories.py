"""Categories of locked packages: what is wanted by a category's requests, directly or through others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from condasync.model.lockfile import LockedPackage

_MAIN = "main"


def with_categories(rows: Sequence[LockedPackage], requested: Mapping[str, str]) -> tuple[LockedPackage, ...]:
    """Return the rows of one platform with the categories of the requests that need them.

    `requested` maps requested names to categories. As in conda-lock, a package that "main" needs is in "main" only; a
    package that no request needs is in "main" as well, for a row without category would not be installed.
    """
    if all(category == _MAIN for category in requested.values()):
        return tuple(rows)
    dependencies: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        dependencies[row.name].update(name for name, _ in row.dependencies)
    categories: defaultdict[str, set[str]] = defaultdict(set)
    for category in sorted(set(requested.values())):
        roots = [name for name, wanted in requested.items() if wanted == category]
        for name in _reachable(roots, dependencies):
            categories[name].add(category)
    return tuple(_placed(row, categories[row.name]) for row in rows)


def _reachable(roots: Sequence[str], dependencies: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    todo = list(roots)
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += dependencies.get(name, set())
    return seen


def _placed(row: LockedPackage, categories: set[str]) -> LockedPackage:
    if not categories or _MAIN in categories:
        return row
    first, *others = sorted(categories)
    return replace(row, category=first, optional=True, more_categories=tuple(others))
