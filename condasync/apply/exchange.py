"""Two folders change places in one step, where the system can."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2
_UNSUPPORTED = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})


def put_in_place(
    tree: Path, target: Path, aside: Path, *, exchange: Callable[[Path, Path], bool] | None = None
) -> Path | None:
    """Make `tree` the prefix and return where what it was lies now, None when there was nothing. Raises OSError.

    Where nothing can be exchanged there is a moment without a prefix between two renames; an apply that is killed in it
    leaves the old one at `aside`, from where the next apply puts it back.
    """
    flush(tree)
    old = _swapped(tree, target, aside, exchange or exchanged)
    for folder in (target.parent, tree.parent):
        with contextlib.suppress(OSError):  # it is done; some file systems flush no folders
            _flush_folder(folder)
    return old


def _swapped(tree: Path, target: Path, aside: Path, exchange: Callable[[Path, Path], bool]) -> Path | None:
    if not os.path.lexists(target) or not any(target.iterdir()):
        tree.rename(target)  # onto an empty folder too: one step
        return None
    if exchange(tree, target):
        return tree
    target.rename(aside)
    try:
        tree.rename(target)
    except OSError:
        aside.rename(target)
        raise
    return aside


def flush(tree: Path) -> None:
    """Bring what was written to the disk: after a power cut there is an old prefix or a whole new one."""
    handle = os.open(tree, os.O_RDONLY)
    try:
        if sys.platform != "linux" or ctypes.CDLL(None).syncfs(handle) != 0:
            os.sync()
    finally:
        os.close(handle)


def exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders and return True, or False where the file system or the system cannot. Raises OSError."""
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "darwin":
        call = getattr(library, "renamex_np", None)
        result = call(os.fsencode(one), os.fsencode(other), _RENAME_SWAP) if call else None
    else:
        call = getattr(library, "renameat2", None)
        names = (_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other))
        result = call(*names, _RENAME_EXCHANGE) if call else None
    if result == 0:
        return True
    fault = ctypes.get_errno()
    if result is None or fault in _UNSUPPORTED:
        return False
    raise OSError(fault, os.strerror(fault), str(other))


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
