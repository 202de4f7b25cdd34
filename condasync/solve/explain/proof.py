"""Why requests cannot hold together: the fewest requests and requirements that leave some name without a record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from condasync.model.spec import CondaSpec
from condasync.solve.explain.levels import Levels
from condasync.solve.explain.narrowing import Event, Narrowed, narrowed
from condasync.solve.explain.pool import Pools

_Item = TypeVar("_Item")
_FAR = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Hold requests of which none can be left out, and the narrowings by which they empty the name `outcome.empty`.

    `events` are those that count, in the order in which they happened.
    """

    specs: tuple[CondaSpec, ...]
    outcome: Narrowed
    events: tuple[Event, ...]


def proof_of(specs: Sequence[CondaSpec], pools: Pools, levels: Levels | None = None) -> Proof | None:
    """Return why the requests cannot hold together, None when narrowing does not show it.

    Requests and requirements are left out one by one as long as the rest still fails; of equals the later request and
    the requirement that is further from the requests go first. `levels` keep what earlier requests on the same pools
    came to.
    """
    first = narrowed(specs, pools) if levels is None else levels.narrowed(specs)
    if first.empty is None:
        return None
    events = _that_count(first)
    names = {first.empty, *(event.name for event in events), *(event.other for event in events)}
    kept = tuple(spec for spec in specs if spec.name in names)
    links = tuple(dict.fromkeys((event.name, event.other) for event in events))

    kept = _fewest(kept, lambda some: narrowed(some, pools, links=links, deepest=_FAR).empty is not None)
    links = _fewest(links, lambda some: narrowed(kept, pools, links=some, deepest=_FAR).empty is not None)
    outcome = narrowed(kept, pools, links=links, deepest=_FAR)
    return Proof(specs=kept, outcome=outcome, events=_that_count(outcome))


def _that_count(outcome: Narrowed) -> tuple[Event, ...]:
    """Return the events without which nothing would have become empty, as far as names tell."""
    names = {outcome.empty}
    found: list[Event] = []
    for event in reversed(outcome.events):
        moved, cause = (event.name, event.other) if event.cut else (event.other, event.name)
        if moved in names:
            found.append(event)
            names.add(cause)
    return tuple(reversed(found))


def _fewest(items: Sequence[_Item], fails: Callable[[Sequence[_Item]], bool]) -> tuple[_Item, ...]:
    """Return items of which none can be left out without the failure going away; halves first, then singles."""
    kept = list(items)
    size = max(len(kept) // 2, 1)
    while True:
        end = len(kept)
        while end > 0:
            without = kept[: max(end - size, 0)] + kept[end:]
            if fails(without):
                kept = without
            end = min(end - size, len(kept))
        if size == 1:
            return tuple(kept)
        size = max(size // 2, 1)
