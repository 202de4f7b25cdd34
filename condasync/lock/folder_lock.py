"""One writer at a time in a folder, between processes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from condasync.errors import OutputError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_FILE: Final = ".condasync.lock"
_PAUSE: Final = 0.02


@contextmanager
def sole_writer(folders: list[Path], *, patience: float = 30.0) -> Iterator[None]:
    """Hold the folders until the block ends; wait up to `patience` seconds for another writer.

    The system's lock on the folder itself is used, which ends with the process; where there is none (Windows, some
    network file systems) a lock file. Raises OutputError when the other writer does not end in time.
    """
    deadline = time.monotonic() + patience
    with ExitStack() as held:
        for folder in sorted(set(folders)):  # always in the same order, so that two writers cannot block each other
            held.enter_context(_held(folder, deadline))
        yield


@contextmanager
def _held(folder: Path, deadline: float) -> Iterator[None]:
    descriptor = _locked_folder(folder, deadline)
    if descriptor is not None:
        try:
            yield
        finally:
            os.close(descriptor)
        return
    file = folder / _FILE
    _create(file, deadline)
    try:
        yield
    finally:
        with suppress(OSError):
            file.unlink()


def _locked_folder(folder: Path, deadline: float) -> int | None:
    """Return a descriptor that holds the lock, None where folders cannot be locked."""
    if fcntl is None:
        return None
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        while not (held := _try_lock(descriptor)):
            if held is None:
                os.close(descriptor)
                return None
            _wait(folder, deadline)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _try_lock(descriptor: int) -> bool | None:
    """Return whether the lock is held now, None where the file system knows no locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _create(file: Path, deadline: float) -> None:
    while not _try_create(file):
        _wait(file.parent, deadline, hints=(f"if no other condasync runs, remove {file}",))


def _try_create(file: Path) -> bool:
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return False
    return True


def _wait(folder: Path, deadline: float, hints: tuple[str, ...] = ("wait for it to end, then try again",)) -> None:
    if time.monotonic() > deadline:
        raise OutputError(f"another condasync is writing to {folder}", hints=hints, path=str(folder))
    time.sleep(_PAUSE)
