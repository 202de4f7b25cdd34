"""Explain from a channel's records why requests cannot hold together, as `Conflict` values."""

from __future__ import annotations

from collections.abc import Sequence

from condasync.convert.match import version_key
from condasync.model.solve import Conflict, RequestedSpec
from condasync.model.spec import CondaSpec
from condasync.model.target import Target
from condasync.solve.explain.conflict_steps import request_step, steps_of
from condasync.solve.explain.narrowing import narrowed
from condasync.solve.explain.pool import Pools, RecordsOf
from condasync.solve.explain.proof import Proof, proof_of

_NEAREST = 2
_NEAR = 2
_FAR = 4


def explain_conflict(conflict: Sequence[RequestedSpec], records_of: RecordsOf, target: Target) -> tuple[Conflict, ...]:
    """Return why requests of a minimal conflict cannot hold together; one value, () for no requests.

    The target's Python counts as asked for. Where the records do not show the reason by narrowing alone, the chain
    holds the requests only.
    """
    if not conflict:
        return ()
    pools = Pools(records_of, target)
    asked = {each.spec for each in conflict}
    specs = tuple(sorted(asked, key=lambda spec: (spec.name, spec.version, spec.build or "", spec.channel or "")))
    proof = proof_of(specs, pools) or proof_of(with_python(specs, target), pools)
    if proof is not None:
        return (conflict_of(proof, pools),)
    return (Conflict(packages=_names(specs), chain=tuple(request_step(spec, pools) for spec in specs)),)


def with_python(specs: Sequence[CondaSpec], target: Target) -> tuple[CondaSpec, ...]:
    """Return requests with those for Python first, the target's minor when there is none."""
    pythons = tuple(spec for spec in specs if spec.name == "python")
    own = CondaSpec(name="python", version=f"{target.python}.*")
    return (*(pythons or (own,)), *(spec for spec in specs if spec.name != "python"))


def conflict_of(proof: Proof, pools: Pools) -> Conflict:
    """Return a proof as the value that reports show."""
    return Conflict(packages=_names(proof.specs), chain=steps_of(proof, pools), fits=fits_of(proof.specs, pools))


def fits_of(specs: Sequence[CondaSpec], pools: Pools) -> tuple[str, ...]:
    """Return, for each clashing request but that for Python, the nearest version that goes with the others.

    A single request gets the nearest version below and above, where the target's Python can have it.
    """
    asked = with_python(specs, pools.target)
    found: list[str] = []
    for spec in asked:
        exact = spec.version.removeprefix("==")
        if spec.name == "python" or exact == spec.version or any(mark in exact for mark in ",|*"):
            continue
        others = tuple(each for each in asked if each.name != spec.name)
        found += _nearest(spec, exact, others, pools)
    return tuple(found)


def _nearest(spec: CondaSpec, exact: str, others: Sequence[CondaSpec], pools: Pools) -> list[str]:
    free = CondaSpec(name=spec.name, channel=spec.channel)
    deepest = _NEAR if len(others) == 1 else _FAR  # beside Python alone
    left = narrowed((*others, free), pools, deepest=deepest)
    if left.empty is not None:
        return []
    versions = [one for one in pools.versions(spec.name, left.bits[spec.name]) if one != exact]
    wanted = version_key(exact)
    below = [one for one in versions if version_key(one) < wanted][-1:]
    above = [one for one in versions if version_key(one) > wanted][:1]
    candidates = [CondaSpec(name=spec.name, version=f"=={one}", channel=spec.channel) for one in (*below, *above)]
    # What is left of a free request may clash once it is named alone.
    fitting = [one for one in candidates if narrowed((*others, one), pools, deepest=deepest).empty is None]
    return [f"{one.name} {one.version}" for one in fitting[:_NEAREST]]


def _names(specs: Sequence[CondaSpec]) -> tuple[str, ...]:
    return tuple(sorted({spec.name for spec in specs}))
