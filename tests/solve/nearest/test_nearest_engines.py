"""The nearest solvable environment with real engines on small synthetic channels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from condasync.channel.index import SparseIndex
from condasync.model.package import CondaPackage, PipPackage
from condasync.model.record import ChannelRecord, RepodataFile
from condasync.model.solve import Answer, PinMode, Solution, SolveRequest, Unsolvable
from condasync.model.spec import CondaSpec
from condasync.model.target import Target, VirtualPackage
from condasync.model.translation import Kept, Mapped, Outcome
from condasync.seams import SolverEngine
from condasync.solve.nearest.nearest import Nearest, nearest
from condasync.solve.nearest.refute import refuter
from condasync.solve.request import request_for

TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=(VirtualPackage(name="__glibc", version="2.28"),))


def pinned(text: str) -> Mapped:
    """Return a requested `name version` that was mapped to the same conda name."""
    name, version = text.split()
    return Mapped(package=PipPackage(name=name, version=version, requested=True), specs=(CondaSpec(name=name),))


def installed(record: ChannelRecord) -> Kept:
    """Return a conda package that is installed on the target's own subdir."""
    package = CondaPackage(
        name=record.name,
        version=record.version,
        requested=record.name == "user",
        build=record.build,
        subdir=record.subdir,
        record=record,
    )
    return Kept(package=package, specs=(CondaSpec(name=record.name),))


def near(
    engine: SolverEngine, repodata: RepodataFile, outcomes: Sequence[Outcome], mode: PinMode = "relax"
) -> tuple[Nearest, list[SolveRequest]]:
    """Return the nearest environment, and what the engine was asked for."""
    index = SparseIndex((repodata,))
    asked = request_for(outcomes, index=index, target=TARGET, python=None, mode=mode, channel_priority="strict")
    requests: list[SolveRequest] = []
    with engine.open((repodata,), TARGET) as session:

        def solve(request: SolveRequest) -> Answer:
            requests.append(request)
            return session.solve(request)

        refute = refuter(asked.ladders, index, TARGET)
        return nearest(asked.ladders, solve, refute=refute, tell=lambda _: None), requests


def versions(found: Nearest) -> dict[str, str]:
    """Return the locked versions but Python's."""
    assert isinstance(found.answer, Solution)
    return {record.name: record.version for record in found.answer.records if record.name != "python"}


def test_clash_moves_one_package(
    engine: SolverEngine, write: Callable[..., RepodataFile], row: Callable[..., dict[str, Any]]
) -> None:
    """An exact request is unsolvable; relaxed, one package moves and names the requirement."""
    repodata = write(
        row("python", "3.11.7"),
        row("dask", "2022.1.1"),
        row("dask", "2022.5.1"),
        row("distributed", "2022.1.1", "dask 2022.1.1.*"),
        row("distributed", "2022.5.1", "dask 2022.5.1.*"),
    )
    pins = [pinned("dask 2022.1.1"), pinned("distributed 2022.5.1")]
    exact, _ = near(engine, repodata, pins, "exact")
    assert isinstance(exact.answer, Unsolvable)
    found, _ = near(engine, repodata, pins)
    assert versions(found) == {"dask": "2022.1.1", "distributed": "2022.1.1"}
    (relaxation,) = found.relaxations
    assert relaxation.because == "distributed 2022.5.1 needs dask 2022.5.1.*"


def test_clash_through_a_library_that_nobody_asked_for(
    engine: SolverEngine, write: Callable[..., RepodataFile], row: Callable[..., dict[str, Any]]
) -> None:
    """Packages that clash only in what they need are told apart from those that have nothing to do with it."""
    repodata = write(
        row("python", "3.11.7"),
        row("fine", "1.0"),
        row("fine", "1.1"),
        row("one", "1.0", "lib <2"),
        row("two", "1.0", "lib >=2"),
        row("two", "1.1", "lib"),
        row("lib", "1.0"),
        row("lib", "2.0"),
    )
    found, _ = near(engine, repodata, [pinned("fine 1.0"), pinned("one 1.0"), pinned("two 1.0")])
    assert versions(found) == {"fine": "1.0", "one": "1.0", "two": "1.1", "lib": "1.0"}
    (relaxation,) = found.relaxations
    assert relaxation.because == "it does not go with one 1.0: two 1.0 needs lib >=2"


def test_consistent_conda_prefix_solves_to_itself(
    engine: SolverEngine,
    write: Callable[..., RepodataFile],
    row: Callable[..., dict[str, Any]],
    make_record: Callable[..., ChannelRecord],
) -> None:
    """A consistent prefix gives back its own records in one solve, also a build that the channel has dropped."""
    repodata = write(
        row("python", "3.11.7"),
        row("lib", "1.0"),
        row("lib", "1.1"),
        row("user", "1.0", "lib >=1.0"),
        row("user", "1.1", "lib >=1.1"),
    )
    (user, *_) = SparseIndex((repodata,)).records("user")
    gone = make_record("lib", "1.0", build="hdead_7")
    found, requests = near(engine, repodata, [installed(gone), installed(user)])
    assert isinstance(found.answer, Solution)
    assert [record for record in found.answer.records if record.name != "python"] == [gone, user]
    assert found.relaxations == ()
    assert len(requests) == 1
