"""A copy of a prefix by hard links: quick, small, and the old one stays as it is."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from condasync.apply.mounts import mounted

Seen: TypeAlias = dict[str, int]
"""Path below the prefix -> inode, of each file and link when it was cloned."""

_COPIED = frozenset({"conda-meta"})
"""Folders whose files tools write in place: as copies, so that the old prefix does not change with the new one."""


@dataclass(kw_only=True)
class _Clone:
    source: str
    target: str
    device: int

    def folder(self, below: str, seen: Seen) -> None:
        """Copy one folder with everything in it. Raises ApplyError for one of another file system."""
        here, there = os.path.join(self.source, below), os.path.join(self.target, below)  # noqa: PTH118  20,000 times
        if os.stat(here).st_dev != self.device:  # noqa: PTH116
            raise mounted(self.source, here)
        with os.scandir(here) as entries:
            for entry in entries:
                path = f"{below}/{entry.name}" if below else entry.name
                with contextlib.suppress(FileNotFoundError):  # a program removed what was there a moment ago
                    self._entry(entry, there, path, seen)
        shutil.copystat(here, there)

    def _entry(self, entry: os.DirEntry[str], there: str, path: str, seen: Seen) -> None:
        target = f"{there}/{entry.name}"
        if entry.is_symlink():
            os.symlink(self._link(entry), target)  # noqa: PTH211
            seen[path] = entry.inode()
        elif entry.is_dir():
            os.mkdir(target, 0o700)  # noqa: PTH102
            self.folder(path, seen)
        else:
            self._file(entry, target, path)
            seen[path] = entry.inode()

    def _link(self, entry: os.DirEntry[str]) -> str:
        """Return where a link leads; a folder of the old prefix is named relatively, else writing would go there."""
        stated = os.readlink(entry.path)  # noqa: PTH115
        if stated.startswith(f"{self.source}/") and entry.is_dir():
            return os.path.relpath(stated, os.path.dirname(entry.path))  # noqa: PTH120
        return stated

    def _file(self, entry: os.DirEntry[str], target: str, path: str) -> None:
        if path.partition("/")[0] not in _COPIED:
            try:
                os.link(entry.path, target)
            except OSError:  # no hard links here, too many of one file, or a file of somebody else's
                pass
            else:
                return
        if entry.is_file():  # sockets and pipes belong to a running program, and have nothing to copy
            shutil.copy2(entry.path, target)


def clone(source: Path, target: Path) -> Seen:
    """Make `target`, which does not exist, a copy of a prefix, and return what was there. Raises ApplyError."""
    seen: Seen = {}
    target.mkdir(mode=0o700)
    _Clone(source=str(source), target=str(target), device=source.stat().st_dev).folder("", seen)
    return seen
