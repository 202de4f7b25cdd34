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

    Who takes a name's requirements up takes them off. Bits only ever fall away: so what a name asks for can be narrowed
    further only when the name itself moved, and its candidates can fall away only when what they ask for moved.
    """

    down: Open = field(default_factory=_nothing)
    up: Open = field(default_factory=_nothing)
    down_limits: Open = field(default_factory=_nothing)
    up_limits: Open = field(default_factory=_nothing)
    _needed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _limited: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _needed_by: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _limited_by: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def follow(self, name: str, needed: Iterable[str], limited: Iterable[str]) -> None:
        """Take up what a name asks for, all of it open."""
        self._needed[name], self._limited[name] = tuple(needed), tuple(limited)
        for other in self._needed[name]:
            self._needed_by[other] = (*self._needed_by.get(other, ()), name)
        for other in self._limited[name]:
            self._limited_by[other] = (*self._limited_by.get(other, ()), name)
        _open(self.down, name, self._needed[name])
        _open(self.up, name, self._needed[name])
        _open(self.down_limits, name, self._limited[name])
        _open(self.up_limits, name, self._limited[name])

    def forced(self, name: str) -> None:
        """Open what counts from now on, because a name must be there."""
        _open(self.down, name, self._needed.get(name, ()))
        _open(self.down_limits, name, self._limited.get(name, ()))
        _open(self.up_limits, name, self._limited.get(name, ()))
        for asker in self._limited_by.get(name, ()):
            self.down_limits[asker].add(name)
            self.up_limits[asker].add(name)

    def moved(self, name: str) -> None:
        """Open what may move next, because candidates of a name fell away."""
        _open(self.down, name, self._needed.get(name, ()))
        _open(self.down_limits, name, self._limited.get(name, ()))
        for asker in self._needed_by.get(name, ()):
            self.up[asker].add(name)
        for asker in self._limited_by.get(name, ()):
            self.up_limits[asker].add(name)

    def settled(self) -> Agenda:
        """Return the same requirements with nothing open, to be gone on with elsewhere."""
        return Agenda(
            _needed=dict(self._needed),
            _limited=dict(self._limited),
            _needed_by=dict(self._needed_by),
            _limited_by=dict(self._limited_by),
        )


def _open(open_: Open, name: str, others: tuple[str, ...]) -> None:
    if others:
        open_[name].update(others)
