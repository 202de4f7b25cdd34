"""A copy of a prefix by hard links: quick, small, and the old one stays as it is."""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

Seen: TypeAlias = dict[str, int]
"""Path below the prefix -> inode, of each file when it was cloned."""

_COPIED = frozenset({"conda-meta"})
"""Folders whose files tools write in place: as copies, so that the old prefix does not change with the new one."""


@dataclass(kw_only=True)
class _Clone:
    source: str
    target: str
    linking: bool = True

    def folder(self, below: str, seen: Seen) -> None:
        here, there = os.path.join(self.source, below), os.path.join(self.target, below)  # noqa: PTH118  20,000 times
        with os.scandir(here) as entries:
            for entry in entries:
                path = f"{below}/{entry.name}" if below else entry.name
                if entry.is_symlink():
                    os.symlink(self._link(entry, here), f"{there}/{entry.name}")  # noqa: PTH211
                elif entry.is_dir():
                    os.mkdir(f"{there}/{entry.name}", 0o700)  # noqa: PTH102
                    self.folder(path, seen)
                else:
                    self._file(entry, f"{there}/{entry.name}", path, seen)
        shutil.copystat(here, there)

    def _link(self, entry: os.DirEntry[str], here: str) -> str:
        """Return where a link leads; a folder of the old prefix is named relatively, else writing would go there."""
        stated = os.readlink(entry.path)  # noqa: PTH115
        if stated.startswith(f"{self.source}/") and entry.is_dir():
            return os.path.relpath(stated, here)
        return stated

    def _file(self, entry: os.DirEntry[str], target: str, path: str, seen: Seen) -> None:
        state = entry.stat(follow_symlinks=False)
        if not stat.S_ISREG(state.st_mode):
            return  # a socket or a pipe belongs to a running program
        seen[path] = state.st_ino
        if self.linking and path.partition("/")[0] not in _COPIED:
            try:
                os.link(entry.path, target, follow_symlinks=False)
            except OSError:  # no hard links here, or too many of one file
                shutil.copy2(entry.path, target)
        else:
            shutil.copy2(entry.path, target)


def clone(source: Path, target: Path) -> Seen:
    """Make `target`, which does not exist, a copy of a prefix, and return what was there."""
    seen: Seen = {}
    target.mkdir(mode=0o700)
    _Clone(source=str(source), target=str(target)).folder("", seen)
    return seen
