"""What only the rattler engine does; what both engines do stands in test_engines.py."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

import pytest

from condasync.errors import EngineError
from condasync.model.record import RepodataFile
from condasync.model.solve import Answer, RequestedSpec, Solution, SolveRequest, Unsolvable
from condasync.model.spec import CondaSpec
from condasync.model.target import Target, VirtualPackage
from condasync.solve.engine.rattler import RattlerEngine

ENGINE = RattlerEngine(timeout=120.0, memory_limit=2**31)
TARGET = Target(
    subdir="linux-64",
    python="3.11",
    virtual_packages=(VirtualPackage(name="__unix", version="0"), VirtualPackage(name="__glibc", version="2.28")),
)


def request_of(*specs: str) -> SolveRequest:
    """Return a request; a text is a name and a version constraint."""
    asked = [CondaSpec(name=spec.partition(" ")[0], version=spec.partition(" ")[2]) for spec in specs]
    return SolveRequest(specs=tuple(RequestedSpec(spec=spec, because="test") for spec in asked))


def solve(repodata: Sequence[RepodataFile], request: SolveRequest, target: Target = TARGET) -> Answer:
    """Return the answer of a session of its own."""
    with ENGINE.open(repodata, target) as session:
        return session.solve(request)


def versions(answer: Answer) -> dict[str, str]:
    """Return what a solution holds."""
    assert isinstance(answer, Solution), answer
    return {record.name: record.version for record in answer.records}


def explanation(answer: Answer) -> str:
    """Return why there is no solution."""
    assert isinstance(answer, Unsolvable), answer
    return answer.explanation


def test_the_engine_says_its_name_and_version() -> None:
    """Prove that a report names the library that solved."""
    assert (ENGINE.name, ENGINE.version) == ("rattler", version("py-rattler"))


@pytest.mark.parametrize(
    ("specs", "lines"),
    [
        (["nothing"], ["No candidates were found for nothing *."]),
        (["libz >=9"], ["libz >=9"]),
        (["fast ==2.0", "python 3.11.*"], ["fast ==2.0", "python >=3.12,<3.13.0a0"]),
        (["modern"], ["__glibc >=2.34, for which no candidates were found"]),
    ],
)
def test_what_cannot_be_solved_is_explained(
    python: tuple[RepodataFile, ...], specs: list[str], lines: list[str]
) -> None:
    """Prove that a missing package, a missing version, a conflict and an old glibc come with the engine's reasons."""
    text = explanation(solve(python, request_of(*specs)))
    assert all(line in text for line in lines), text
    assert not text.startswith("Cannot solve")
    assert "\x1b" not in text


def test_a_spec_that_rattler_does_not_understand_is_an_engine_error(python: tuple[RepodataFile, ...]) -> None:
    """Prove that a bad constraint neither kills the child nor reads as unsolvable."""
    with ENGINE.open(python, TARGET) as session:
        with pytest.raises(EngineError, match="the rattler engine refused the request: "):
            session.solve(request_of("libz >>>1"))
        assert versions(session.solve(request_of("libz"))) == {"libz": "1.3"}


def test_twenty_sessions_in_a_row_answer_alike(python: tuple[RepodataFile, ...]) -> None:
    """Prove that rattler's crash at interpreter exit never reaches us."""
    answers = {solve(python, request_of("pure")) for _ in range(20)}
    assert len(answers) == 1
