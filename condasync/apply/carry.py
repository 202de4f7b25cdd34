"""Files that somebody wrote into the old prefix while the new one was made: they come along."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from condasync.apply.clone import Seen
from condasync.model.finding import Finding

_OURS = frozenset({"conda-meta"})
_LOST = "was written while the prefix was exchanged and could not be taken along"


def carry_late_files(old: Path, new: Path, seen: Seen) -> tuple[Finding, ...]:
    """Bring files that are new or were replaced in `old` since it was cloned to `new`; those that cannot come are told.

    Where the new prefix has another file than the clone had, a package brought it, and it stays. Bytecode is left out.
    """
    return tuple(
        Finding(code="late-file-lost", severity="warning", text=_LOST, where=path)
        for path, inode in _files(str(old), "")
        if seen.get(path) != inode and not _brought(old / path, new / path, seen.get(path))
    )


def _brought(source: Path, place: Path, cloned: int | None) -> bool:
    try:
        if os.path.lexists(place) and place.lstat().st_ino != cloned:
            return True
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        _link_or_copy(source, place)
    except FileNotFoundError:  # the writer has removed its file again
        return True
    except OSError:
        return False
    return True


def _link_or_copy(source: Path, place: Path) -> None:
    if source.is_symlink():
        place.symlink_to(os.readlink(source))  # noqa: PTH115
        return
    try:
        place.hardlink_to(source)
    except OSError:
        shutil.copy2(source, place)


def _files(root: str, below: str) -> Iterator[tuple[str, int]]:
    try:
        entries = list(os.scandir(os.path.join(root, below)))  # noqa: PTH118  20,000 times
    except OSError:  # the writer has removed its folder again
        return
    for entry in entries:
        path = f"{below}/{entry.name}" if below else entry.name
        if entry.is_dir(follow_symlinks=False):
            if path not in _OURS and entry.name != "__pycache__":
                yield from _files(root, path)
        elif not entry.name.endswith(".pyc"):
            yield path, entry.inode()
