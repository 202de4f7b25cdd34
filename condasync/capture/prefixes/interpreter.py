"""Ask an interpreter where it looks for distributions; none of the environment's own code runs."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from condasync.capture.prefixes import query

TIMEOUT = 30.0
_SUBDIRS = {
    ("linux", "x86_64"): "linux-64",
    ("linux", "aarch64"): "linux-aarch64",
    ("linux", "ppc64le"): "linux-ppc64le",
    ("darwin", "x86_64"): "osx-64",
    ("darwin", "arm64"): "osx-arm64",
    ("win32", "AMD64"): "win-64",
}


class InterpreterError(Exception):
    """An interpreter gave no usable answer; the text says why. Callers turn it into a finding or a CaptureError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Hold what is known of an interpreter; the fields are those of `query.describe`, `subdir` is conda's word."""

    prefix: Path
    version: str | None
    subdir: str | None
    in_venv: bool
    own_sites: tuple[Path, ...]
    base_sites: tuple[Path, ...]
    user_scheme: str | None


def ask(executable: Path, *, timeout: float = TIMEOUT) -> Answer:
    """Return what an interpreter says of itself; our own is asked without a second process.

    `timeout` is in seconds. Raises InterpreterError.
    """
    if os.path.abspath(executable) == os.path.abspath(sys.executable):  # noqa: PTH100  must not follow a venv's links
        return read_answer(query.describe())
    command = [str(executable), "-I", "-S", "-B", query.__file__]
    text = _output(command, timeout)
    lines = text.strip().splitlines()
    try:
        data = json.loads(lines[-1] if lines else "")
    except (ValueError, RecursionError) as error:
        raise InterpreterError("its answer cannot be understood") from error
    if not isinstance(data, dict):
        raise InterpreterError("its answer cannot be understood")
    return read_answer(data)


def host_subdir() -> str | None:
    """Return the conda subdir of the running machine."""
    return read_answer(query.describe()).subdir


def read_answer(data: Mapping[str, object]) -> Answer:
    """Return the answer that a decoded JSON object holds, raise InterpreterError when a field is not as it must be."""
    scheme = data.get("user_scheme")
    if scheme is not None and not isinstance(scheme, str):
        raise InterpreterError("its answer lacks 'user_scheme'")
    return Answer(
        prefix=Path(_text(data, "prefix")),
        version=_text(data, "version"),
        subdir=_SUBDIRS.get((_text(data, "sys_platform"), _text(data, "machine"))),
        in_venv=data.get("in_venv") is True,
        own_sites=_paths(data, "own_sites"),
        base_sites=_paths(data, "base_sites"),
        user_scheme=scheme,
    )


def _output(command: list[str], timeout: float) -> str:
    # a session of its own: a wrapper script's children must end with it, else they hold the pipe open
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise InterpreterError(f"it cannot be started: {error.strerror}") from error
    with process:
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as error:
            raise InterpreterError(f"it did not answer within {timeout:g} seconds") from error
        finally:
            if process.returncode is None:
                _kill(process)
    if process.returncode != 0:
        last = (err.strip().splitlines() or ["no message"])[-1]
        raise InterpreterError(f"it ended with exit code {process.returncode}: {last}")
    return out


def _kill(process: subprocess.Popen[str]) -> None:
    if sys.platform == "win32":
        process.kill()
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _text(data: Mapping[str, object], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise InterpreterError(f"its answer lacks '{key}'")
    return value


def _paths(data: Mapping[str, object], key: str) -> tuple[Path, ...]:
    value = data.get(key)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InterpreterError(f"its answer lacks '{key}'")
    return tuple(Path(item) for item in value)
