"""One envelope around every command: errors, exit codes, text or JSON."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from condasync.cli.annotations import Annotation, annotation_of, workflow_command
from condasync.errors import CondasyncError, InterruptionError, UsageError
from condasync.model.url import redact
from condasync.settings import in_github_actions

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

RESULT_VERSION = 1
INTERRUPTED = 130
BUG = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandResult:
    """Hold what a command has to say: `data` for programs, `text` for people, the same facts.

    A non-zero `exit_code` comes with `errors` unless the answer itself is a "no" (exit code 1). `error_texts` are the
    messages of the errors in colour, for a terminal; as many as there are errors, or none. `annotations` are for
    GitHub, where every error becomes one as well.
    """

    data: dict[str, Any]
    text: RenderableType | str = ""
    exit_code: int = 0
    errors: tuple[CondasyncError, ...] = field(default=())
    error_texts: tuple[Text, ...] = ()
    annotations: tuple[Annotation, ...] = ()


def run(command: str, body: Callable[[], CommandResult], *, as_json: bool) -> int:
    """Run a command's body, print its result or its error, and return the exit code."""
    try:
        _refuse_lost_folder()
        result = body()
    except CondasyncError as error:
        result = CommandResult(data={}, exit_code=error.exit_code, errors=(error,))
    except (KeyboardInterrupt, InterruptionError):
        result = _interrupted()
    except Exception as error:  # noqa: BLE001 - the one place where a bug becomes a message instead of a traceback
        # While a class is made, Python before 3.12 wraps whatever is raised: Ctrl-C, too.
        wrapped = isinstance(error.__cause__, InterruptionError)
        result = _interrupted() if wrapped else CommandResult(data={}, exit_code=BUG, errors=(_bug(error),))
    show(command, result, as_json=as_json)
    return result.exit_code


def show(command: str, result: CommandResult, *, as_json: bool) -> None:
    """Print what a command has to say; one that goes on and on does so each time."""
    if as_json:
        print_json(command, result)
    else:
        _print_text(result)
    if result.exit_code != 0 and in_github_actions(os.environ):
        said = (*result.annotations, *(annotation_of(error) for error in result.errors))
        sys.stderr.write("".join(f"{workflow_command(one)}\n" for one in said))
    sys.stdout.flush()


def print_json(command: str, result: CommandResult) -> None:
    """Print the envelope: the same shape for success and failure."""
    envelope = {
        "condasync_result_version": RESULT_VERSION,
        "command": command,
        "status": "ok" if result.exit_code == 0 else ("no" if not result.errors else "error"),
        "exit_code": result.exit_code,
        "data": result.data,
        "errors": [_error_row(error) for error in result.errors],
    }
    sys.stdout.write(json.dumps(envelope, indent=2, default=list) + "\n")


def print_error(error: CondasyncError, text: Text | None = None) -> None:
    """Print an error and its hints to stderr; `text` is its message in colour, for a terminal."""
    hints = [f"hint: {hint}" for hint in error.hints]
    if text is not None and sys.stderr.isatty() and redact(text.plain) == text.plain:
        from rich.console import Console

        console = Console(stderr=True, highlight=False, soft_wrap=True)
        console.print("error: ", style="bold red", end="")
        console.print(text)
        lines = hints
    else:
        lines = [f"error: {error.message}", *hints]
    sys.stderr.write("".join(f"{redact(line)}\n" for line in lines))


def _refuse_lost_folder() -> None:
    """Raise UsageError where the working folder was removed: paths and settings are seen from it."""
    try:
        os.getcwd()  # noqa: PTH109
    except FileNotFoundError as error:
        hint = 'go to a folder that is there; one inside a prefix that was replaced is entered again: cd "$PWD"'
        raise UsageError("the folder that you are in is no longer there", hints=(hint,)) from error


class _InterruptedError(CondasyncError):
    code = "interrupted"
    exit_code = INTERRUPTED


def _interrupted() -> CommandResult:
    return CommandResult(data={}, exit_code=INTERRUPTED, errors=(_InterruptedError("interrupted"),))


class _BugError(CondasyncError):
    code = "bug"
    exit_code = BUG


def _bug(error: Exception) -> CondasyncError:
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "unknown"
    return _BugError(
        redact(f"a bug in condasync: {type(error).__name__}: {error}"),
        hints=("please report it with the command and its input; no file of yours was changed",),
        where=where,
    )


def _print_text(result: CommandResult) -> None:
    if isinstance(result.text, str):
        # as it stands: rich would wrap it and take [words in brackets] for styles
        sys.stdout.write(f"{result.text}\n" if result.text else "")
    else:
        from rich.console import Console

        Console(soft_wrap=False, highlight=False).print(result.text)
    for error, text in zip_longest(result.errors, result.error_texts):
        print_error(error, text)


def _error_row(error: CondasyncError) -> dict[str, Any]:
    return {
        "code": error.code,
        "message": redact(error.message),
        "hints": [redact(hint) for hint in error.hints],
        **{key: redact(value) if isinstance(value, str) else value for key, value in error.facts.items()},
    }
