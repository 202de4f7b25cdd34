"""Refute requests from the records, without a solve: which few of them cannot hold together, and why in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from condasync.model.record import ChannelRecord
from condasync.model.solve import ConflictStep, RequestedSpec
from condasync.model.target import Target
from condasync.seams import ChannelIndex
from condasync.solve.availability import for_priority
from condasync.solve.conflict_steps import steps_of
from condasync.solve.held import Ladders
from condasync.solve.pool import Pools
from condasync.solve.proof import proof_of

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
    own = {ladder.name: ladder.preferred for ladder in ladders.every if ladder.preferred}
    named = {spec.name for ladder in ladders.every for step in ladder.steps for spec in step.specs if spec.channel}

    def records_of(name: str) -> tuple[ChannelRecord, ...]:
        every = index.records(name)
        records = every if name in named else for_priority(every, ladders.channel_priority)
        record = own.get(name)
        known = record is None or any(
            (one.subdir, one.file_name) == (record.subdir, record.file_name) for one in records
        )
        return records if known or record is None else (*records, record)

    pools = Pools(records_of, target)

    def refute(specs: Sequence[RequestedSpec]) -> Refuted | None:
        proof = proof_of(tuple(asked.spec for asked in specs), pools)
        if proof is None:
            return None
        names = tuple(dict.fromkeys(spec.name for spec in proof.specs))
        return Refuted(names=names, because=tuple(_told(steps_of(proof, pools))))

    return refute


def _told(steps: Sequence[ConflictStep]) -> Iterator[str]:
    """Tell the steps that packages make; what the request asks is known to the reader."""
    for step in steps:
        if step.package == _REQUEST:
            continue
        yield f"{step.package} needs {step.requires}"
