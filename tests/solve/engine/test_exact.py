"""An exact set of records is verified by both engines, with channels and without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import pytest

from condasync.model.record import ChannelRecord, RepodataFile
from condasync.model.solve import Solution, Unsolvable
from condasync.model.target import Target, VirtualPackage
from condasync.seams import SolverEngine
from condasync.solve.engine.exact import verify_exact

MakeRecord: TypeAlias = Callable[..., ChannelRecord]

TARGET = Target(
    subdir="linux-64", python="3.11", virtual_packages=(VirtualPackage(name="__glibc", version="2.28", build="0"),)
)


@pytest.fixture
def good(make_record: MakeRecord) -> tuple[ChannelRecord, ...]:
    """Return a consistent set, sorted by name."""
    return (
        make_record("libz", "1.3"),
        make_record("pure", "5.0", "python >=3.9", "libz >=1", subdir="noarch"),
        make_record("python", "3.11.7", "libz >=1.2,<2", "__glibc >=2.17"),
    )


def test_a_consistent_set_is_verified(engine: SolverEngine, good: tuple[ChannelRecord, ...]) -> None:
    """Prove that the answer is the set itself, in whatever order it came, and that the empty set is consistent."""
    with engine.open((), TARGET) as session:
        assert verify_exact(session, good) == Solution(records=good)
        assert verify_exact(session, good[::-1]) == Solution(records=good)
        assert verify_exact(session, ()) == Solution(records=())


def test_the_channels_are_not_asked(
    engine: SolverEngine, python: tuple[RepodataFile, ...], good: tuple[ChannelRecord, ...]
) -> None:
    """Prove that a session which could add what is missing from its channel does not do so."""
    with engine.open(python, TARGET) as session:
        assert verify_exact(session, good) == Solution(records=good)
        answer = verify_exact(session, good[1:])
    assert isinstance(answer, Unsolvable)
    assert "libz" in answer.explanation


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        (lambda _, good: good[1:], "libz >=1"),
        (lambda make, good: (make("libz", "2.0"), *good[1:]), "libz >=1.2,<2"),
        (lambda make, good: (*good, make("modern", "1", "__glibc >=2.34")), "__glibc >=2.34"),
        (lambda make, good: (*good, make("libz", "1.2")), "libz is there more than once: libz 1.2 0, libz 1.3 0"),
    ],
    ids=["removed", "changed", "glibc", "doubled"],
)
def test_a_fault_is_found(
    engine: SolverEngine,
    make_record: MakeRecord,
    good: tuple[ChannelRecord, ...],
    fault: Callable[[MakeRecord, tuple[ChannelRecord, ...]], tuple[ChannelRecord, ...]],
    named: str,
) -> None:
    """Prove that a missing, a changed, a doubled record and an old glibc are found, and the requirement named."""
    with engine.open((), TARGET) as session:
        answer = verify_exact(session, fault(make_record, good))
    assert isinstance(answer, Unsolvable)
    assert named in answer.explanation


@pytest.mark.parametrize("constrains", ["libz <1.3", "__glibc >=2.34"])
def test_broken_constrains_are_found(
    engine: SolverEngine, make_record: MakeRecord, good: tuple[ChannelRecord, ...], constrains: str
) -> None:
    """Prove that a record which excludes another one of the set, or the target's glibc, is found."""
    picky = replace(make_record("picky", "1"), constrains=(constrains,))
    with engine.open((), TARGET) as session:
        answer = verify_exact(session, (*good, picky))
    assert isinstance(answer, Unsolvable)
    assert "picky" in answer.explanation
