"""The lock that lies where an export writes: what it holds should stay, and it is nobody else's."""

from __future__ import annotations

from pathlib import Path

from condasync.errors import LockFileError, OutputError
from condasync.lock import conda_lock_v1
from condasync.lock.lock_path import read_lock_text
from condasync.model.lockfile import LockFile

_HINTS = ("write to another folder: -o DIR", "or overwrite it: --force")


def previous_lock(path: Path, *, force: bool) -> LockFile | None:
    """Return the lock at a path; None when there is none, or when it cannot be read and `force` gives it up.

    Raises LockFileError for a lock that is broken or of an unknown version, OutputError for one that condasync did not
    write, unless `force` is given.
    """
    if not path.exists():
        return None
    try:
        text = read_lock_text(path)
        if not (force or conda_lock_v1.is_generated(text)):
            raise OutputError(f"{path} exists and condasync did not write it", hints=_HINTS, path=str(path))
        return conda_lock_v1.loads(text, path=str(path))
    except LockFileError as error:
        if force:
            return None
        raise LockFileError(error.message, hints=_HINTS, **error.facts) from error
