"""The last check of a solve: two checks over the same records, and who is named for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import pytest

from condasync.engine_check import check_records, check_solution
from condasync.errors import EngineError
from condasync.model.record import ChannelRecord, RepodataFile
from condasync.model.solve import Answer, Solution, SolveRequest, Unsolvable
from condasync.model.target import Target
from condasync.seams import SolveSession

MakeRecord: TypeAlias = Callable[..., ChannelRecord]

TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=())
REFUSES = Unsolvable(explanation="nothing provides it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session with one answer, or the error instead, that remembers what it was asked."""

    answer: Answer | EngineError
    asked: list[SolveRequest] = field(default_factory=list)

    def solve(self, request: SolveRequest) -> Answer:
        """Return the answer."""
        self.asked.append(request)
        if isinstance(self.answer, EngineError):
            raise self.answer
        return self.answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """An engine with one session."""

    name: str
    session: Session
    version: str = "9.9"

    @contextmanager
    def open(self, repodata: Sequence[RepodataFile], target: Target) -> Iterator[SolveSession]:
        """Start the session; verifying loads no channel."""
        assert not repodata
        assert target == TARGET
        yield self.session


@pytest.fixture
def good(make_record: MakeRecord) -> tuple[ChannelRecord, ...]:
    """Return a consistent set."""
    made = (make_record("app", "2", "lib >=1"), make_record("lib", "1"))
    return tuple(replace(one, md5="0" * 32, sha256="0" * 64) for one in made)


def engine(name: str, answer: Answer | EngineError) -> Engine:
    """Return an engine that gives one answer."""
    return Engine(name=name, session=Session(answer=answer))


def test_the_engine_that_solved_verifies_in_its_open_session(good: tuple[ChannelRecord, ...]) -> None:
    """Prove that without a reference engine the session at hand is asked for exactly the records, and named."""
    solver = engine("rattler", Solution(records=good))
    checked = check_solution(good, TARGET, solved_in=solver.session, engine=solver, reference=None)
    assert (checked.engine, checked.findings) == (("rattler", "9.9"), ())
    (asked,) = solver.session.asked
    assert asked.only_preferred
    assert asked.preferred == good


def test_the_reference_engine_has_the_last_word(good: tuple[ChannelRecord, ...]) -> None:
    """Prove that the reference engine verifies where another one solved, and that its refusal is an error."""
    solver, reference = engine("rattler", Solution(records=good)), engine("libmamba", REFUSES)
    checked = check_solution(good, TARGET, solved_in=solver.session, engine=solver, reference=reference)
    assert checked.engine == ("libmamba", "9.9")
    (finding,) = checked.findings
    assert (finding.code, finding.severity) == ("engine-disagrees", "error")
    assert "libmamba 9.9" in finding.text
    assert "nothing provides it" in finding.text
    assert not solver.session.asked


def test_a_reference_engine_that_cannot_run_stops_nothing(good: tuple[ChannelRecord, ...]) -> None:
    """Prove that a broken install of the reference engine leaves the word to the engine that solved, and is told."""
    solver = engine("rattler", Solution(records=good))
    reference = engine("libmamba", EngineError("libmambapy cannot be loaded", engine="libmamba"))
    checked = check_solution(good, TARGET, solved_in=solver.session, engine=solver, reference=reference)
    assert checked.engine == ("rattler", "9.9")
    (finding,) = checked.findings
    assert (finding.code, finding.severity) == ("no-reference-engine", "note")
    assert "libmambapy cannot be loaded" in finding.text


def test_what_both_refuse_is_said_once_and_plainly(good: tuple[ChannelRecord, ...]) -> None:
    """Prove that the closure check's own words stand alone when the engine only agrees with them."""
    checked = check_records(good[:1], TARGET, engine=engine("libmamba", REFUSES))
    assert [finding.code for finding in checked.findings] == ["missing-dependency"]


def test_the_closure_check_counts_when_the_engine_sees_nothing(good: tuple[ChannelRecord, ...]) -> None:
    """Prove that an engine's yes does not silence the closure check."""
    checked = check_records(good[:1], TARGET, engine=engine("libmamba", Solution(records=good[:1])))
    assert [finding.code for finding in checked.findings] == ["missing-dependency"]
