"""Where each package stands on its ladder, the request that this makes, and the rule of who moves first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

from condasync.model.record import ChannelRecord
from condasync.model.solve import ChannelPriority, RequestedSpec, Solution, SolveRequest
from condasync.solve.nearest.ladder import Ladder, Step

Wish: TypeAlias = tuple[str, int]
"""A package and one step of its ladder; a lower step is tighter, the number of steps means: not from conda."""
Standing: TypeAlias = Mapping[str, int]
"""The step on which each package stands."""

_DISTANCE = {"exact": 0, "same-minor": 1, "same-major": 2, "free": 3, "not-from-conda": 4}


@dataclass(frozen=True, kw_only=True)
class Ladders:
    """Hold the ladders of one request, sorted by name, beside what must hold whatever moves.

    `preferred` are soft pins that have no ladder; without `may_relax` every package stays on its first step.
    """

    every: tuple[Ladder, ...]
    hard: tuple[RequestedSpec, ...]
    preferred: tuple[ChannelRecord, ...] = ()
    channel_priority: ChannelPriority = "strict"
    may_relax: bool = True

    @cached_property
    def by_name(self) -> Mapping[str, Ladder]:
        """Return the ladders that a request can ask for; those without steps are only preferred."""
        return {ladder.name: ladder for ladder in self.every if ladder.steps}

    def specs(self, wish: Wish) -> tuple[RequestedSpec, ...]:
        """Return what a wish asks for."""
        ladder = self.by_name[wish[0]]
        if wish[1] >= len(ladder.steps):
            return ()
        return tuple(RequestedSpec(spec=spec, because=ladder.because) for spec in ladder.steps[wish[1]].specs)

    def request(self, wishes: Iterable[Wish]) -> SolveRequest:
        """Return the request that asks for some wishes, and prefers every local version."""
        specs = dict.fromkeys((*self.hard, *(spec for wish in wishes for spec in self.specs(wish))))
        preferred = (*self.preferred, *(ladder.preferred for ladder in self.every if ladder.preferred))
        return SolveRequest(
            specs=tuple(sorted(specs, key=_spec_order)),
            preferred=tuple(sorted(preferred, key=lambda record: record.name)),
            channel_priority=self.channel_priority,
        )

    def step(self, wish: Wish) -> Step:
        """Return the step of a wish that is not the last, "not from conda"."""
        return self.by_name[wish[0]].steps[wish[1]]

    def last(self, name: str) -> int:
        """Return the step below all of a ladder: not from conda."""
        return len(self.by_name[name].steps)

    def moves(self, name: str) -> tuple[bool, int, str]:
        """Return the key that sorts who moves first to the front: transitive, with few dependents, then by name."""
        ladder = self.by_name[name]
        return ladder.requested, ladder.dependents, name

    def cost(self, standing: Standing) -> tuple[int, int, int, int, int, list[str]]:
        """Return what an environment costs: less is nearer.

        In order: packages changed, those lost among them, the requested ones among them, the rungs that they fell, the
        requested packages that depend on them, their names.
        """
        moved = [self.by_name[name] for name, place in standing.items() if place > 0]
        lost = sum(standing[ladder.name] >= len(ladder.steps) for ladder in moved)
        return (
            len(moved),
            lost,
            sum(ladder.requested for ladder in moved),
            sum(self.distance((ladder.name, standing[ladder.name])) for ladder in moved),
            sum(ladder.dependents for ladder in moved),
            sorted(ladder.name for ladder in moved),
        )

    def distance(self, wish: Wish) -> int:
        """Return how far a step is from the local version."""
        ladder = self.by_name[wish[0]]
        return _DISTANCE["not-from-conda" if wish[1] >= len(ladder.steps) else ladder.steps[wish[1]].rung]


@dataclass(frozen=True, kw_only=True)
class Held:
    """Hold a solution, the request that it answers, and the tightest steps that are known to hold together in it."""

    standing: Standing
    request: SolveRequest
    solution: Solution

    @cached_property
    def _records(self) -> Mapping[str, ChannelRecord]:
        return {record.name: record for record in self.solution.records}

    def meets(self, ladders: Ladders, wish: Wish) -> bool:
        """Return whether the solution meets a wish."""
        record = self._records.get(wish[0])
        if record is None:
            return not ladders.specs(wish)
        # The engine gives back a record with its own spelling of some fields: the file tells which one it is.
        return any(
            (one.subdir, one.file_name, one.channel) == (record.subdir, record.file_name, record.channel)
            for one in ladders.step(wish).records
        )

    def met(self, ladders: Ladders) -> Standing:
        """Return the tightest step of each ladder that the solution meets, whether or not it was asked for."""
        return {
            name: next((step for step in range(place) if self.meets(ladders, (name, step))), place)
            for name, place in self.standing.items()
        }

    def tightened(self, name: str, step: int) -> Held:
        """Return the same solution with one package held tighter."""
        return replace(self, standing={**self.standing, name: step})


def _spec_order(asked: RequestedSpec) -> tuple[str, str, str]:
    return asked.spec.name, asked.spec.version, asked.spec.build or ""
