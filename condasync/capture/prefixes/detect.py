"""Tell what kind of environment a path is, and which environment is the active one."""

from __future__ import annotations

import os
from pathlib import Path

from condasync.capture.prefixes.conda_prefix import CondaPrefix, is_conda_prefix
from condasync.capture.prefixes.layout import executable_of, names_in, shown
from condasync.capture.prefixes.python_env import PythonExecutable, PythonPrefix
from condasync.capture.prefixes.search_path import NOTHING_OUTSIDE, Outside
from condasync.errors import CaptureError
from condasync.seams import CaptureSource

_USUAL_NAMES = (".venv", "venv", "env", ".pixi/envs/default")
_HINTS = ("name the folder of an environment: --prefix DIR", "or read a file instead: -f FILE")


def active_prefix(*, conda_prefix: str | None, virtual_env: str | None, executable: str) -> Path:
    """Return the environment that a person works in: a prefix, or the running interpreter's executable.

    The arguments are CONDA_PREFIX, VIRTUAL_ENV and sys.executable.
    """
    # VIRTUAL_ENV first: shells often activate conda's base by themselves, the venv was activated on purpose and after
    # it, so that its bin folder stands before conda's on PATH.
    return Path(virtual_env or conda_prefix or executable)


def source_for_prefix(path: Path, *, outside: Outside = NOTHING_OUTSIDE) -> CaptureSource:
    """Return what captures the environment at a path: a conda prefix, a venv, another prefix with Python, or a Python.

    Nothing is run yet. Raises CaptureError when there is no environment at the path.
    """
    # a link is followed by name only: the interpreter of a venv is a link to another one
    path = Path(os.path.abspath(os.path.expanduser(path)))  # noqa: PTH100, PTH111  pathlib resolves or raises
    try:
        if path.is_dir():
            return _source_for_folder(path, outside)
        return _source_for_file(path, outside)
    except OSError as error:
        raise CaptureError(
            f"{shown(path)}: cannot be read: {error.strerror}", hints=_HINTS, path=shown(path)
        ) from error


def _source_for_folder(path: Path, outside: Outside) -> CaptureSource:
    if is_conda_prefix(path):
        return CondaPrefix(prefix=path, outside=outside)
    executable = executable_of(path)
    if (path / "pyvenv.cfg").exists():
        return PythonPrefix(prefix=path, kind="venv", executable=executable, outside=outside)
    if executable:
        return PythonPrefix(prefix=path, kind="interpreter", executable=executable, outside=outside)
    names_in(path)  # a folder that may not be read holds perhaps an environment: let that be the message
    inside = next((path / name for name in _USUAL_NAMES if _looks_like_environment(path / name)), None)
    hints = (f"an environment lies inside: --prefix {inside}", *_HINTS) if inside else _HINTS
    raise CaptureError(
        f"{shown(path)}: not an environment: it holds no conda-meta folder, no pyvenv.cfg and no bin/python",
        hints=hints,
        path=shown(path),
    )


def _source_for_file(path: Path, outside: Outside) -> CaptureSource:
    if not os.path.lexists(path):
        raise CaptureError(f"{shown(path)}: no such file or folder", hints=_HINTS, path=shown(path))
    if not path.name.lower().startswith(("python", "pypy")) or not os.access(path, os.X_OK):
        raise CaptureError(
            f"{shown(path)}: not an environment: neither a folder nor a Python executable",
            hints=(f"to read it as an input file: -f {path}", _HINTS[0]),
            path=shown(path),
        )
    # bin/python on Linux and macOS, Scripts\python.exe in a venv and python.exe in a conda prefix on Windows
    for folder in (path.parent.parent, path.parent):
        if _looks_like_environment(folder):
            return _source_for_folder(folder, outside)
    behind_link = Path(os.path.realpath(path)).parent.parent
    if is_conda_prefix(behind_link):
        return CondaPrefix(prefix=behind_link, outside=outside)
    return PythonExecutable(executable=path, outside=outside)


def _looks_like_environment(folder: Path) -> bool:
    return is_conda_prefix(folder) or (folder / "pyvenv.cfg").is_file()
