"""The first environment: every name that can be had, with what files list, however far from the local versions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from condasync.model.solve import Solution, Unsolvable
from condasync.solve.nearest.clash import needed_by
from condasync.solve.nearest.held import Held, Ladders, Standing, Wish
from condasync.solve.nearest.refusals import Search, conflict, refuted
from condasync.solve.nearest.tighten import NAMES, tightened

_SEVERAL = 2


def first_environment(search: Search, earlier: Standing | None) -> Held | Unsolvable:
    """Return an environment that holds as many names as can be had together; Unsolvable when not even python can.

    What is asked for first: where packages stood `earlier`, else what files list, as most environments hold; then the
    environment that costs least as far as the records can tell; then one is put together name by name.
    """
    ladders = search.ladders
    if earlier is None:
        held = _held(_as_listed(ladders), search)
    elif held := None if refuted(earlier, search) else _held(earlier, search):
        held = tightened(held, search, NAMES)
    return held or _by_the_records(search) or _name_by_name(search)


def _held(standing: Standing, search: Search) -> Held | None:
    request = search.ladders.request(standing.items())
    answer = search.attempts.must(request, "solving")
    return Held(standing=standing, request=request, solution=answer) if isinstance(answer, Solution) else None


def _by_the_records(search: Search) -> Held | None:
    """Return the environment that costs least as far as the records refute others, None where the engine refutes it."""
    standing: Standing = dict.fromkeys(search.ladders.by_name, 0)
    while refuted(standing, search):
        if not search.attempts.go_on():
            return None
        standing = {**dict.fromkeys(standing, 0), **search.hitting.cheapest(search.cores)}
    request = search.ladders.request(standing.items())
    answer = search.attempts.may(request, "solving")
    return Held(standing=standing, request=request, solution=answer) if isinstance(answer, Solution) else None


def _name_by_name(search: Search) -> Held | Unsolvable:
    """Return what is left of the names that files list when as few as needed have left.

    Where names or listed constraints clash, a constraint moves before a name, and else by the rule of who moves first.
    A name in whose way several others had to leave is tried without, and stays out where that costs less.
    """
    ladders = search.ladders
    standing = _as_listed(ladders)
    best = _solvable(standing, search)
    if isinstance(best, Held):
        for blocker in _blockers(best, search):
            if not search.attempts.go_on():
                break
            out = {name: ladders.last(name) for name in (blocker, *_needing(blocker, ladders))}
            trial = _solvable({**standing, **out}, search)
            if isinstance(trial, Held) and ladders.cost(trial.met(ladders)) < ladders.cost(best.met(ladders)):
                best = trial
    return best


def _as_listed(ladders: Ladders) -> Standing:
    return {name: ladder.base for name, ladder in ladders.by_name.items()}


def _solvable(standing: Standing, search: Search) -> Held | Unsolvable:
    """Return what is left of a standing when as little as needed has moved."""
    ladders = search.ladders
    found = refuted(standing, search)
    while True:
        if not found:
            request = ladders.request(standing.items())
            answer = search.attempts.must(request, "solving")
            if isinstance(answer, Solution):
                held = Held(standing=standing, request=request, solution=answer)
                return tightened(held, search, NAMES)
            found = refuted(standing, search) or conflict(standing, answer, search, thorough=True)
            if not found:
                return answer
        moving = _moving(found, ladders, all_of_them=search.attempts.over)
        standing = {**standing, **{name: standing[name] + 1 for name in moving}}
        found = refuted(standing, search)


def _moving(found: Sequence[Wish], ladders: Ladders, *, all_of_them: bool) -> list[str]:
    """Return who moves: one, or all at once where there is no time left to see which one is enough."""
    listed = [name for name, step in found if step + 1 < ladders.last(name)]
    movers = sorted(listed or [name for name, _ in found], key=ladders.moves)
    return movers if all_of_them else movers[:1]


def _blockers(held: Held, search: Search) -> list[str]:
    """Return the names that are in the way of several lost ones."""
    ladders = search.ladders
    counts: Counter[str] = Counter()
    for name in held.standing:
        if held.standing[name] == ladders.last(name):
            refusal = search.refusals.against((name, ladders.last(name) - 1), held.standing)
            counts.update({other for other, _ in refusal.wishes if other != name} if refusal else ())
    several = [name for name, count in counts.items() if count >= _SEVERAL]
    return sorted(several, key=lambda name: (-counts[name], ladders.moves(name)))


def _needing(name: str, ladders: Ladders) -> set[str]:
    """Return the packages that no solution has without a package, told by their records."""
    found = {name}
    grown = True
    while grown:
        more = {
            other
            for other, ladder in ladders.by_name.items()
            if other not in found and all(found & needed_by(record) for record in ladder.steps[-1].records)
        }
        grown = bool(more)
        found |= more
    return found - {name}
