"""Refute requests from the records, without a solve: which few of them cannot hold together, and why in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from condasync.model.record import ChannelRecord
from condasync.model.solve import ChannelPriority, ConflictStep, RequestedSpec
from condasync.model.target import Target
from condasync.seams import ChannelIndex
from condasync.solve.availability import for_priority
from condasync.solve.explain.conflict_steps import steps_of
from condasync.solve.explain.levels import Levels
from condasync.solve.explain.pool import Pools
from condasync.solve.explain.proof import proof_of
from condasync.solve.nearest.held import Ladders

_REQUEST = "request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuted:
    """Name the packages of requests that cannot hold together, each needed for that.

    `because` says which package needs what, one clause per requirement on the way to the clash.
    """

    names: tuple[str, ...]
    because: tuple[str, ...]


Refute: TypeAlias = Callable[[Sequence[RequestedSpec]], "Refuted | None"]
"""Tells why requests cannot hold together; None when that is not known, which does not say that they hold."""


def refuter(ladders: Ladders, index: ChannelIndex, target: Target) -> Refute:
    """Return what refutes requests for these ladders; the records that it meets are read once."""
    return Refuters(index, target)(ladders)


class Refuters:
    """Give what refutes requests for one ladder set after the other on the same channels, reading each record once."""

    def __init__(self, index: ChannelIndex, target: Target) -> None:
        self._index = index
        self._target = target
        self._beside: _Beside | None = None
        self._levels: Levels | None = None

    def __call__(self, ladders: Ladders) -> Refute:
        """Return what refutes requests for these ladders."""
        beside = _beside(ladders, self._index)
        if self._levels is None or beside != self._beside:
            pools = Pools(lambda name: _records(name, self._index, beside), self._target, one_python=True)
            self._beside, self._levels = beside, Levels(pools)
        levels, hard = self._levels, frozenset(asked.spec for asked in ladders.hard)

        def refute(specs: Sequence[RequestedSpec]) -> Refuted | None:
            # What must hold whatever moves comes first: it is the same from request to request.
            asked = sorted((one.spec for one in specs), key=lambda spec: spec not in hard)
            proof = proof_of(asked, levels.pools, levels)
            if proof is None:
                return None
            names = tuple(dict.fromkeys(spec.name for spec in proof.specs))
            return Refuted(names=names, because=tuple(_told(steps_of(proof, levels.pools))))

        return refute


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    """Hold what decides, beside the channels, which records a solver may take: captured ones, and named channels."""

    own: tuple[ChannelRecord, ...]
    named: frozenset[str]
    priority: ChannelPriority


def _beside(ladders: Ladders, index: ChannelIndex) -> _Beside:
    preferred = [ladder.preferred for ladder in ladders.every if ladder.preferred]
    return _Beside(
        own=tuple(one for one in preferred if one not in index.records(one.name)),
        named=frozenset(
            spec.name for one in ladders.every for step in one.steps for spec in step.specs if spec.channel
        ),
        priority=ladders.channel_priority,
    )


def _records(name: str, index: ChannelIndex, beside: _Beside) -> tuple[ChannelRecord, ...]:
    every = index.records(name)
    records = every if name in beside.named else for_priority(every, beside.priority)
    return (*records, *(one for one in beside.own if one.name == name))


def _told(steps: Sequence[ConflictStep]) -> Iterator[str]:
    """Tell the steps that packages make; what the request asks is known to the reader."""
    for step in steps:
        if step.package == _REQUEST:
            continue
        yield f"{step.package} needs {step.requires}"
