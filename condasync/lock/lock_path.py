"""Read a lock file's text from disk."""

from __future__ import annotations

from pathlib import Path

from condasync.errors import LockFileError


def read_lock_text(path: Path) -> str:
    """Return the text of a lock file, raise LockFileError when it is not there, not readable or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise LockFileError(
            f"{path}: no such file", hints=("write one first: condasync export",), path=str(path)
        ) from error
    except UnicodeDecodeError as error:
        raise LockFileError(f"{path}: not UTF-8 text, so not a lock file", path=str(path)) from error
    except IsADirectoryError as error:
        raise LockFileError(
            f"{path}: is a folder", hints=(f"name the lock in it: {path / 'conda-lock.yml'}",), path=str(path)
        ) from error
    except OSError as error:
        raise LockFileError(f"{path}: cannot be read: {error.strerror}", path=str(path)) from error
