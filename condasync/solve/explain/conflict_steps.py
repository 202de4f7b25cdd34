"""From a proof to the steps that a reader follows: what is asked for, by whom, and what there is of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import reduce
from operator import and_

from condasync.convert.match import version_key
from condasync.convert.matchspec import parse_spec, to_rattler
from condasync.model.solve import ConflictStep
from condasync.model.spec import CondaSpec
from condasync.solve.explain.narrowing import Event
from condasync.solve.explain.pool import Bits, Pools
from condasync.solve.explain.proof import Proof

_SHOWN = 4


def steps_of(proof: Proof, pools: Pools) -> tuple[ConflictStep, ...]:
    """Return the steps of a proof: for each request what it asks, then what that asks, depth first; each step once."""
    merged = _past_abi(_merged(proof.events), proof)
    told = {spec.name for spec in proof.specs}
    found: list[ConflictStep] = []
    for spec in sorted(proof.specs, key=lambda spec: (spec.name == "python", spec.name)):
        found.append(request_step(spec, pools))
        found += _below(spec.name, merged, proof, pools, told)
    return tuple(dict.fromkeys(found))


def request_step(spec: CondaSpec, pools: Pools) -> ConflictStep:
    """Return the step that a request itself makes."""
    return ConflictStep(
        package="request", requires=to_rattler(spec), found=_label(spec.name, pools.meeting(spec), pools)
    )


def _below(name: str, events: Sequence[Event], proof: Proof, pools: Pools, told: set[str]) -> Iterator[ConflictStep]:
    for event in events:
        if event.name == name:
            yield _step(event, proof, pools)
            if event.other not in told:
                told.add(event.other)
                yield from _below(event.other, events, proof, pools, told)


def _merged(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return the events with the cuts that one requirement made at several times, and by several words, as one."""
    found: dict[tuple[str, str, bool], Event] = {}
    for event in events:
        key = (event.name, event.other, event.cut)
        if key in found and event.cut:
            before = found[key]
            event = replace(  # noqa: PLW2901 - the joined event takes its place
                before,
                askers=before.askers | event.askers,
                met=before.met | event.met,
                texts=tuple(dict.fromkeys((*before.texts, *event.texts))),
            )
        found[key] = event
    return tuple(found.values())


def _past_abi(events: Sequence[Event], proof: Proof) -> tuple[Event, ...]:
    """Return the events with `x needs python_abi, which needs python` told as `x needs python`."""
    to_abi = [event for event in events if event.other == "python_abi"]
    onwards = [event for event in events if event.name == "python_abi"]
    if len(to_abi) != 1 or [event.other for event in onwards] != ["python"]:
        return tuple(events)
    if any(spec.name == "python_abi" for spec in proof.specs):
        return tuple(events)
    joined = replace(onwards[0], name=to_abi[0].name, askers=to_abi[0].askers)
    return tuple(joined if event is to_abi[0] else event for event in events if event is not onwards[0])


def _step(event: Event, proof: Proof, pools: Pools) -> ConflictStep:
    left = event.met & proof.outcome.bits.get(event.other, 0)
    there = left or event.met & pools.every(event.other)
    if event.other.startswith("__"):
        there = pools.every(event.other)  # what the target has, though it does not meet the requirement
    package = _label(event.name, event.askers, pools) or event.name
    if event.cut and _versions_stay(event, pools):
        package = f"{package} (some builds)"
    return ConflictStep(
        package=package,
        requires=_requires(event, pools),
        found=_label(event.other, there, pools),
    )


def _versions_stay(event: Event, pools: Pools) -> bool:
    others = pools.every(event.name) & ~event.askers
    return set(pools.versions(event.name, event.askers)) <= set(pools.versions(event.name, others))


def _requires(event: Event, pools: Pools) -> str:
    if event.other == "python" and event.met:
        minors = _minors(pools.versions("python", event.met & pools.every("python")))
        return f"python {'|'.join(_shortened([f'{minor}.*' for minor in minors]))}"
    alternatives = _widest(event.texts, pools)
    specs = [[parse_spec(text) for text in texts] for texts in alternatives]
    if any(spec.build or spec.channel for texts in specs for spec in texts):
        return " or ".join(_shortened([",".join(texts) for texts in alternatives]))
    words = [",".join(dict.fromkeys(spec.version for spec in texts if spec.version)) for texts in specs]
    if "" in words:
        return event.other
    return f"{event.other} {'|'.join(_shortened(words))}"


def _widest(texts: Sequence[tuple[str, ...]], pools: Pools) -> list[tuple[str, ...]]:
    """Return the alternatives that say more than another one, from the lowest version to the highest."""
    met: dict[Bits, tuple[str, ...]] = {}
    for words in sorted(texts, key=lambda words: (len(words), words)):
        met.setdefault(reduce(and_, (pools.meeting(parse_spec(text)) for text in words)), words)
    widest = [bits for bits in met if not any(bits != other and bits & ~other == 0 for other in met)]
    name = parse_spec(texts[0][0]).name
    keys = {bits: [version_key(one) for one in pools.versions(name, bits)[:1]] for bits in widest}
    return [met[bits] for bits in sorted(widest, key=lambda bits: (keys[bits], met[bits]))]


def _label(name: str, bits: Bits, pools: Pools) -> str | None:
    if not bits:
        return None
    versions = pools.versions(name, bits)
    return f"{name} {'|'.join(_shortened(_minors(versions) if name == 'python' else versions))}"


def _minors(versions: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(".".join(version.split(".")[:2]) for version in versions))


def _shortened(words: Sequence[str]) -> Sequence[str]:
    return words if len(words) <= _SHOWN else (*words[: _SHOWN - 2], "...", words[-1])
