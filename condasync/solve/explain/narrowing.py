"""Narrow down which records requests leave, from requirement to requirement, until nothing is left or nothing moves.

Arc consistency (Mackworth 1977) over the records: sound, so that what it excludes no solver can take; not complete.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from condasync.model.spec import CondaSpec
from condasync.solve.explain.agenda import Agenda, Open
from condasync.solve.explain.pool import INTERPRETER, Bits, Demand, Pools

Link: TypeAlias = tuple[str, str]
"""A requirement: (name that asks, name that is asked for)."""

_DEEPEST = 4
_RECORDS_AT_MOST = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Hold one narrowing: the records `askers` of `name` ask of `other` what `met` meets there, in the words `texts`.

    `cut` says that the askers fell away because nothing of `met` is left; else `other` was narrowed to what is `met`.
    """

    name: str
    other: str
    askers: Bits
    met: Bits
    texts: tuple[tuple[str, ...], ...]
    cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """Hold what is left: `bits` per name; `forced` are the names that must be there, with the link that forced each.

    `empty` is a forced name of which nothing is left, None when there is none.
    """

    bits: Mapping[str, Bits]
    forced: Mapping[str, Link | None]
    events: tuple[Event, ...]
    empty: str | None


def narrowed(
    specs: Sequence[CondaSpec], pools: Pools, *, links: Collection[Link] | None = None, deepest: int = _DEEPEST
) -> Narrowed:
    """Return what requests leave of the records; `links` are the requirements to follow, None for all.

    Stops at the first name of which nothing is left. Follows requirements `deepest` steps away from the requests, and
    stops where too many records would have to be read.
    """
    run = Run(pools=pools, links=None if links is None else frozenset(links))
    run.narrow(specs, deepest)
    return run.result()


@dataclass(slots=True, kw_only=True)
class Run:
    """Carry one narrowing; `followed` leads from each name whose requirements are followed to its place in a row."""

    pools: Pools
    links: frozenset[Link] | None = None
    bits: dict[str, Bits] = field(default_factory=dict)
    forced: dict[str, Link | None] = field(default_factory=dict)
    followed: dict[str, int] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    empty: str | None = None
    agenda: Agenda = field(default_factory=Agenda)

    def narrow(self, specs: Iterable[CondaSpec], deepest: int = _DEEPEST) -> None:
        """Take up more requests; stops at the first name of which nothing is left."""
        for spec in specs:
            self._force(spec.name, None)
            self._keep(spec.name, self.pools.meeting(spec))
        self._settle()
        for _ in range(deepest):
            if self.empty is not None or not self._expand():
                break
            self._settle()

    def result(self) -> Narrowed:
        """Return what is left."""
        return Narrowed(bits=self.bits, forced=self.forced, events=tuple(self.events), empty=self.empty)

    def copy(self) -> Run:
        """Return another run that goes on from here."""
        return Run(
            pools=self.pools,
            links=self.links,
            bits=dict(self.bits),
            forced=dict(self.forced),
            followed=dict(self.followed),
            events=list(self.events),
            empty=self.empty,
            agenda=self.agenda.settled(),
        )

    def _expand(self) -> bool:
        """Follow the requirements of every name met so far; return whether any was not followed before."""
        fresh = [name for name in self.bits if name not in self.followed]
        if not fresh or self.pools.count() > _RECORDS_AT_MOST:
            return False
        for name in fresh:
            needed = self._allowed(name, self.pools.needed(name, self.bits[name]))
            self.followed[name] = len(self.followed)
            for other in needed:
                if other not in self.bits:
                    self.bits[other] = self.pools.every(other)
            self.agenda.follow(name, needed, self._allowed(name, self.pools.limited(name)))
            for other in INTERPRETER:  # most records fall here, and then nothing else of theirs must be compared
                if other in needed and other in self.forced:
                    self._up(name, other, self.pools.demands(name, other))
        return True

    def _settle(self) -> None:
        """Narrow until nothing moves: downwards first, which gives the plainest account of a clash."""
        agenda = self.agenda
        while self.empty is None and (
            self._sweep(self._down, agenda.down, agenda.down_limits)
            or self._sweep(self._up, agenda.up, agenda.up_limits)
        ):
            pass

    def _sweep(self, step: Callable[[str, str, Sequence[Demand]], bool], needs: Open, limits: Open) -> bool:
        """Take up what is open, in the order in which names were met; return whether anything moved."""
        moved = False
        for name in sorted({*needs, *limits}, key=self.followed.__getitem__):
            for other in sorted(needs.pop(name, ())):
                moved |= step(name, other, self.pools.demands(name, other))
            for other in sorted(limits.pop(name, ())):
                if name in self.forced and other in self.forced:
                    moved |= step(name, other, self.pools.demands(name, other, constrains=True))
            if self.empty is not None:
                return True
        return moved

    def _down(self, name: str, other: str, demands: Sequence[Demand]) -> bool:
        """Narrow what is asked for to what any asker can take, where every candidate asks."""
        left = self.bits[name]
        if name not in self.forced or self.empty is not None:
            return False
        asking = [one for one in demands if one.askers & left]
        silent, met = left, 0
        for one in asking:
            silent &= ~one.askers
        if silent:
            return False
        for one in asking:
            met |= one.met
        if other in self.forced and not self.bits[other] & ~met:
            return False
        texts = tuple(one.texts for one in asking)
        self.events.append(Event(name=name, other=other, askers=left, met=met, texts=texts, cut=False))
        self._force(other, (name, other))
        self._keep(other, met)
        return True

    def _up(self, name: str, other: str, demands: Sequence[Demand]) -> bool:
        """Drop the candidates for which nothing is left of what they ask for."""
        moved = False
        for one in demands:
            gone = one.askers & self.bits[name]
            if gone and not one.met & self.bits[other] and self.empty is None:
                self.events.append(
                    Event(name=name, other=other, askers=gone, met=one.met, texts=(one.texts,), cut=True)
                )
                self._keep(name, ~gone)
                moved = True
        return moved

    def _allowed(self, name: str, others: Iterable[str]) -> tuple[str, ...]:
        return tuple(other for other in others if self.links is None or (name, other) in self.links)

    def _force(self, name: str, link: Link | None) -> None:
        if name not in self.forced:
            self.forced[name] = link
            self.agenda.forced(name)

    def _keep(self, name: str, bits: Bits) -> None:
        before = self.bits[name] if name in self.bits else self.pools.every(name)
        self.bits[name] = before & bits
        if self.bits[name] != before:
            self.agenda.moved(name)
        if not self.bits[name] and name in self.forced and self.empty is None:
            self.empty = name
