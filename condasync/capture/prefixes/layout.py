"""Where an environment of a known kind keeps its parts; read from its files, without running anything of it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

_EXECUTABLES = ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe")
_VERSION = re.compile(r"\d+\.\d+(?:\.\d+)?(?:(?:a|b|rc)\d+)?")
_SITE_FOLDER = re.compile(r"(?:python|pypy)(\d+)\.(\d+)t?")


def names_in(folder: Path) -> tuple[str, ...]:
    """Return the names in a folder, sorted. Raises OSError."""
    return tuple(sorted(os.listdir(folder)))  # noqa: PTH208  iterdir makes a Path of each, which takes far longer


def is_there(path: Path) -> bool:
    """Return whether a path exists; any text may have named it, and `Path.exists` fails on some."""
    return os.path.exists(path)  # noqa: PTH110  as said


def shown(path: Path) -> str:
    """Return a path as text that can be printed; what is no UTF-8 in it becomes `?`."""
    return str(path).encode("utf-8", errors="replace").decode("utf-8")


def executable_of(prefix: Path) -> Path | None:
    """Return the Python executable of a prefix; a link that points nowhere counts, None when there is none."""
    return next((prefix / name for name in _EXECUTABLES if os.path.lexists(prefix / name)), None)


def read_pyvenv_cfg(prefix: Path) -> Mapping[str, str]:
    """Return the settings of a virtual environment, keys in lower case. Raises OSError."""
    text = (prefix / "pyvenv.cfg").read_bytes().decode("utf-8", errors="replace")
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def version_of_venv(settings: Mapping[str, str]) -> str | None:
    """Return the Python version that pyvenv.cfg states: `version` (venv), `version_info` (virtualenv, uv)."""
    stated = (_VERSION.match(settings.get(key, "")) for key in ("version", "version_info"))
    return next((match.group() for match in stated if match), None)


def site_folders(prefix: Path, version: str | None) -> tuple[Path, ...]:
    """Return the site-packages folders of a prefix that exist; without a version those of the newest Python there.

    A version of which there is no folder gives none.
    """
    if version is None:
        numbered = [(_number(path.parent.name), path) for path in prefix.glob("lib/*/site-packages")]
        newest = max((number for number, _ in numbered if number), default=None)
        candidates = [path for number, path in sorted(numbered, key=str) if number and number == newest]
    else:
        minor = ".".join(version.split(".")[:2])
        candidates = [prefix / f"lib/{kind}/site-packages" for kind in (f"python{minor}", f"pypy{minor}")]
        candidates.append(prefix / f"lib64/python{minor}/site-packages")
    candidates += [prefix / "Lib" / "site-packages"]  # Windows
    return tuple(path for path in candidates if os.path.lexists(path))


def minor_of_site_folder(folder: Path) -> str | None:
    """Return "3.11" for `lib/python3.11/site-packages`, None when the path does not say (Windows)."""
    number = _number(folder.parent.name)
    return f"{number[0]}.{number[1]}" if number else None


def _number(folder: str) -> tuple[int, int] | None:
    match = _SITE_FOLDER.fullmatch(folder)
    return (int(match[1]), int(match[2])) if match else None
