"""One apply of a prefix at a time: the others wait, and what a killed one left is cleared away."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from condasync.apply.faults import disk_faults
from condasync.apply.place import Place

if sys.platform != "win32":
    import fcntl


@contextmanager
def turn(place: Place, *, tell: Callable[[str], None]) -> Iterator[int]:
    """Hold the lock of a prefix and yield its file descriptor, waiting for another apply to end.

    A child process that inherits the descriptor holds the lock on, also when this process is killed: so nobody clears
    away a tree that a child still writes.
    """
    handle = _locked(place, tell)
    try:
        yield handle
    finally:
        place.lock_file.unlink(missing_ok=True)
        os.close(handle)


def _locked(place: Place, tell: Callable[[str], None]) -> int:
    while True:
        with disk_faults(place.target):
            handle = os.open(place.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("waiting for another apply of this prefix")
            fcntl.flock(handle, fcntl.LOCK_EX)
        if _still_named(place, handle):
            return handle
        os.close(handle)  # the one before us removed the file: those who come now lock another one


def _still_named(place: Place, handle: int) -> bool:
    try:
        return os.path.samestat(place.lock_file.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False
