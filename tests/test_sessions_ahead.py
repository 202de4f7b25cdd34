"""Sessions of later platforms begin while an earlier one is in use, few at once, and none stays open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from condasync.model.record import Channel, RepodataFile
from condasync.model.solve import Answer, SolveRequest, Unsolvable
from condasync.model.target import Subdir, Target
from condasync.model.url import Url
from condasync.seams import SolveSession
from condasync.sessions_ahead import Opening, ahead

SUBDIRS: tuple[Subdir, ...] = ("linux-64", "linux-aarch64", "osx-64", "osx-arm64", "win-64")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session that says which subdir it is for."""

    subdir: str

    def solve(self, request: SolveRequest) -> Answer:
        """Return the subdir."""
        del request
        return Unsolvable(explanation=self.subdir)


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """An engine that writes down what begins and ends."""

    name: str = "rattler"
    version: str = "9.9"
    log: list[str] = field(default_factory=list)

    @contextmanager
    def open(self, repodata: Sequence[RepodataFile], target: Target) -> Iterator[SolveSession]:
        """Begin a session."""
        del repodata
        self.log.append(f"+{target.subdir}")
        try:
            yield Session(subdir=target.subdir)
        finally:
            self.log.append(f"-{target.subdir}")


def opening(subdir: Subdir) -> Opening:
    """Return what a session of a subdir is opened with."""
    channel = Channel(name="one", base_url=Url("https://example.org/one"))
    file = RepodataFile(channel=channel, subdir=subdir, path=Path(subdir), sha256="0" * 64)
    return (file,), Target(subdir=subdir, python="3.12", virtual_packages=())


def answer(session: SolveSession) -> str:
    """Return the subdir that a session answers for."""
    said = session.solve(SolveRequest(specs=()))
    assert isinstance(said, Unsolvable)
    return said.explanation


def test_the_next_two_begin_beside_the_one_in_use() -> None:
    """Each is opened once, in order, answers for its own platform and is closed when it was used."""
    engine = Engine()
    with ahead(engine, [opening(subdir) for subdir in SUBDIRS]) as solver:
        assert (solver.name, solver.version) == ("rattler", "9.9")
        for subdir in SUBDIRS:
            with solver.open(*opening(subdir)) as session:
                assert answer(session) == subdir
                engine.log.append(f"={subdir}")
    linux, aarch64, osx, arm64, win = SUBDIRS
    assert engine.log == [
        *(f"+{linux}", f"+{aarch64}", f"+{osx}", f"={linux}", f"-{linux}"),
        *(f"+{arm64}", f"={aarch64}", f"-{aarch64}"),
        *(f"+{win}", f"={osx}", f"-{osx}"),
        *(f"={arm64}", f"-{arm64}", f"={win}", f"-{win}"),
    ]


def test_what_is_not_expected_is_opened_as_ever() -> None:
    """A session with other repodata, as after a build, has nothing to do with the expected ones."""
    engine = Engine()
    with ahead(engine, ()) as solver, solver.open((), opening("win-64")[1]) as session:
        assert answer(session) == "win-64"
    assert engine.log == ["+win-64", "-win-64"]


def test_an_error_closes_what_has_begun() -> None:
    """Processes of platforms that are not reached any more end with the run."""
    engine = Engine()

    def run() -> None:
        with ahead(engine, [opening(subdir) for subdir in SUBDIRS]) as solver, solver.open(*opening("linux-64")):
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        run()
    assert sorted(engine.log) == ["+linux-64", "+linux-aarch64", "+osx-64", "-linux-64", "-linux-aarch64", "-osx-64"]


def test_out_of_order_is_right_too() -> None:
    """Which one is asked for first does not matter."""
    engine = Engine()
    with ahead(engine, [opening(subdir) for subdir in SUBDIRS[:2]]) as solver:
        for subdir in reversed(SUBDIRS[:2]):
            with solver.open(*opening(subdir)) as session:
                assert answer(session) == subdir
    assert sorted(engine.log) == ["+linux-64", "+linux-aarch64", "-linux-64", "-linux-aarch64"]
