"""Give pins back, one rung after the other, as long as what is held already still holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from condasync.model.solve import Rung, Solution
from condasync.solve.nearest.held import Held, Ladders, Wish
from condasync.solve.nearest.refusals import Search, conflict, refuted

Rounds: TypeAlias = tuple[tuple[Rung, int], ...]

# Lost names come back first, then constraints of files.
NAMES: Rounds = (("free", -1), ("free", 1), ("free", 0))
# From the local version with its build to the family of its version.
PINS: Rounds = (("exact", 0), ("exact", 1), ("same-minor", 0), ("same-major", 0))


def tightened(held: Held, search: Search, rounds: Rounds) -> Held:
    """Return an environment in which no round can hold anything tighter, unless the budget ends before.

    A round is one step of every ladder: the rung, and which one of its steps. Of packages that cannot all be held,
    those that the last solution had are kept, and of the others the one goes that moves first.
    """
    names = sorted(search.ladders.by_name, key=search.ladders.moves, reverse=True)
    for rung, nth in rounds:
        wishes = [(name, step) for name in names for step in _steps(search.ladders, name, rung)[nth:][:1]]
        held = _with(held, wishes, search)
    return held


def _steps(ladders: Ladders, name: str, rung: Rung) -> list[int]:
    return [place for place, step in enumerate(ladders.by_name[name].steps) if step.rung == rung]


def _with(held: Held, wishes: Sequence[Wish], search: Search) -> Held:
    """Return an environment that holds every wish that it can.

    All open wishes are tried at once; each time that fails, one wish of the conflict waits. Those that waited for a
    wish that then had to go itself are tried again.
    """
    while True:
        held, open_ = _sorted_out(held, wishes, search)
        if not open_ or not search.attempts.go_on():
            return held
        held = _as_many(held, open_, search)


def _as_many(held: Held, open_: tuple[Wish, ...], search: Search) -> Held:
    ladders = search.ladders
    while open_:
        asked = {**held.standing, **dict(open_)}
        found = refuted(asked, search)
        if not found:
            request = ladders.request(asked.items())
            answer = search.attempts.may(request, f"giving back {len(open_)} of the pins")
            if isinstance(answer, Solution):
                return Held(standing=asked, request=request, solution=answer)
            if answer is None:
                break
            found = conflict(asked, answer, search, thorough=False)
        waits = min(set(found) & set(open_), key=lambda wish: ladders.moves(wish[0]))
        held, open_ = _sorted_out(held, [wish for wish in open_ if wish != waits], search)
    return held


def _sorted_out(held: Held, wishes: Sequence[Wish], search: Search) -> tuple[Held, tuple[Wish, ...]]:
    """Return what is held with the wishes that it meets already, and those that only a solve can decide."""
    unmet: list[Wish] = []
    for name, step in wishes:
        if step >= held.standing[name]:
            continue
        if held.meets(search.ladders, (name, step)):
            held = held.tightened(name, step)
        else:
            unmet.append((name, step))
    return held, tuple(wish for wish in unmet if search.refusals.against(wish, held.standing) is None)
