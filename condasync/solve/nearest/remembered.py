"""Answers that are known already: a request is solved once, and whether one holds is often told by another's answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from condasync.convert.match import record_matches
from condasync.model.record import ChannelRecord
from condasync.model.solve import Answer, Solution, SolveRequest, Unsolvable
from condasync.model.spec import CondaSpec
from condasync.solve.nearest.attempts import Solve
from condasync.solve.nearest.refute import Refute

_Asked: TypeAlias = frozenset[CondaSpec]


@dataclass(frozen=True, slots=True)
class _Beside:
    """Hold what decides, beside the specs, what an engine may take; a name with a channel may come from a lower one."""

    preferred: tuple[ChannelRecord, ...]
    priority: str
    only_preferred: bool
    named: frozenset[str]


@dataclass(frozen=True, slots=True)
class Remembered:
    """Solve requests on the same channels for the same target, equal ones once; why a spec is asked does not count."""

    solve: Solve
    _known: dict[_Beside, dict[_Asked, Answer]] = field(default_factory=dict)

    def __call__(self, request: SolveRequest) -> Answer:
        """Return the engine's answer. Raises as `solve` does."""
        beside, asked = _parts(request)
        known = self._known.setdefault(beside, {})
        if asked not in known:
            known[asked] = self.solve(request)
        return known[asked]

    def some(self, request: SolveRequest, refute: Refute) -> Answer:
        """Return an answer that is right but need not be the engine's own.

        A known solution that meets every spec is one; what cannot be solved cannot be with more specs either, nor can
        what the records refute.
        """
        beside, asked = _parts(request)
        for earlier, answer in self._known.get(beside, {}).items():
            if earlier <= asked if isinstance(answer, Unsolvable) else _meets(answer, asked):
                return answer
        refuted = refute(request.specs)
        return self(request) if refuted is None else Unsolvable(explanation="\n".join(refuted.because))


def _parts(request: SolveRequest) -> tuple[_Beside, _Asked]:
    asked = frozenset(each.spec for each in request.specs)
    named = frozenset(spec.name for spec in asked if spec.channel)
    return _Beside(request.preferred, request.channel_priority, request.only_preferred, named), asked


def _meets(solution: Solution, asked: _Asked) -> bool:
    records = {record.name: record for record in solution.records}
    return all(spec.name in records and record_matches(spec, records[spec.name]) for spec in asked)
