"""The machine that an environment lies on: where its system keeps things, and what the user's shell says."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Say where to look for libraries, programs and the databases of package managers.

    `root` is the folder that the system's paths start from; `programs` are the folders of PATH and `libraries` those of
    LD_LIBRARY_PATH, in their order; `hints` are the environment variables that may name the folder of a library or a
    program; `platform` is as `sys.platform`.
    """

    root: Path = Path("/")
    programs: tuple[Path, ...] = ()
    libraries: tuple[Path, ...] = ()
    hints: tuple[tuple[str, str], ...] = ()
    platform: str = sys.platform

    def at(self, path: str) -> Path:
        """Return where a path of the system lies."""
        return self.root / path.lstrip("/")

    def name_of(self, path: Path) -> str:
        """Return how the system calls a file; a path outside `root` as it is."""
        text = str(path)
        root = str(self.root).rstrip("/")
        return text.removeprefix(root) if root and text.startswith(f"{root}/") else text

    def real(self, path: Path) -> Path:
        """Return the file behind a path, links followed; a loop of links ends where it begins."""
        try:
            return Path(os.path.realpath(path))
        except (OSError, ValueError):
            return path

    def program(self, name: str, first: tuple[Path, ...] = ()) -> Path | None:
        """Return the executable file that a shell would run for a name; `first` are folders before PATH."""
        if not name or "/" in name or "\0" in name:
            return None
        for folder in (*first, *self.programs):
            path = folder / name
            if os.path.isfile(path) and os.access(path, os.X_OK):  # noqa: PTH113  any text may have named it
                return path
        return None
