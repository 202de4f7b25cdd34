"""Run a command of condasync in a process of its own, and get its answer or its error.

A process of its own because the hook also runs inside the user's Python, which lives on for days with an event loop,
threads and state of its own: the solver's native libraries are never loaded there, and what they do at the end of an
interpreter (rattler has been seen to crash) stays in a process that nobody waits for any more.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from condasync.errors import CondasyncError
from condasync.hook.interpreter import CONDASYNC

_NO = 1
_LAST_LINES = 5


def answer_of(words: Sequence[str]) -> Mapping[str, Any]:
    """Return the envelope of `condasync WORDS --json`, also one that says "no" (exit code 1).

    Raises the error that the command ended with, of its own type.
    """
    command = [*CONDASYNC, *words, "--json"]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    except OSError as error:  # a program that embeds Python may name no interpreter, or one that is gone
        raise CondasyncError(
            f"condasync {words[0]} cannot be started with {CONDASYNC[0]!r}: {error.strerror}",
            hints=("run it by itself before: condasync export",),
        ) from error
    try:
        envelope: dict[str, Any] = json.loads(done.stdout)
        code, errors = envelope["exit_code"], envelope["errors"]
    except (ValueError, KeyError, TypeError):
        said = "\n".join(done.stderr.strip().splitlines()[-_LAST_LINES:])
        raise CondasyncError(
            f"condasync {words[0]} ended with {done.returncode}{f': {said}' if said else ''}",
            hints=(f"run it by itself: condasync {words[0]} --help",),
        ) from None
    if errors:
        raise _error_of(errors)
    if code not in {0, _NO}:
        raise CondasyncError(f"condasync {words[0]} ended with {code}")
    return envelope


def _error_of(rows: Sequence[Mapping[str, Any]]) -> CondasyncError:
    """Return the errors as one: the type and facts of the first, what all of them say."""
    known = {kind.code: kind for kind in _kinds(CondasyncError)}
    first = rows[0]
    facts = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in first.items()
        if key not in {"code", "message", "hints"}
    }
    hints = tuple(dict.fromkeys(hint for row in rows for hint in row["hints"]))
    return known.get(first["code"], CondasyncError)("\n".join(row["message"] for row in rows), hints=hints, **facts)


def _kinds(kind: type[CondasyncError]) -> Iterator[type[CondasyncError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)
