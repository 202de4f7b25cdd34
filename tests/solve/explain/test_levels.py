"""Narrowing that goes on from the last requests finds what narrowing from the beginning finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from condasync.convert.matchspec import parse_spec
from condasync.model.record import ChannelRecord
from condasync.model.target import Target
from condasync.solve.explain.levels import Levels
from condasync.solve.explain.narrowing import narrowed
from condasync.solve.explain.pool import Pools
from condasync.solve.explain.proof import proof_of

MakeRecord = Callable[..., ChannelRecord]

TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=())
NAMES = tuple(f"{letter}{number}" for letter in "abcde" for number in range(8))

texts = st.builds("{}{}".format, st.sampled_from(NAMES), st.sampled_from(("", " 1", " 2", " >=2", " <2")))
channels = st.dictionaries(
    st.sampled_from(NAMES),
    st.dictionaries(
        st.sampled_from(("1", "2", "3")),
        st.tuples(st.lists(texts, max_size=2).map(tuple), st.lists(texts, max_size=1).map(tuple)),
        min_size=1,
    ),
    min_size=10,
)
series = st.lists(st.lists(texts, min_size=1, max_size=40), min_size=1, max_size=4)


def pools_of(make_record: MakeRecord, rows: Mapping[str, Mapping[str, tuple[tuple[str, ...], ...]]]) -> Pools:
    """Return the pools of a channel."""
    channel = {
        name: tuple(
            replace(make_record(name, version, *said[0]), constrains=said[1]) for version, said in versions.items()
        )
        for name, versions in rows.items()
    }
    return Pools(lambda name: channel.get(name, ()), TARGET)


@given(rows=channels, asked=series)
def test_finds_what_one_narrowing_finds(
    make_record: MakeRecord, rows: Mapping[str, Mapping[str, tuple[tuple[str, ...], ...]]], asked: list[list[str]]
) -> None:
    """Whatever was asked before, what fails by itself fails, what holds however deep one looks holds.

    Levels look from each part as deep as one narrowing looks from all, so that they may see further.
    """
    pools = pools_of(make_record, rows)
    levels = Levels(pools)
    for texts_ in asked:
        specs = [parse_spec(text) for text in texts_]
        near, far, found = narrowed(specs, pools), narrowed(specs, pools, deepest=50), levels.narrowed(specs)
        assert found.empty is None or far.empty is not None
        assert near.empty is None or found.empty is not None
        if far.empty is None:
            assert all(not far.bits[name] & ~bits for name, bits in found.bits.items())
            assert all(not found.bits[name] & ~bits for name, bits in near.bits.items())


@given(rows=channels, asked=series)
def test_a_proof_on_levels_is_a_conflict_by_itself(
    make_record: MakeRecord, rows: Mapping[str, Mapping[str, tuple[tuple[str, ...], ...]]], asked: list[list[str]]
) -> None:
    """What a proof names fails without anything that was asked before, and is part of what is asked now."""
    pools = pools_of(make_record, rows)
    levels = Levels(pools)
    for texts_ in asked:
        specs = [parse_spec(text) for text in texts_]
        proof = proof_of(specs, pools, levels)
        if proof is not None:
            assert set(proof.specs) <= set(specs)
            assert narrowed(proof.specs, pools, deepest=50).empty is not None


def test_what_was_asked_no_more_is_forgotten(make_record: MakeRecord) -> None:
    """A request that left does not narrow what comes after it."""
    channel = {"a": (make_record("a", "1"), make_record("a", "2"))}
    levels = Levels(Pools(lambda name: channel.get(name, ()), TARGET))
    assert levels.narrowed([parse_spec("a 1")]).bits == {"a": 0b01}
    assert levels.narrowed([parse_spec("a 2")]).bits == {"a": 0b10}
    assert levels.narrowed([parse_spec("a 1"), parse_spec("a 2")]).empty == "a"
    assert levels.narrowed([parse_spec("a")]).bits == {"a": 0b11}
    assert levels.narrowed([]).bits == {}
