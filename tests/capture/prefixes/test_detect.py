"""A path is recognised for what it is, or the error says what was looked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from condasync.capture.prefixes.conda_prefix import CondaPrefix
from condasync.capture.prefixes.detect import active_prefix, source_for_prefix
from condasync.capture.prefixes.python_env import PythonExecutable, PythonPrefix
from condasync.capture.prefixes.search_path import Outside
from condasync.errors import CaptureError


@pytest.mark.parametrize(
    ("conda_prefix", "virtual_env", "expected"),
    [
        ("/conda", "/venv", "/venv"),
        ("/conda", None, "/conda"),
        ("/conda", "", "/conda"),
        (None, "/venv", "/venv"),
        (None, None, "/usr/bin/python3"),
    ],
)
def test_the_active_environment(conda_prefix: str | None, virtual_env: str | None, expected: str) -> None:
    """Proves the order: an activated venv, conda's prefix, the running interpreter."""
    got = active_prefix(conda_prefix=conda_prefix, virtual_env=virtual_env, executable="/usr/bin/python3")
    assert Path(expected) == got


def test_a_conda_prefix_is_recognised(conda_prefix: Path) -> None:
    """Proves that conda-meta decides, also beside a pyvenv.cfg, and by way of an executable."""
    expected = CondaPrefix(prefix=conda_prefix)
    (conda_prefix / "pyvenv.cfg").write_text("")
    assert expected == source_for_prefix(conda_prefix)
    (conda_prefix / "bin").mkdir()
    (conda_prefix / "bin" / "python3.11").symlink_to(sys.executable)
    assert expected == source_for_prefix(conda_prefix / "bin" / "python3.11")


def test_a_link_into_a_conda_prefix_is_followed(conda_prefix: Path, tmp_path: Path) -> None:
    """Proves that a link to conda's Python elsewhere is recognised without running it."""
    (conda_prefix / "bin").mkdir()
    (conda_prefix / "bin" / "python3.11").write_text("")
    (conda_prefix / "bin" / "python3.11").chmod(0o755)
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "python").symlink_to(conda_prefix / "bin" / "python3.11")
    assert CondaPrefix(prefix=conda_prefix) == source_for_prefix(tmp_path / "tools" / "python")


def test_a_venv_is_recognised(tmp_path: Path, make_venv: Callable[..., Path]) -> None:
    """Proves that the folder and its executable, a link to another interpreter, give the venv; `..` is understood."""
    make_venv(tmp_path / "venv")
    outside = Outside(user_base=tmp_path)
    executable = tmp_path / "venv" / "bin" / "python"
    expected = PythonPrefix(prefix=tmp_path / "venv", kind="venv", executable=executable, outside=outside)
    for path in (tmp_path / "venv", tmp_path / "venv" / "bin" / ".." / "bin" / "python"):
        assert expected == source_for_prefix(path, outside=outside)


def test_another_prefix_with_python_is_recognised(tmp_path: Path) -> None:
    """Proves that a prefix without any marker file counts when it has an interpreter, even a broken one."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to("/gone")
    expected = PythonPrefix(prefix=tmp_path, kind="interpreter", executable=tmp_path / "bin" / "python3")
    assert expected == source_for_prefix(tmp_path)


def test_an_executable_elsewhere_is_asked_later(tmp_path: Path) -> None:
    """Proves that detection runs nothing."""
    (tmp_path / "python3").write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    (tmp_path / "python3").chmod(0o755)
    assert PythonExecutable(executable=tmp_path / "python3") == source_for_prefix(tmp_path / "python3")
    assert not (tmp_path / "ran").exists()


def test_a_project_with_an_environment_inside_gets_a_hint(tmp_path: Path, make_venv: Callable[..., Path]) -> None:
    """Proves that the usual slip, naming the project, is answered with the folder that was meant."""
    make_venv(tmp_path / ".venv")
    with pytest.raises(CaptureError, match="it holds no conda-meta folder") as caught:
        source_for_prefix(tmp_path)
    assert caught.value.hints[0] == f"an environment lies inside: --prefix {tmp_path}/.venv"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("empty", "not an environment: it holds no conda-meta folder"),
        ("missing", "no such file or folder"),
        ("environment.yml", "not an environment: neither a folder nor a Python executable"),
        ("python.txt", "not an environment: neither a folder nor a Python executable"),
        ("program", "not an environment: neither a folder nor a Python executable"),
        ("x" * 300, "cannot be read: File name too long"),
        ("nul\0", "no such file or folder"),
    ],
)
def test_faults(tmp_path: Path, name: str, message: str) -> None:
    """Proves that each path that is no environment is refused with its name, the reason and both ways out."""
    (tmp_path / "empty").mkdir()
    for file in ("environment.yml", "python.txt", "program"):
        (tmp_path / file).write_text("")
    (tmp_path / "program").chmod(0o755)
    with pytest.raises(CaptureError, match=message) as caught:
        source_for_prefix(tmp_path / name)
    assert caught.value.exit_code == 3
    assert caught.value.message.startswith(str(tmp_path))
    assert "--prefix DIR" in " ".join(caught.value.hints)
    assert "-f " in " ".join(caught.value.hints)
