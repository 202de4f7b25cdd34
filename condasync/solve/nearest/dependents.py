"""How many requested packages depend on a package: the one that fewer depend on is moved first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from condasync.solve.nearest.clash import names_in
from condasync.solve.nearest.ladder import Ladder


def with_dependents(ladders: Sequence[Ladder]) -> tuple[Ladder, ...]:
    """Return the ladders with their number of requested dependents, direct and through other wanted packages.

    A package's dependencies are those of the record that is wanted most: the preferred one, else the last of the
    tightest step.
    """
    names = {ladder.name for ladder in ladders}
    needs = {ladder.name: _needs(ladder) & names for ladder in ladders}
    counts = dict.fromkeys(names, 0)
    for ladder in ladders:
        if ladder.requested:
            for name in _closure(ladder.name, needs) - {ladder.name}:
                counts[name] += 1
    return tuple(replace(ladder, dependents=counts[ladder.name]) for ladder in ladders)


def _needs(ladder: Ladder) -> frozenset[str]:
    record = ladder.preferred
    if record is None and ladder.steps and ladder.steps[0].records:
        record = ladder.steps[0].records[-1]
    return names_in([record]) if record else frozenset()


def _closure(name: str, needs: dict[str, frozenset[str]]) -> set[str]:
    found: set[str] = set()
    todo = [name]
    while todo:
        new = needs[todo.pop()] - found
        found |= new
        todo += new
    return found
