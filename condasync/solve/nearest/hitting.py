"""The cheapest way to let packages move so that none of the known refusals holds any more.

Minimum-cost hitting sets (Davies and Bacchus 2011 find optima so): as long as refusals are missing, the result is a
lower bound of what an environment costs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from condasync.solve.nearest.held import Ladders, Standing, Wish

Core: TypeAlias = frozenset[Wish]
"""Wishes that cannot hold together, nor any tighter ones."""
Cost: TypeAlias = tuple[int, int, int, int, int]
"""Of some packages, in the order of `Ladders.cost`: changed, lost, requested, rungs that they fell, dependents."""

_NOTHING: Cost = (0, 0, 0, 0, 0)
_BRANCHES_AT_MOST = 5_000


@dataclass(frozen=True, slots=True)
class Hitting:
    """Find where packages could stand at least; equal questions are answered once."""

    ladders: Ladders
    _known: dict[frozenset[Core], Standing] = field(default_factory=dict)

    def cheapest(self, cores: Iterable[Core]) -> Standing:
        """Return where packages stand at the least cost; who is not named stays at the local version."""
        found: dict[str, int] = {}
        for group in _groups(_least(cores)):
            found |= self._hit(group)
        return found

    def cheaper(self, cores: Iterable[Core], standing: Standing) -> Iterator[Standing]:
        """Yield, for packages that clash with each other, where they could stand for less than they do now."""
        for group in _groups(_least(cores)):
            found = self._hit(group)
            if _sum(found, self.ladders) < _sum({name: standing[name] for name in found}, self.ladders):
                yield found

    def _hit(self, group: list[Core]) -> Standing:
        key = frozenset(group)
        if key not in self._known:
            names = sorted({name for core in group for name, _ in core})
            search = _Search(ladders=self.ladders)
            search.branch({}, {}, _NOTHING, group)
            self._known[key] = {**dict.fromkeys(names, 0), **search.best}
        return self._known[key]


def _least(cores: Iterable[Core]) -> list[Core]:
    """Return the refusals that no other one implies, small ones first."""
    found: list[Core] = []
    for core in sorted(set(cores), key=lambda core: (len(core), sorted(core))):
        places = dict(core)
        if core and not any(all(places.get(name, at + 1) <= at for name, at in other) for other in found):
            found.append(core)
    return found


def _groups(cores: list[Core]) -> list[list[Core]]:
    groups: list[tuple[set[str], list[Core]]] = []
    for core in cores:
        names, members = {name for name, _ in core}, [core]
        apart = []
        for group in groups:
            if group[0] & names:
                names |= group[0]
                members = [*group[1], *members]
            else:
                apart.append(group)
        groups = [*apart, (names, members)]
    return [members for _, members in sorted(groups, key=lambda group: min(group[0]))]


def _price(wish: Wish, ladders: Ladders) -> Cost:
    name, place = wish
    if place == 0:
        return _NOTHING
    ladder = ladders.by_name[name]
    return 1, int(place >= ladders.last(name)), int(ladder.requested), ladders.distance(wish), ladder.dependents


def _sum(standing: Mapping[str, int], ladders: Ladders) -> Cost:
    total = _NOTHING
    for wish in standing.items():
        total = _plus(total, _price(wish, ladders))
    return total


def _plus(one: Cost, other: Cost) -> Cost:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3], one[4] + other[4]


def _minus(one: Cost, other: Cost) -> Cost:
    return one[0] - other[0], one[1] - other[1], one[2] - other[2], one[3] - other[3], one[4] - other[4]


@dataclass(slots=True, kw_only=True)
class _Search:
    """Branch over who moves out of each refusal, and bound by the best that is known.

    Where there are too many ways to look at all, `best` is the best of those that were looked at.
    """

    ladders: Ladders
    best: Mapping[str, int] = field(default_factory=dict)
    cost: Cost | None = None
    branches: int = 0
    prices: dict[Wish, Cost] = field(default_factory=dict)

    def branch(self, places: dict[str, int], stay: Mapping[str, int], cost: Cost, cores: list[Core]) -> None:
        """Try every way to hit the cores that `places` do not hit; a package in `stay` falls no further than that."""
        left = [core for core in cores if all(places.get(name, 0) <= at for name, at in core)]
        self.branches += 1
        if self.cost is not None and (
            self.branches > _BRANCHES_AT_MOST or (cost[0] + _apart(left, places), *cost[1:]) >= self.cost
        ):
            return
        if not left:
            self.best, self.cost = dict(places), cost
            return
        held = dict(stay)
        for name, at in sorted(left[0], key=lambda wish: (self._more(wish, places), wish)):
            if at < held.get(name, at + 1):
                self.branch({**places, name: at + 1}, held, _plus(cost, self._more((name, at), places)), left)
            held[name] = min(at, held.get(name, at))

    def _more(self, wish: Wish, places: Mapping[str, int]) -> Cost:
        """Return what it costs more that a package falls below a step."""
        return _minus(self._price((wish[0], wish[1] + 1)), self._price((wish[0], places.get(wish[0], 0))))

    def _price(self, wish: Wish) -> Cost:
        if wish not in self.prices:
            self.prices[wish] = _price(wish, self.ladders)
        return self.prices[wish]


def _apart(cores: Iterable[Core], places: Mapping[str, int]) -> int:
    """Return how many more packages have to move at least: refusals that share none, none of which has moved yet."""
    met: set[str] = set()
    count = 0
    for core in cores:
        names = {name for name, _ in core}
        if not names & met and not any(places.get(name, 0) for name in names):
            met |= names
            count += 1
    return count
