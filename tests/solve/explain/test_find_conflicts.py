"""Every conflict of an unsolvable request is found: by the records where they show it, else with a bounded search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from condasync.convert.matchspec import parse_spec
from condasync.errors import SolveTimeoutError
from condasync.model.record import ChannelRecord
from condasync.model.solve import (
    Answer,
    Conflict,
    ConflictStep,
    RequestedSpec,
    Solution,
    SolveRequest,
    Unsolvable,
)
from condasync.model.target import Target
from condasync.seams import ChannelIndex
from condasync.solve.explain.find_conflicts import with_conflicts

MakeRecord = Callable[..., ChannelRecord]

TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=())
UNSOLVABLE = Unsolvable(explanation="a tree of the engine")


@dataclass(slots=True)
class Engine:
    """Answer requests: those that hold all names of a clash have no solution; count the questions."""

    clashes: tuple[frozenset[str], ...]
    fail_at: int | None = None
    asked: list[frozenset[str]] = field(default_factory=list)

    def solve(self, request: SolveRequest) -> Answer:
        """Return the answer to one request."""
        names = frozenset(each.spec.name for each in request.specs)
        self.asked.append(names)
        if len(self.asked) == self.fail_at:
            raise SolveTimeoutError("too long")
        return UNSOLVABLE if any(clash <= names for clash in self.clashes) else Solution(records=())


def engine(*clashes: str, fail_at: int | None = None) -> Engine:
    """Return an engine for which the names of each clash have no solution together."""
    return Engine(tuple(frozenset(clash.split()) for clash in clashes), fail_at=fail_at)


def request(*texts: str) -> SolveRequest:
    """Return a request for specs, and for Python."""
    specs = [RequestedSpec(spec=parse_spec(text), because="captured") for text in (*texts, "python 3.11.*")]
    return SolveRequest(specs=tuple(specs))


@pytest.fixture(scope="module")
def index(make_record: MakeRecord, make_index: Callable[..., ChannelIndex]) -> ChannelIndex:
    """Return a channel with two clashes, one absent version, one build for another Python, and bystanders."""
    return make_index(
        [
            *(make_record("python", f"3.{minor}.1") for minor in (9, 11)),
            *(make_record(name, version) for name in ("lib", "core") for version in ("1.0", "2.0")),
            make_record("oldlib", "1.0", "lib <2"),
            make_record("oldcore", "1.0", "core <2"),
            make_record("other", "1.0", "core <2"),
            make_record("oldpython", "1.0", "python 3.9.*"),
            make_record("x", "1.0"),
            make_record("y", "1.0"),
            make_record("z", "1.0"),
        ]
    )


def found(index: ChannelIndex, engine: Engine, asked: SolveRequest, answer: Unsolvable = UNSOLVABLE) -> Unsolvable:
    """Return the answer with its conflicts."""
    return with_conflicts(answer, asked, solve=engine.solve, records_of=index.records, target=TARGET)


def packages(answer: Unsolvable) -> list[tuple[str, ...]]:
    """Return the packages of each conflict."""
    return [conflict.packages for conflict in answer.conflicts]


def test_several_conflicts_at_once(index: ChannelIndex) -> None:
    """What fails alone comes first, then each clash; the engine confirms each, and that the rest holds."""
    asked = request("core ==2.0", "lib ==2.0", "oldcore", "oldlib", "oldpython", "x ==3.0", "y")
    solver = engine("core oldcore", "lib oldlib", "oldpython", "x")
    answer = found(index, solver, asked)
    assert packages(answer) == [("oldpython", "python"), ("x",), ("core", "oldcore"), ("lib", "oldlib")]
    assert answer.explanation == UNSOLVABLE.explanation
    assert solver.asked == [{"core", "oldcore"}, {"lib", "oldlib"}, {"python", "y"}]


def test_one_request_in_several_clashes(index: ChannelIndex) -> None:
    """Conflicts are disjoint: core is taken out with the first that it clashes with."""
    answer = found(index, engine("core oldcore", "core other"), request("core ==2.0", "oldcore", "other"))
    assert packages(answer) == [("core", "oldcore")]


def test_clash_that_the_records_do_not_show(index: ChannelIndex) -> None:
    """The engine is asked for a smallest set, and its requests are named."""
    answer = found(index, engine("x z"), request("core", "lib", "x", "y", "z"))
    assert answer.conflicts == (
        Conflict(
            packages=("x", "z"),
            chain=(
                ConflictStep(package="request", requires="x", found="x 1.0"),
                ConflictStep(package="request", requires="z", found="z 1.0"),
            ),
        ),
    )


def test_clash_that_the_engine_does_not_have(index: ChannelIndex) -> None:
    """Where the engine reads records in another way, its own clash is the answer."""
    answer = found(index, engine("x y"), request("core ==2.0", "oldcore", "x", "y"))
    assert packages(answer) == [("x", "y")]


def test_solves_are_bounded(index: ChannelIndex, make_record: MakeRecord) -> None:
    """An endless row of clashes ends with the budget, and what was found stays."""
    many = {f"p{number}": make_record(f"p{number}", "1.0") for number in range(60)}
    solver = engine(*(f"p{number}" for number in range(60)))
    answer = with_conflicts(
        UNSOLVABLE,
        request(*many),
        solve=solver.solve,
        records_of=lambda name: (many[name],) if name in many else index.records(name),
        target=TARGET,
    )
    assert len(solver.asked) == 60
    assert 1 <= len(answer.conflicts) < 60


def test_engine_that_gives_up(index: ChannelIndex) -> None:
    """A solve that takes too long ends the search, and the conflicts found before are the answer."""
    answer = found(index, engine("x z", fail_at=2), request("x", "z", "oldpython"))
    assert packages(answer) == [("oldpython", "python")]


def test_conflicts_of_the_engine_stay(index: ChannelIndex) -> None:
    """What libmamba's problem graph says is kept as it is, with versions that would fit; nothing is asked."""
    steps = (ConflictStep(package="request", requires="core ==2.0", found="core 2.0"),)
    solver = engine()
    theirs = replace(UNSOLVABLE, conflicts=(Conflict(packages=("core", "oldcore"), chain=steps),))
    answer = found(index, solver, request("core ==2.0", "oldcore ==1.0"), theirs)
    assert answer.conflicts == (Conflict(packages=("core", "oldcore"), chain=steps, fits=("core ==1.0",)),)
    assert solver.asked == []


def test_strict_priority_hides_the_lower_channel(
    make_record: MakeRecord, make_index: Callable[..., ChannelIndex]
) -> None:
    """What only the second channel has is no candidate, unless another priority or the channel is asked for."""
    first = make_record("tool", "1.0")
    second = replace(make_record("tool", "2.0"), channel="second", url="https://example.org/second/linux-64/tool.conda")
    index = make_index([make_record("python", "3.11.1"), first, second])
    asked = request("tool ==2.0")
    assert packages(found(index, engine(), asked)) == [("tool",)]
    assert packages(found(index, engine(), replace(asked, channel_priority="disabled"))) == []
    assert packages(found(index, engine(), request("second::tool ==2.0"))) == []


def test_preferred_records_are_candidates(make_record: MakeRecord, index: ChannelIndex) -> None:
    """A captured build that the channel has dropped is there, as the engine has it too."""
    own = make_record("gone", "1.0")
    asked = replace(request("gone ==1.0"), preferred=(own,))
    assert packages(found(index, engine(), asked)) == []
    assert packages(found(index, engine(), request("gone ==1.0"))) == [("gone",)]
