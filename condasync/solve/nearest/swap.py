"""Let other packages of the clashes move instead, where that is nearer to the local environment."""

from __future__ import annotations

from condasync.model.solve import Solution
from condasync.solve.nearest.held import Held, Ladders, Standing
from condasync.solve.nearest.hitting import Core
from condasync.solve.nearest.refusals import Search, refuted
from condasync.solve.nearest.tighten import NAMES, PINS, tightened

_TRIED_AT_MOST = 6


def swapped(held: Held, search: Search) -> Held:
    """Return an environment that costs less, or the same one when none is found.

    What the known refusals would allow is tried, cheapest first: the records refute most of it, which is another
    refusal; the rest is asked of the engine. What did not pay is not tried again beside the same neighbours.
    """
    failed: list[Core] = []
    while len(failed) < _TRIED_AT_MOST:
        change = next(search.hitting.cheaper([*search.cores, *failed], held.standing), None)
        if change is None or not search.attempts.go_on():
            break
        if refuted({**held.standing, **change}, search):
            continue
        better = _changed(held, change, search)
        if better is None:
            failed.append(frozenset(change.items()))
        else:
            held = better
    return held


def _changed(held: Held, change: Standing, search: Search) -> Held | None:
    """Return what a change comes to, None when it cannot be or does not pay."""
    ladders = search.ladders
    moving = {name: place for name, place in change.items() if place > held.standing[name]}
    meaning = _meaning(held, change, ladders)
    if meaning in search.tried:
        return None
    search.tried.add(meaning)
    standing = {**held.standing, **change, **{name: _loosest(name, place, ladders) for name, place in moving.items()}}
    request = ladders.request(standing.items())
    answer = search.attempts.may(request, f"trying to move {' and '.join(sorted(moving))} instead of others")
    if not isinstance(answer, Solution):
        return None
    trial = tightened(Held(standing=standing, request=request, solution=answer), search, PINS)
    if any(place == ladders.last(name) for name, place in standing.items()):
        # What left may be there all the same, and others may come back.
        trial = tightened(tightened(trial, search, NAMES), search, PINS)
    return trial if ladders.cost(trial.standing) < ladders.cost(held.standing) else None


def _meaning(held: Held, change: Standing, ladders: Ladders) -> tuple[object, ...]:
    """Return what a change is, whatever the ladders look like."""
    return tuple(
        (name, ladders.specs((name, held.standing[name])), ladders.specs((name, place)))
        for name, place in sorted(change.items())
        if place != held.standing[name]
    )


def _loosest(name: str, place: int, ladders: Ladders) -> int:
    """Return the last step that a package can fall to without leaving conda, unless it leaves."""
    return max(place, ladders.by_name[name].base)
