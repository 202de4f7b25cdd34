"""What narrowing excludes no solver can take; a proof names no more than is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condasync.convert.match import record_matches
from condasync.convert.matchspec import parse_spec
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec
from condasync.model.target import Target
from condasync.solve.explain.narrowing import narrowed
from condasync.solve.explain.pool import Pools
from condasync.solve.explain.proof import proof_of

MakeRecord = Callable[..., ChannelRecord]
Rows = Mapping[str, Mapping[str, tuple[str, ...]]]

TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=())
NAMES = ("a", "b", "c", "d", "e")
VERSIONS = ("1", "2", "3")

constraints = st.sampled_from(("", " 1", " 2", " 3", " >=2", " <3", " !=2"))
texts = st.builds("{}{}".format, st.sampled_from(NAMES), constraints)
channels = st.dictionaries(
    st.sampled_from(NAMES),
    st.dictionaries(st.sampled_from(VERSIONS), st.lists(texts, max_size=3).map(tuple), min_size=1),
    min_size=2,
)
requests = st.lists(texts, min_size=1, max_size=3)


def solvable(channel: Mapping[str, Sequence[ChannelRecord]], specs: Sequence[CondaSpec]) -> bool:
    """Return whether some choice of records meets the requests, by trying all."""

    def complete(chosen: dict[str, ChannelRecord], open_: list[CondaSpec]) -> bool:
        while open_ and open_[0].name in chosen:
            if not record_matches(open_[0], chosen[open_[0].name]):
                return False
            open_ = open_[1:]
        if not open_:
            return True
        return any(
            complete({**chosen, record.name: record}, [*open_[1:], *map(parse_spec, record.depends)])
            for record in channel.get(open_[0].name, ())
            if record_matches(open_[0], record)
        )

    return complete({}, list(specs))


def made(make_record: MakeRecord, rows: Rows) -> dict[str, tuple[ChannelRecord, ...]]:
    """Return a channel of records."""
    return {
        name: tuple(make_record(name, version, *depends) for version, depends in versions.items())
        for name, versions in rows.items()
    }


@given(rows=channels, asked=requests)
def test_excludes_nothing_that_could_be_taken(make_record: MakeRecord, rows: Rows, asked: list[str]) -> None:
    """Where narrowing leaves some name without a record, trying all choices finds none either."""
    channel = made(make_record, rows)
    specs = [parse_spec(text) for text in asked]
    left = narrowed(specs, Pools(lambda name: channel.get(name, ()), TARGET))
    if left.empty is not None:
        assert not solvable(channel, specs)


@given(rows=channels, asked=requests)
def test_a_proof_is_a_conflict_by_itself(make_record: MakeRecord, rows: Rows, asked: list[str]) -> None:
    """The requests of a proof cannot hold together, and without any one of them narrowing shows no conflict."""
    channel = made(make_record, rows)
    pools = Pools(lambda name: channel.get(name, ()), TARGET)
    proof = proof_of([parse_spec(text) for text in asked], pools)
    if proof is not None:
        assert not solvable(channel, proof.specs)
        assert proof.outcome.empty is not None
        links = {(event.name, event.other) for event in proof.events}
        for one in proof.specs:
            rest = [spec for spec in proof.specs if spec is not one]
            assert narrowed(rest, pools, links=links, deepest=50).empty is None


def test_what_is_excluded_far_away_is_found(make_record: MakeRecord) -> None:
    """Requirements are followed over several steps, and a candidate falls away with what it needs."""
    rows: Rows = {
        "a": {"1": ("b",)},
        "b": {"1": ("c",), "2": ("d",)},
        "c": {"1": ("gone",)},
        "d": {"1": ("e 1",)},
        "e": {"1": (), "2": ()},
    }
    channel = made(make_record, rows)
    pools = Pools(lambda name: channel.get(name, ()), TARGET)
    assert narrowed([parse_spec("a")], pools).empty is None
    assert pools.versions("b", narrowed([parse_spec("a")], pools).bits["b"]) == ("2",)
    proof = proof_of([parse_spec("a"), parse_spec("e 2")], pools)
    assert proof is not None
    assert [spec.name for spec in proof.specs] == ["a", "e"]


def test_only_what_is_needed_is_read(make_record: MakeRecord) -> None:
    """Names that no candidate asks for are never read from the channel."""
    channel = made(make_record, {"a": {"1": ("b",), "2": ("c",)}, "b": {"1": ()}, "c": {"1": ()}})
    read: list[str] = []

    def records_of(name: str) -> tuple[ChannelRecord, ...]:
        read.append(name)
        return channel[name]

    assert narrowed([parse_spec("a 1")], Pools(records_of, TARGET)).empty is None
    assert read == ["a", "b"]


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_first_of_several_conflicts(make_record: MakeRecord, order: tuple[str, str]) -> None:
    """Of two requests that fail by themselves the one that stands first is the proof."""
    channel = made(make_record, {"a": {"1": ("gone",)}, "b": {"1": ("gone",)}})
    proof = proof_of([parse_spec(name) for name in order], Pools(lambda name: channel.get(name, ()), TARGET))
    assert proof is not None
    assert [spec.name for spec in proof.specs] == [order[0]]


def test_records_for_another_python_fall_by_their_python_alone(make_record: MakeRecord) -> None:
    """With one Python a record for another one is compared no further, and the account of a clash still names it."""
    channel = {
        "python": (make_record("python", "3.11.1"), make_record("python", "3.12.1")),
        "a": (make_record("a", "1", "python >=3.12,<3.13.0a0", "b 9"),),
        "b": (make_record("b", "1"),),
    }
    pools = Pools(lambda name: channel.get(name, ()), TARGET, one_python=True)
    proof = proof_of([parse_spec("python 3.11.*"), parse_spec("a")], pools)
    assert proof is not None
    assert [(event.name, event.other) for event in proof.events] == [("a", "python")]
    assert pools.needed("a", pools.every("a")) == ("python",)
