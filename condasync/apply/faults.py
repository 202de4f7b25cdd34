"""What the operating system refuses, in the words of an apply."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from condasync.errors import ApplyError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def disk_faults(prefix: Path) -> Iterator[None]:
    """Turn an OSError into an ApplyError that names the place and says that the prefix is as it was."""
    try:
        yield
    except OSError as fault:
        raise disk_fault(prefix, fault) from fault


def disk_fault(prefix: Path, fault: OSError) -> ApplyError:
    """Return the error for a fault of the disk while the new prefix was made."""
    where = fault.filename or str(prefix.parent)
    if fault.errno in _FULL:
        return ApplyError(
            f"{prefix}: the disk is full, or a limit of its use is reached; the prefix is as it was",
            hints=("free some space beside the prefix and apply again",),
            prefix=str(prefix),
            path=str(where),
        )
    return ApplyError(
        f"{prefix}: {where}: {fault.strerror or fault}; the prefix is as it was",
        hints=("a new prefix is made beside the old one: the folder above it must be writable",),
        prefix=str(prefix),
        path=str(where),
    )
