"""An interpreter is asked once, quietly, and disbelieved when it misbehaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from condasync.capture.prefixes import query
from condasync.capture.prefixes.interpreter import Answer, InterpreterError, ask, host_subdir, read_answer

_GOOD: Mapping[str, Any] = {
    "prefix": "/env",
    "version": "3.11.7",
    "sys_platform": "darwin",
    "machine": "arm64",
    "in_venv": True,
    "own_sites": ["/env/lib/python3.11/site-packages"],
    "base_sites": ["/usr/lib/python3.11/site-packages"],
    "user_scheme": None,
}


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], Path]:
    """Return a maker of shell scripts that stand in for an interpreter."""

    def make(body: str) -> Path:
        file = tmp_path / "python"
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(0o755)
        return file

    return make


def test_an_answer_is_read_whole() -> None:
    """Proves that every field arrives, the platform in conda's word."""
    assert read_answer(_GOOD) == Answer(
        prefix=Path("/env"),
        version="3.11.7",
        subdir="osx-arm64",
        in_venv=True,
        own_sites=(Path("/env/lib/python3.11/site-packages"),),
        base_sites=(Path("/usr/lib/python3.11/site-packages"),),
        user_scheme=None,
    )


@pytest.mark.parametrize(
    ("platform", "machine", "subdir"),
    [
        ("linux", "x86_64", "linux-64"),
        ("linux", "aarch64", "linux-aarch64"),
        ("win32", "AMD64", "win-64"),
        ("sunos5", "sparc", None),
    ],
)
def test_platforms_in_conda_s_words(platform: str, machine: str, subdir: str | None) -> None:
    """Proves the names of the subdirs, and None for a platform that conda-forge does not know."""
    assert subdir == read_answer({**_GOOD, "sys_platform": platform, "machine": machine}).subdir


@pytest.mark.parametrize(
    ("key", "value"),
    [("prefix", None), ("version", ""), ("own_sites", "/env"), ("base_sites", [1]), ("user_scheme", 5)],
)
def test_an_answer_that_lacks_something_is_refused(key: str, value: object) -> None:
    """Proves that each field is checked and named."""
    with pytest.raises(InterpreterError, match=f"its answer lacks '{key}'"):
        read_answer({**_GOOD, key: value})


def test_another_process_answers_as_our_own_does(tmp_path: Path) -> None:
    """Proves that the query gives the same facts with `-I -S -B` in a child as in the running interpreter."""
    link = Path(sys.executable).parent / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    output = subprocess.run(
        [sys.executable, "-I", "-S", "-B", query.__file__], check=True, capture_output=True, cwd=tmp_path
    ).stdout
    assert ask(Path(sys.executable)) == read_answer(json.loads(output))
    if link.exists():
        assert ask(link) == ask(Path(sys.executable))
    assert ask(Path(sys.executable)).subdir == host_subdir()


def test_noise_before_the_answer_does_no_harm(script: Callable[[str], Path]) -> None:
    """Proves that a wrapper script may chat, as long as the last line is the answer."""
    assert ask(script(f"echo hello; echo '{json.dumps(_GOOD)}'")).version == "3.11.7"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("exit 0", "cannot be understood"),
        ("echo not json", "cannot be understood"),
        ("echo '[]'", "cannot be understood"),
        ("echo '{}'", "its answer lacks"),
        ("printf '\\377'", "cannot be understood"),
        ("echo first >&2; echo 'no such option' >&2; exit 2", "exit code 2: no such option"),
        ("exit 3", "exit code 3: no message"),
        ("kill -9 $$", "exit code -9"),
    ],
)
def test_bad_answers(script: Callable[[str], Path], body: str, message: str) -> None:
    """Proves that each kind of failure is told in one sentence."""
    with pytest.raises(InterpreterError, match=message):
        ask(script(body))


def test_a_program_that_cannot_start_is_told(tmp_path: Path) -> None:
    """Proves that a dangling link and a file that is no program are told apart from a bad answer."""
    with pytest.raises(InterpreterError, match="it cannot be started: No such file"):
        ask(tmp_path / "python")
    (tmp_path / "python").write_bytes(b"\x7fELF")
    (tmp_path / "python").chmod(0o755)
    with pytest.raises(InterpreterError, match="it cannot be started: Exec format error"):
        ask(tmp_path / "python")


def test_a_hanging_wrapper_is_ended_with_its_children(script: Callable[[str], Path], tmp_path: Path) -> None:
    """Proves that after the timeout neither the script nor its child, which holds the pipe, lives on."""
    hanging = script(f"sleep 600 & echo $! >{tmp_path}/child; wait")
    with pytest.raises(InterpreterError, match=r"did not answer within 0\.5 seconds"):
        ask(hanging, timeout=0.5)
    assert _is_gone(int((tmp_path / "child").read_text()))


def _is_gone(pid: int) -> bool:
    """Return whether a process has ended; a killed orphan may stay as a zombie until init takes it."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{pid}/stat")
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False
