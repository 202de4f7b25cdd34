"""What is known not to hold together: told by the records, or learned from solves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from condasync.model.solve import Unsolvable
from condasync.solve.explain.minimal_conflict import minimal_conflict
from condasync.solve.nearest.attempts import Attempts
from condasync.solve.nearest.held import Ladders, Standing, Wish
from condasync.solve.nearest.hitting import Core, Hitting
from condasync.solve.nearest.refute import Refute

_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Hold wishes that cannot hold together, nor any tighter ones; `because` says why, where that is known."""

    wishes: frozenset[Wish]
    because: tuple[str, ...] = ()


class Refusals:
    """Remember refusals over one search; `every` holds them in the order in which they were learned."""

    def __init__(self) -> None:
        self.every: list[Refusal] = []
        self._known: dict[str, list[Refusal]] = {}

    def learn(self, wishes: Iterable[Wish], because: tuple[str, ...] = ()) -> None:
        """Remember that wishes do not hold together."""
        refusal = Refusal(wishes=frozenset(wishes), because=because)
        self.every.append(refusal)
        for name, _ in refusal.wishes:
            self._known.setdefault(name, []).append(refusal)

    def against(self, wish: Wish, standing: Standing) -> Refusal | None:
        """Return the smallest reason why a wish cannot hold beside what stands, None when none is known."""
        then = {**standing, wish[0]: wish[1]}
        found = (
            refusal for refusal in self._known.get(wish[0], ()) if all(then[name] <= at for name, at in refusal.wishes)
        )
        return min(found, key=lambda refusal: len(refusal.wishes), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Hold what the parts of one search share; `tried` are exchanges of packages that did not pay."""

    ladders: Ladders
    attempts: Attempts
    refute: Refute
    refusals: Refusals
    hitting: Hitting
    tried: set[tuple[object, ...]] = field(default_factory=set)

    @property
    def cores(self) -> list[Core]:
        """Return what cannot hold together, as far as it is known."""
        return [one.wishes for one in self.refusals.every]


def refuted(wishes: Standing, search: Search) -> tuple[Wish, ...]:
    """Return wishes that the records show not to hold together, () when they do not show any; they are learned."""
    request = search.ladders.request(wishes.items())
    found = search.refute(request.specs)
    if found is None:
        return ()
    several = tuple(
        (name, wishes[name]) for name in found.names if name in wishes and search.ladders.specs((name, wishes[name]))
    )
    search.refusals.learn(several, found.because)
    return several


def conflict(wishes: Standing, refused: Unsolvable, search: Search, *, thorough: bool) -> tuple[Wish, ...]:
    """Return few wishes that do not hold together, a smallest such set while the budget lasts; they are learned.

    The packages that the engine's explanation names are asked about first: as a rule they are the whole conflict, and
    their solves are short. Where they are not, all wishes count when `thorough`, else all are returned.
    """
    words = {word.rstrip(".") for word in _WORD.findall(refused.explanation)}
    asking = [wish for wish in wishes.items() if search.ladders.specs(wish)]
    named = [wish for wish in asking if wish[0] in words]

    def holds(some: Sequence[Wish]) -> bool:
        return not isinstance(
            search.attempts.may(search.ladders.request(some), "narrowing a conflict down"), Unsolvable
        )

    found = minimal_conflict(named, holds)
    if not found and search.attempts.over:
        found = tuple(named or asking)
    if not found:
        found = (
            minimal_conflict([*named, *(wish for wish in asking if wish not in named)], holds)
            if thorough
            else tuple(asking)
        )
    search.refusals.learn(found)
    return found
