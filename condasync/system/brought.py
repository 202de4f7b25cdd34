"""What the environment brings itself: no library of it is the system's."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from condasync.model.environment import Environment
from condasync.model.package import LocalPackage, PipPackage
from condasync.system.contents import library_names

_PYTHON = re.compile(r"(?:libpython|libpypy|python)\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """Tell whether a library or a program is the environment's own.

    `names` are the file names of its compiled files, `places` the folders that belong to it.
    """

    names: frozenset[str]
    places: tuple[str, ...]

    def has(self, name: str) -> bool:
        """Return whether some file of the environment has the name that a binary asks for, or it is Python itself."""
        file = name.rpartition("/")[2]
        return file in self.names or _PYTHON.match(file) is not None or file == "Python"

    def holds(self, path: Path) -> bool:
        """Return whether a file lies in the environment, itself and what is behind it."""
        real = os.path.realpath(path)
        return any(text.startswith(f"{place}{os.sep}") for place in self.places for text in (str(path), real))


def brought_by(environment: Environment) -> Brought:
    """Return what an environment brings: the libraries of its packages, and what conda installed in its lib."""
    names: set[str] = set()
    places: list[str] = []
    for package in environment.packages:
        match package:
            case PipPackage(distribution=installed) if installed is not None:
                names.update(library_names(installed))
                places.append(str(Path(installed.location).parent))
            case LocalPackage(path=path):
                places.append(path)
            case _:
                pass
    if environment.prefix and environment.kind in {"venv", "conda-prefix"}:
        places.append(environment.prefix)
    if environment.prefix and environment.kind == "conda-prefix":
        names.update(_names(Path(environment.prefix) / "lib"))
    real = dict.fromkeys(os.path.realpath(place) for place in dict.fromkeys(places))
    return Brought(names=frozenset(names), places=tuple(real))


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208  thousands of files
    except OSError:
        return []
