"""Find what clashes in an unsolvable request: from the records where they show it, else by asking the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from condasync.errors import SolveError
from condasync.model.record import ChannelRecord
from condasync.model.solve import Answer, Conflict, RequestedSpec, Solution, SolveRequest, Unsolvable
from condasync.model.target import Target
from condasync.solve.explain.explain import conflict_of, explain_conflict, fits_of, with_python
from condasync.solve.explain.minimal_conflict import minimal_conflict
from condasync.solve.explain.narrowing import narrowed
from condasync.solve.explain.pool import Pools, RecordsOf
from condasync.solve.explain.proof import Proof, proof_of

_SOLVES = 60
_NEAR = 2
_PAIR = 2


class _SpentError(Exception):
    """The solves that may be spent on an explanation are spent."""


@dataclass(slots=True, kw_only=True)
class _Engine:
    """Ask the engine whether requests hold, a bounded number of times."""

    solve: Callable[[SolveRequest], Answer]
    request: SolveRequest
    left: int = _SOLVES

    def holds(self, specs: Sequence[RequestedSpec]) -> bool:
        if self.left <= 0:
            raise _SpentError
        self.left -= 1
        return isinstance(self.solve(replace(self.request, specs=tuple(specs))), Solution)


def with_conflicts(
    answer: Unsolvable,
    request: SolveRequest,
    *,
    solve: Callable[[SolveRequest], Answer],
    records_of: RecordsOf,
    target: Target,
) -> Unsolvable:
    """Return the answer with its conflicts as facts; those that the engine gave stay, with versions that would fit.

    Conflicts share no request but that for Python: of a request that clashes with several, one clash is shown. Asks at
    most 60 solves; when they are spent, or the engine gives up, the conflicts found so far are the answer.
    """
    pools = Pools(_candidates(request, records_of), target)
    if answer.conflicts:
        return replace(answer, conflicts=tuple(_fitted(one, request, pools) for one in answer.conflicts))
    found: list[Conflict] = []
    try:
        for conflict in _conflicts(request, pools, _Engine(solve=solve, request=request)):
            found.append(conflict)  # noqa: PERF402 - what was found before the search broke off must stay
    except (_SpentError, SolveError):
        pass
    return replace(answer, conflicts=tuple(found))


def _conflicts(request: SolveRequest, pools: Pools, engine: _Engine) -> Iterator[Conflict]:
    rest = request.specs
    for requested in request.specs:
        proof = _alone(requested, pools)
        if proof is not None:
            yield conflict_of(proof, pools)
            rest = _without(rest, (requested,))
    while proof := proof_of(with_python([each.spec for each in rest], pools.target), pools):
        clash = _confirmed([each for each in rest if each.spec in proof.specs], engine)
        if not clash:
            break  # the engine reads some record in another way: then it is asked for the rest
        yield from _told(proof, clash, pools)
        rest = _without(rest, clash)
    while clash := minimal_conflict(rest, engine.holds):
        yield from explain_conflict(clash, pools.records_of, pools.target)
        rest = _without(rest, clash)


def _alone(requested: RequestedSpec, pools: Pools) -> Proof | None:
    """Return why a request cannot be met at all, beside no other than the one for Python."""
    specs = with_python([requested.spec], pools.target)
    if requested.spec.name == "python" or narrowed(specs, pools, deepest=_NEAR).empty is None:
        return None
    return proof_of(specs, pools)


def _confirmed(clash: Sequence[RequestedSpec], engine: _Engine) -> tuple[RequestedSpec, ...]:
    """Return the part of a clash that the engine cannot solve, () when it can solve the whole."""
    if len(clash) > _PAIR:
        return minimal_conflict(clash, engine.holds)
    return () if engine.holds(clash) else tuple(clash)


def _told(proof: Proof, clash: Sequence[RequestedSpec], pools: Pools) -> tuple[Conflict, ...]:
    if {each.spec for each in clash} >= {spec for spec in proof.specs if spec.name != "python"}:
        return (conflict_of(proof, pools),)
    return explain_conflict(clash, pools.records_of, pools.target)


def _without(rest: Sequence[RequestedSpec], clash: Sequence[RequestedSpec]) -> tuple[RequestedSpec, ...]:
    return tuple(each for each in rest if each not in clash or each.spec.name == "python")


def _fitted(conflict: Conflict, request: SolveRequest, pools: Pools) -> Conflict:
    specs = [each.spec for each in request.specs if each.spec.name in conflict.packages]
    return replace(conflict, fits=conflict.fits or fits_of(specs, pools))


def _candidates(request: SolveRequest, records_of: RecordsOf) -> RecordsOf:
    """Return what gives the records that a solver may take: with strict priority those of the first channel only.

    A request that names a channel opens all channels for its package.
    """
    named = {each.spec.name for each in request.specs if each.spec.channel}

    def candidates(name: str) -> Sequence[ChannelRecord]:
        records = tuple(records_of(name))
        if request.channel_priority == "strict" and name not in named:
            records = tuple(record for record in records if record.channel == records[0].channel)
        own = (record for record in request.preferred if record.name == name)
        return (*records, *(record for record in own if record not in records))

    return candidates
