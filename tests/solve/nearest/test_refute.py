"""What the records alone show not to hold together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from condasync.model.record import ChannelRecord
from condasync.model.solve import ChannelPriority, RequestedSpec
from condasync.model.spec import CondaSpec
from condasync.model.target import Target
from condasync.solve.nearest.held import Ladders
from condasync.solve.nearest.ladder import Ladder, Step
from condasync.solve.nearest.refute import Refuted, refuter

if TYPE_CHECKING:
    from tests.conftest import MakeIndex, MakeRecord

TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=())


def asked(*specs: CondaSpec) -> tuple[RequestedSpec, ...]:
    """Return requests."""
    return tuple(RequestedSpec(spec=spec, because="captured") for spec in specs)


def ladders(*every: Ladder, priority: ChannelPriority = "strict") -> Ladders:
    """Return ladders without anything hard."""
    return Ladders(every=every, hard=(), channel_priority=priority)


@pytest.fixture
def channel(make_record: MakeRecord) -> list[ChannelRecord]:
    """Return two packages that cannot both have their library."""
    return [
        make_record("python", "3.11.7"),
        make_record("lib", "1.0"),
        make_record("lib", "2.0"),
        make_record("one", "1.0", "lib <2"),
        make_record("two", "1.0", "lib >=2"),
        make_record("fine", "1.0", "lib"),
    ]


def test_clash_is_named_with_what_each_needs(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """Only those that clash are named, and a clause says what each needs."""
    refute = refuter(ladders(), make_index(channel), TARGET)
    found = refute(asked(*(CondaSpec(name=name) for name in ("fine", "one", "two"))))
    assert found == Refuted(names=("one", "two"), because=("one 1.0 needs lib <2", "two 1.0 needs lib >=2"))


def test_what_may_hold_is_not_refuted(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """Requests of which the records show no clash are left to a solver."""
    refute = refuter(ladders(), make_index(channel), TARGET)
    assert refute(asked(CondaSpec(name="fine"), CondaSpec(name="one"))) is None


def test_preferred_record_is_a_candidate(
    channel: list[ChannelRecord], make_record: MakeRecord, make_index: MakeIndex
) -> None:
    """A build that only the captured prefix has counts as one that a solver can take."""
    gone = make_record("lib", "1.5", build="hdead_0")
    spec = CondaSpec(name="lib", version="==1.5")
    assert refuter(ladders(), make_index(channel), TARGET)(asked(spec)) is not None
    step = Step(rung="exact", specs=(spec,), records=(gone,))
    own = Ladder(name="lib", steps=(step,), because="captured", requested=True, preferred=gone)
    assert refuter(ladders(own), make_index(channel), TARGET)(asked(spec)) is None


@pytest.mark.parametrize(("priority", "holds"), [("strict", False), ("disabled", True)])
def test_strict_priority_hides_later_channels(
    channel: list[ChannelRecord], make_index: MakeIndex, priority: ChannelPriority, *, holds: bool
) -> None:
    """With strict priority a version that only a later channel has cannot be had."""
    other = replace(channel[1], version="3.0", file_name="lib-3.0-0.conda", channel="later")
    refute = refuter(ladders(priority=priority), make_index([*channel, other]), TARGET)
    assert (refute(asked(CondaSpec(name="lib", version="==3.0"))) is None) == holds
