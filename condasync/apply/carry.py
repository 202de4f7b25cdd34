"""Files that somebody wrote into the old prefix while the new one was made: they come along."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from condasync.apply.clone import Seen

_OURS = frozenset({"conda-meta"})


def carry_late_files(old: Path, new: Path, seen: Seen) -> tuple[str, ...]:
    """Bring files that are new or were replaced in `old` since it was cloned to `new`, and return their paths.

    Where the new prefix has another file than the clone had, a package brought it, and it stays. Bytecode is left out.
    """
    carried = []
    for path, inode in _files(str(old), ""):
        if seen.get(path) == inode:
            continue
        place = new / path
        try:
            here = place.lstat().st_ino
        except (FileNotFoundError, NotADirectoryError):
            here = None
        if here is None or here == seen.get(path):
            _bring(old / path, place)
            carried.append(path)
    return tuple(carried)


def _files(root: str, below: str) -> Iterator[tuple[str, int]]:
    with os.scandir(os.path.join(root, below)) as entries:  # noqa: PTH118  20,000 times
        for entry in entries:
            path = f"{below}/{entry.name}" if below else entry.name
            if entry.is_dir(follow_symlinks=False):
                if path not in _OURS and entry.name != "__pycache__":
                    yield from _files(root, path)
            elif not entry.is_symlink() and not entry.name.endswith(".pyc"):
                yield path, entry.inode()


def _bring(source: Path, place: Path) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        try:
            os.link(source, place)
        except OSError:
            shutil.copy2(source, place)
    except (FileExistsError, NotADirectoryError, FileNotFoundError):
        return  # a package brought a file where a folder was, or the writer has removed its file again
