"""Let another package of a clash move instead, where that is nearer to the local environment."""

from __future__ import annotations

from collections.abc import Iterator

from condasync.model.solve import Solution
from condasync.solve.nearest.held import Held, Ladders, Wish
from condasync.solve.nearest.refusals import Search, refuted
from condasync.solve.nearest.tighten import PINS, tightened

_FEW = 4


def swapped(held: Held, search: Search) -> Held:
    """Return an environment that costs less, or the same one when no exchange of one package for another does."""
    tried: set[tuple[str, str]] = set()
    better: Held | None = held
    while better is not None:
        held, better = better, None
        for moved, blocker in _exchanges(held, search):
            if (moved, blocker) not in tried and not search.attempts.over:
                tried.add((moved, blocker))
                better = _exchanged(held, moved, blocker, search)
                if better is not None:
                    break
    return held


def _exchanges(held: Held, search: Search) -> Iterator[tuple[str, str]]:
    """Yield who could stay and who could move for it, where that may cost less; those that free most come first."""
    ladders = search.ladders
    blocked: dict[str, list[str]] = {}
    for name in sorted(held.standing, key=ladders.moves, reverse=True):
        for blocker in _blockers(name, held, search):
            blocked.setdefault(blocker, []).append(name)
    for blocker in sorted(blocked, key=lambda name: (-len(blocked[name]), ladders.moves(name))):
        for name in blocked[blocker]:
            if len(blocked[blocker]) > 1 or _least((blocker, 1), ladders) < _least(
                (name, held.standing[name]), ladders
            ):
                yield name, blocker


def _blockers(name: str, held: Held, search: Search) -> Iterator[str]:
    """Yield the packages of a moved package's clash that stand tighter than they must."""
    ladders = search.ladders
    if not 0 < held.standing[name] < ladders.last(name):
        return
    refusal = search.refusals.against((name, 0), held.standing)
    if refusal is None or len(refusal.wishes) > _FEW:
        return
    for other, at in sorted(refusal.wishes):
        if other != name and at < ladders.by_name[other].base:
            yield other


def _least(wish: Wish, ladders: Ladders) -> tuple[bool, int, int, str]:
    """Return what it costs at least that a package stands on a step, in the order of `Ladders.cost`."""
    requested, dependents, name = ladders.moves(wish[0])
    return requested, ladders.distance(wish), dependents, name


def _exchanged(held: Held, moved: str, blocker: str, search: Search) -> Held | None:
    ladders = search.ladders
    standing = {**held.standing, blocker: ladders.by_name[blocker].base, moved: 0}
    if search.refusals.against((moved, 0), standing) or refuted(standing, search):
        return None
    request = ladders.request(standing.items())
    answer = search.attempts.may(request, f"trying to move {blocker} instead of {moved}")
    if not isinstance(answer, Solution):
        return None
    trial = tightened(Held(standing=standing, request=request, solution=answer), search, PINS)
    return trial if ladders.cost(trial.standing) < ladders.cost(held.standing) else None
