"""One envelope around every command: what a body raises becomes a code and a message."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from condasync.cli.run import CommandResult, run
from condasync.errors import CaptureError, InterruptionError, NetworkError


class _RaisesWhenNamed:
    """Raise when a class is made that has one."""

    def __set_name__(self, owner: type, name: str) -> None:
        """Act as a signal does that comes while a class is made."""
        raise InterruptionError


def _interrupted_while_a_class_is_made() -> CommandResult:
    type("Made", (), {"field": _RaisesWhenNamed()})
    raise AssertionError("the class was made")


def _broken() -> CommandResult:
    return CommandResult(data={"never": 1 // len(())})


def _of(error: BaseException) -> Callable[[], CommandResult]:
    def body() -> CommandResult:
        raise error

    return body


@pytest.mark.parametrize(
    ("body", "code", "line"),
    [
        (lambda: CommandResult(data={}), 0, ""),
        (lambda: CommandResult(data={}, exit_code=1), 1, ""),
        (
            _of(CaptureError("no such thing", hints=("look elsewhere",))),
            3,
            "error: no such thing\nhint: look elsewhere\n",
        ),
        (_of(NetworkError("https://me:hidden@example.org/x is away")), 8, "example.org/x is away\n"),
        (_of(KeyboardInterrupt()), 130, "error: interrupted\n"),
        (_of(InterruptionError()), 130, "error: interrupted\n"),
        (_interrupted_while_a_class_is_made, 130, "error: interrupted\n"),
        (_broken, 70, "ZeroDivisionError"),
    ],
)
def test_a_body_ends_with_its_code_and_its_line(
    body: Callable[[], CommandResult], code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each kind of end has its exit code, on stderr one line and its hints, never a credential or a traceback."""
    assert run("export", body, as_json=False) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert line in told.err
    assert bool(line) == bool(told.err)
    assert "hidden" not in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    ("body", "status", "codes"),
    [
        (lambda: CommandResult(data={"x": 1}), "ok", []),
        (lambda: CommandResult(data={}, exit_code=1), "no", []),
        (_of(CaptureError("nothing there", path="a.txt")), "error", ["capture"]),
        (_broken, "error", ["bug"]),
    ],
)
def test_the_envelope_has_one_shape(
    body: Callable[[], CommandResult], status: str, codes: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """With JSON every end prints the same keys, and nothing goes to stderr."""
    code = run("capture", body, as_json=True)
    told = capsys.readouterr()
    envelope = json.loads(told.out)
    assert list(envelope) == ["condasync_result_version", "command", "status", "exit_code", "data", "errors"]
    assert (envelope["command"], envelope["status"], envelope["exit_code"]) == ("capture", status, code)
    assert [error["code"] for error in envelope["errors"]] == codes
    assert all({"message", "hints"} <= error.keys() for error in envelope["errors"])
    assert told.err == ""
