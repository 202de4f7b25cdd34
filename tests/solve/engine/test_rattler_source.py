"""Records by name, as rattler's gateway asks for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import pytest
import rattler
from rattler.package import BuildString

from condasync.model.record import ChannelRecord, RepodataFile
from condasync.model.solve import RequestedSpec, Solution, SolveRequest
from condasync.model.spec import CondaSpec
from condasync.model.target import Target
from condasync.solve.engine.rattler import RattlerEngine
from condasync.solve.engine.rattler_source import PLACE, ChannelSource, OwnSource

Row: TypeAlias = Callable[..., dict[str, Any]]
WriteRepodata: TypeAlias = Callable[..., RepodataFile]

GONE = "https://example.org/gone"


def source_of(*files: RepodataFile) -> ChannelSource:
    """Return the source of one channel's files."""
    return ChannelSource(
        [{"url": file.channel.base_url.public, "subdir": file.subdir, "path": str(file.path)} for file in files]
    )


def fetched(source: ChannelSource | OwnSource, name: str) -> list[str]:
    """Return what the gateway gets for a name."""
    records = asyncio.run(source.fetch_package_records(PLACE, rattler.PackageName(name)))
    return [record.file_name for record in records]


def record_of(name: str, number: str, *depends: str) -> rattler.RepoDataRecord:
    """Return a synthetic record of a channel that is not asked."""
    package = rattler.PackageRecord(
        name=name, version=number, build=BuildString("0"), build_number=0, subdir="linux-64", depends=list(depends)
    )
    file_name = f"{name}-{number}-0.conda"
    return rattler.RepoDataRecord(package, file_name, f"{GONE}/linux-64/{file_name}", GONE)


def test_records_come_by_name(row: Row, write: WriteRepodata) -> None:
    """Prove that the records of all subdirs come together, and that a name that is not there gives none."""
    source = source_of(write(row("x", "1"), row("x", "2")), write(row("x", "3", noarch="generic"), subdir="noarch"))
    assert fetched(source, "x") == ["x-1-0.conda", "x-2-0.conda", "x-3-0.conda"]
    assert fetched(source, "y") == []
    assert source.package_names(PLACE) == ["x"]


def test_records_are_read_once(row: Row, write: WriteRepodata) -> None:
    """Prove that a second question gets the very records of the first: reading is most of a solve's time."""
    source = source_of(write(row("x", "1")))
    name = rattler.PackageName("x")
    assert source.records(name) is source.records(name)


def test_a_record_that_cannot_be_read_is_a_fault(write: WriteRepodata) -> None:
    """Prove that a broken record is kept as the fault, since the gateway would not say which file it is in."""
    source = source_of(write(text='{"packages": {"x-1-0.tar.bz2": {"name": "x"}}}'))
    assert fetched(source, "x") == []
    assert isinstance(source.fault, OSError)


def test_own_records_are_those_that_no_channel_has(row: Row, write: WriteRepodata) -> None:
    """Prove that what the channel has comes from the channel alone: the solver refuses one file twice."""
    channel = source_of(write(row("x", "1")))
    (same,) = channel.records(rattler.PackageName("x"))
    own = OwnSource([same, record_of("x", "0"), record_of("y", "1")], [channel])
    assert fetched(own, "x") == ["x-0-0.conda"]
    assert fetched(own, "y") == ["y-1-0.conda"]
    assert own.package_names(PLACE) == ["x", "y"]


def test_what_a_dropped_build_depends_on_is_read(
    row: Row, write: WriteRepodata, make_record: Callable[..., ChannelRecord]
) -> None:
    """Prove that a captured record holds although nothing else on the channel leads to what it depends on."""
    file = write(row("x", "2"), row("old", "1", "older"), row("older", "1"))
    gone = make_record("x", "1", "old >=1")
    target = Target(subdir="linux-64", python="3.11", virtual_packages=())
    request = SolveRequest(
        specs=(RequestedSpec(spec=CondaSpec(name="x", version="==1"), because="test"),), preferred=(gone,)
    )
    with RattlerEngine(timeout=120.0, memory_limit=2**31).open([file], target) as session:
        answer = session.solve(request)
    assert isinstance(answer, Solution), answer
    assert [record.name for record in answer.records] == ["old", "older", "x"]


@pytest.mark.parametrize("more", [0, 40], ids=["few", "many"])
def test_what_was_read_before_does_not_sway(row: Row, write: WriteRepodata, more: int) -> None:
    """Prove that a request's answer is the same as the first of a session and after others, for few and many specs."""
    rows: Sequence[dict[str, Any]] = [
        row(name, number, f"{other} <={number}") for name, other in ("ab", "bc", "ca") for number in ("1", "2", "3")
    ]
    fillers = [f"filler-{number}" for number in range(more)]
    file = write(*rows, *(row(name, "1", "a") for name in fillers))
    target = Target(subdir="linux-64", python="3.11", virtual_packages=())
    always = [RequestedSpec(spec=CondaSpec(name=name), because="test") for name in fillers]
    requests = [
        SolveRequest(specs=(*always, RequestedSpec(spec=CondaSpec(name=name, version=version), because="test")))
        for name in "abc"
        for version in ("", "<=2", "==1", "==9")
    ]
    engine = RattlerEngine(timeout=120.0, memory_limit=2**31)
    with engine.open([file], target) as session:
        forwards = [session.solve(request) for request in requests]
        backwards = [session.solve(request) for request in reversed(requests)]
    assert forwards == backwards[::-1]
    assert [isinstance(answer, Solution) for answer in forwards] == [True, True, True, False] * 3
