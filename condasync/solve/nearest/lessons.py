"""What earlier searches for the same target have learned, so that the next one begins where they ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from condasync.model.solve import Answer, RequestedSpec, SolveRequest
from condasync.model.spec import CondaSpec
from condasync.solve.nearest.held import Ladders, Standing, Wish
from condasync.solve.nearest.refusals import Refusal, Refusals

Asking: TypeAlias = tuple[str, tuple[CondaSpec, ...] | None]
"""A package and what its step asks for, None for "not from conda": what a wish means whatever its ladder looks like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lesson:
    """Hold what was refused beside what had to hold then."""

    asking: frozenset[Asking]
    because: tuple[str, ...]
    hard: frozenset[RequestedSpec]


@dataclass(slots=True)
class Lessons:
    """Remember answers, refusals and where the packages stood, over searches with the same channels and target.

    The ladders may differ from search to search, by names that left and by what must hold. `exchanges` are those of
    one package for another that did not pay.
    """

    answers: dict[SolveRequest, Answer] = field(default_factory=dict)
    exchanges: set[tuple[object, ...]] = field(default_factory=set)
    _refused: dict[_Lesson, None] = field(default_factory=dict)
    _stood: dict[frozenset[RequestedSpec], dict[str, tuple[CondaSpec, ...] | None]] = field(default_factory=dict)

    def refusals(self, ladders: Ladders) -> Refusals:
        """Return what is known to be refused by these ladders too: what was, beside no more than must hold now."""
        found = Refusals()
        hard = frozenset(ladders.hard)
        for lesson in self._refused:
            wishes = [_wish(asking, ladders) for asking in lesson.asking]
            known = [wish for wish in wishes if wish is not None]
            if lesson.hard <= hard and len(known) == len(wishes):
                found.learn(known, lesson.because)
        return found

    def standing(self, ladders: Ladders) -> Standing | None:
        """Return where the packages stood at the end of the search that is most like this one, None for the first.

        Searches are alike by what had to hold in them; of equals the last one counts.
        """
        if not self._stood:
            return None
        hard = frozenset(ladders.hard)
        last = self._stood[min(reversed(self._stood), key=lambda other: len(other ^ hard))]
        stood = ((name, _wish((name, last[name]), ladders)) for name in ladders.by_name if name in last)
        base: Standing = {name: ladder.base for name, ladder in ladders.by_name.items()}
        return {**base, **{name: wish[1] for name, wish in stood if wish is not None}}

    def keep(self, ladders: Ladders, refusals: Refusals, standing: Standing) -> None:
        """Remember what a search has learned."""
        hard = frozenset(ladders.hard)
        for refusal in refusals.every:
            self._refused.setdefault(_lesson(refusal, ladders, hard))
        self._stood.pop(hard, None)
        self._stood[hard] = dict(_asking(wish, ladders) for wish in standing.items())


def _lesson(refusal: Refusal, ladders: Ladders, hard: frozenset[RequestedSpec]) -> _Lesson:
    asking = frozenset(_asking(wish, ladders) for wish in refusal.wishes)
    return _Lesson(asking=asking, because=refusal.because, hard=hard)


def _asking(wish: Wish, ladders: Ladders) -> Asking:
    lost = wish[1] >= ladders.last(wish[0])
    return wish[0], None if lost else ladders.step(wish).specs


def _wish(asking: Asking, ladders: Ladders) -> Wish | None:
    """Return the step that asks for the same, None when there is none."""
    name, specs = asking
    ladder = ladders.by_name.get(name)
    if ladder is None:
        return None
    if specs is None:
        return name, len(ladder.steps)
    return next(((name, place) for place, step in enumerate(ladder.steps) if step.specs == specs), None)
