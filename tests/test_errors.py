"""Each family of errors has its exit code, and carries facts beside its message."""

from __future__ import annotations

import pytest

from condasync import errors

EXIT_CODES = {
    errors.CondasyncError: 70,
    errors.UsageError: 2,
    errors.CaptureError: 3,
    errors.InputSyntaxError: 3,
    errors.NamesError: 4,
    errors.UnsolvableError: 5,
    errors.SolveTimeoutError: 5,
    errors.SolveMemoryError: 5,
    errors.EngineError: 5,
    errors.OutputError: 6,
    errors.LockFileError: 6,
    errors.DuplicateRowError: 6,
    errors.ApplyError: 7,
    errors.ChannelError: 8,
    errors.NetworkError: 8,
}


@pytest.mark.parametrize("kind", EXIT_CODES, ids=lambda kind: kind.__name__)
def test_exit_code(kind: type[errors.CondasyncError]) -> None:
    """The exit code of an error is the documented one."""
    assert kind("x").exit_code == EXIT_CODES[kind]


def test_codes_are_distinct() -> None:
    """Programs can tell errors apart by their code."""
    codes = [kind.code for kind in EXIT_CODES]
    assert len(set(codes)) == len(codes)


def test_facts_and_hints_are_kept() -> None:
    """What is known beside the message stays data."""
    error = errors.InputSyntaxError("a.txt:3: bad", hints=("mend it",), path="a.txt", line=3)
    assert (error.message, error.hints, error.facts) == ("a.txt:3: bad", ("mend it",), {"path": "a.txt", "line": 3})
