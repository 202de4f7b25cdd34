"""Which requirements must be looked at again after something moved; all others would give what they gave before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

Open: TypeAlias = defaultdict[str, set[str]]
"""From a name that asks to the names that it asks for, as far as they must be looked at."""


def _nothing() -> Open:
    return defaultdict(set)


@dataclass(frozen=True, slots=True)
class Agenda:
    """Hold what is open, downwards and upwards, for dependencies and for constraints.

    Who takes a requirement up takes it off. Bits only ever fall away: so what a name asks for can be narrowed further
    only when the name itself moved, and its candidates can fall away only when what they ask for moved.
    """

    down: Open = field(default_factory=_nothing)
    up: Open = field(default_factory=_nothing)
    down_limits: Open = field(default_factory=_nothing)
    up_limits: Open = field(default_factory=_nothing)
    _needed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _limited: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _needed_by: dict[str, list[str]] = field(default_factory=dict)
    _limited_by: dict[str, list[str]] = field(default_factory=dict)

    def follow(self, name: str, needed: Iterable[str], limited: Iterable[str]) -> None:
        """Take up what a name asks for, all of it open."""
        self._needed[name], self._limited[name] = tuple(needed), tuple(limited)
        for other in self._needed[name]:
            self._needed_by.setdefault(other, []).append(name)
        for other in self._limited[name]:
            self._limited_by.setdefault(other, []).append(name)
        self.down[name].update(self._needed[name])
        self.up[name].update(self._needed[name])
        self.down_limits[name].update(self._limited[name])
        self.up_limits[name].update(self._limited[name])

    def forced(self, name: str) -> None:
        """Open what counts from now on, because a name must be there."""
        self.down[name].update(self._needed.get(name, ()))
        self.down_limits[name].update(self._limited.get(name, ()))
        self.up_limits[name].update(self._limited.get(name, ()))
        for asker in self._limited_by.get(name, ()):
            self.down_limits[asker].add(name)
            self.up_limits[asker].add(name)

    def moved(self, name: str) -> None:
        """Open what may move next, because candidates of a name fell away."""
        self.down[name].update(self._needed.get(name, ()))
        self.down_limits[name].update(self._limited.get(name, ()))
        for asker in self._needed_by.get(name, ()):
            self.up[asker].add(name)
        for asker in self._limited_by.get(name, ()):
            self.up_limits[asker].add(name)
