"""An unchanged lock is answered by its own records, and only then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from condasync.channel.index import SparseIndex
from condasync.channel.snapshot import bundled_snapshot
from condasync.convert.virtual_packages import default_virtual_packages
from condasync.model.export import ExportQuestion
from condasync.model.lockfile import LockedPackage
from condasync.model.record import ChannelRecord, RepodataFile
from condasync.model.solve import Answer, RequestedSpec, Solution, SolveRequest, Unsolvable
from condasync.model.spec import CondaSpec
from condasync.model.target import Target
from condasync.seams import SolveSession
from condasync.solve.engine.rattler import RattlerEngine
from condasync.still_held import SessionAtNeed, checked_in, held_answer, session_for

MakeRecord: TypeAlias = Callable[..., ChannelRecord]

TARGET = Target(subdir="linux-64", python="3.12", virtual_packages=())
ENGINE_SAYS = Unsolvable(explanation="the engine said so")


@dataclass(slots=True, kw_only=True)
class Engine:
    """An engine that counts its sessions and the requests that it got, and always answers the same."""

    name: str = "rattler"
    version: str = "9.9"
    opened: int = 0
    closed: int = 0
    asked: list[SolveRequest] = field(default_factory=list)

    @contextmanager
    def open(self, repodata: Sequence[RepodataFile], target: Target) -> Iterator[SolveSession]:
        """Count a session."""
        del repodata, target
        self.opened += 1
        yield self
        self.closed += 1

    def solve(self, request: SolveRequest) -> Answer:
        """Return what the engine says."""
        self.asked.append(request)
        return Solution(records=request.preferred) if request.only_preferred else ENGINE_SAYS


@pytest.fixture
def locked(make_record: MakeRecord) -> tuple[ChannelRecord, ...]:
    """Return a consistent set, and a record that nobody needs."""
    made = (
        make_record("app", "2", "lib >=1,<2", "__unix", build="h1_0"),
        make_record("lib", "1"),
        make_record("spare", "1"),
    )
    return tuple(replace(one, md5="0" * 32, sha256="0" * 64) for one in made)


def request(preferred: Sequence[ChannelRecord], *names: str, **facts: Any) -> SolveRequest:
    """Return a request for names."""
    specs = tuple(RequestedSpec(spec=CondaSpec(name=name), because="test") for name in names)
    return SolveRequest(specs=specs, preferred=tuple(preferred), **facts)


def with_unix(target: Target = TARGET) -> Target:
    """Return the target with the virtual package that the records want."""
    packages = tuple(one for one in default_virtual_packages("linux-64") if one.name == "__unix")
    return replace(target, virtual_packages=packages)


def test_what_is_preferred_answers_where_it_holds(locked: tuple[ChannelRecord, ...]) -> None:
    """The answer holds what is asked for and what that needs, and nothing else that was locked."""
    answer = held_answer(request(locked, "app"), with_unix())
    assert answer == Solution(records=locked[:2])


@pytest.mark.parametrize(
    "fault", ["missing", "older", "constrained", "unasked", "channel", "twice", "exact", "virtual"]
)
def test_an_engine_must_say_the_rest(locked: tuple[ChannelRecord, ...], fault: str) -> None:
    """A gap, a broken constraint, a spec that no record meets, a target that lacks something: not ours to answer."""
    app, lib, spare = locked
    asked, target = request(locked, "app"), with_unix()
    match fault:
        case "missing":
            asked = request((app, spare), "app")
        case "older":
            asked = request((app, replace(lib, version="0.9"), spare), "app")
        case "constrained":
            asked = request((app, replace(lib, constrains=("app <2",))), "app")
        case "unasked":
            asked = request(locked, "app", "another")
        case "channel":
            spec = CondaSpec(name="app", channel="synthetic")
            asked = replace(asked, specs=(RequestedSpec(spec=spec, because="test"),))
        case "twice":
            asked = request((*locked, replace(lib, build="1")), "app")
        case "exact":
            asked = replace(asked, only_preferred=True)
        case _:
            target = TARGET
    assert held_answer(asked, target) is None


def test_the_engine_starts_when_it_is_asked(locked: tuple[ChannelRecord, ...]) -> None:
    """Its session opens once, stays for all that follows, and is closed with the block."""
    engine = Engine()
    question = ExportQuestion(locked_by=("rattler", "9.9"))
    with session_for(question, engine, (), with_unix()) as session:
        assert session.solve(request(locked, "app")) == Solution(records=locked[:2])
        assert engine.opened == 0
        assert session.solve(request(locked, "other")) == ENGINE_SAYS
        assert session.solve(request(locked, "app")) == ENGINE_SAYS
        assert (engine.opened, engine.closed, len(engine.asked)) == (1, 0, 2)
    assert engine.closed == 1


def test_without_a_verified_lock_the_engine_starts_at_once(locked: tuple[ChannelRecord, ...]) -> None:
    """Where inputs changed the engine answers everything: its repodata loads while the rest is read."""
    engine = Engine()
    with session_for(ExportQuestion(), engine, (), with_unix()) as session:
        assert engine.opened == 1
        assert session.solve(request(locked, "app")) == ENGINE_SAYS


def rows(records: Sequence[ChannelRecord]) -> tuple[LockedPackage, ...]:
    """Return the records as a lock holds them."""
    return tuple(
        LockedPackage(
            manager="conda",
            name=record.name,
            version=record.version,
            platform="linux-64",
            url=record.url,
            md5=record.md5,
            sha256=record.sha256,
        )
        for record in records
    )


@pytest.mark.parametrize(("version", "same", "asked"), [("9.9", True, 0), ("9.8", True, 1), ("9.9", False, 1)])
def test_the_engine_verifies_what_it_has_not(
    locked: tuple[ChannelRecord, ...], version: str, *, same: bool, asked: int
) -> None:
    """Exactly the rows that this engine verified are not verified twice; another version or another set is."""
    engine = Engine()
    question = ExportQuestion(locked=rows(locked[:2] if same else locked), locked_by=("rattler", version))
    with session_for(question, engine, (), with_unix()) as session:
        answer = session.solve(request(locked, "app"))
        assert isinstance(answer, Solution)
        checked = checked_in(session, answer.records, with_unix(), question=question, engine=engine, reference=None)
    assert (len(engine.asked), checked.engine, checked.findings) == (asked, ("rattler", "9.9"), ())


def test_a_reference_engine_has_the_last_word(locked: tuple[ChannelRecord, ...]) -> None:
    """A lock that the embedded engine verified is verified by libmamba once that is there."""
    engine, reference = Engine(), Engine(name="libmamba")
    question = ExportQuestion(locked=rows(locked[:2]), locked_by=("rattler", "9.9"))
    with session_for(question, engine, (), with_unix()) as session:
        session.solve(request(locked, "app"))
        checked = checked_in(session, locked[:2], with_unix(), question=question, engine=engine, reference=reference)
    assert (checked.engine, len(reference.asked), engine.opened) == (("libmamba", "9.9"), 1, 0)


@pytest.mark.parametrize("names", [("pandas",), ("dask", "distributed", "scikit-learn", "matplotlib-base")])
def test_an_engine_that_keeps_what_is_preferred_says_the_same(tmp_path: Path, names: tuple[str, ...]) -> None:
    """On real records: with a solution as preference, rattler gives the solution, and so do its own records."""
    _, files = bundled_snapshot(tmp_path)
    index = SparseIndex([files["linux-64"], files["noarch"]])
    target = replace(TARGET, virtual_packages=default_virtual_packages("linux-64"))
    asked = request((), "python", *names)
    with RattlerEngine(timeout=120, memory_limit=2**32).open(index.repodata, target) as session:
        first = session.solve(asked)
        assert isinstance(first, Solution)
        again = replace(asked, preferred=first.records)
        assert held_answer(again, target) == session.solve(again) == first
        less = replace(again, specs=again.specs[:-1])
        assert held_answer(less, target) == session.solve(less)


def test_a_session_at_need_knows_whether_it_was_asked(locked: tuple[ChannelRecord, ...]) -> None:
    """What it answered itself does not count."""
    session = SessionAtNeed(Engine, with_unix())
    session.solve(request(locked, "app"))
    assert not session.asked
    session.solve(request(locked, "other"))
    assert session.asked
