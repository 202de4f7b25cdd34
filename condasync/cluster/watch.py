"""Sees when files and folders change, by their times and sizes; waits until they have come to rest."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

Look: TypeAlias = tuple[tuple[str, int, int], ...]
"""What was seen of each file: path, time of its last change in nanoseconds, size."""

PAUSE = 0.5
"""Seconds between two looks, and for which nothing may change before a change counts as over."""
_NOT_SOURCES = frozenset({"__pycache__", "node_modules", "build", "dist"})
_COMPILED = (".pyc", ".pyo", "~", ".swp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Name what is watched: single `files`, `folders` by their own time alone, and `trees` with all that is in them.

    Hidden folders, caches and what a build leaves behind are no part of a tree.
    """

    files: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()
    trees: tuple[Path, ...] = ()

    def look(self) -> Look:
        """Return what is seen now; what is not there is left out."""
        return tuple(
            sorted(_seen((*self.files, *self.folders, *(file for tree in self.trees for file in _files(tree)))))
        )


def next_change(
    watched: Watched, before: Look, *, pause: float = PAUSE, sleep: Callable[[float], None] = time.sleep
) -> Look:
    """Wait until something is other than before and has come to rest; return what is seen then."""
    seen = before
    while True:
        sleep(pause)
        now = watched.look()
        if now == seen and now != before:
            return now
        seen = now


def _files(tree: Path) -> Iterator[Path]:
    if tree.is_file():
        yield tree
    for folder, names, files in os.walk(tree):
        names[:] = [name for name in names if not name.startswith(".") and not _is_made(name)]
        for name in files:
            if not name.endswith(_COMPILED):
                yield Path(folder, name)


def _is_made(name: str) -> bool:
    return name in _NOT_SOURCES or name.endswith(".egg-info")


def _seen(paths: Sequence[Path]) -> Iterator[tuple[str, int, int]]:
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            continue
        yield str(path), status.st_mtime_ns, 0 if path.is_dir() else status.st_size
