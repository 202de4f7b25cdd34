"""File systems that are mounted at a prefix, or inside: removing the old prefix would empty them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from condasync.errors import ApplyError

_TABLE = Path("/proc/self/mountinfo")


def refuse_mounts(prefix: Path, table: Path = _TABLE) -> None:
    """Raise ApplyError when something is mounted inside a prefix, as the system's table of mounts says.

    A folder that is mounted a second time shows only there: it is of the same device as what it hides. Where there is
    no such table (macOS), the devices are compared when the prefix is copied.
    """
    start = f"{prefix.resolve()}/"
    for place in _places(table):
        if place.startswith(start):
            raise mounted(str(prefix), place)


def is_mount_point(prefix: Path, table: Path = _TABLE) -> bool:
    """Return whether something is mounted at a prefix, be it a folder of the same device."""
    return os.path.ismount(prefix) or str(prefix.resolve()) in _places(table)


def _places(table: Path) -> Iterator[str]:
    try:
        lines = table.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return
    for line in lines:
        fields = line.split(" ")
        if len(fields) > 4:  # noqa: PLR2004
            yield re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), fields[4])


def mounted(prefix: str, place: str) -> ApplyError:
    """Return the error for a file system that is mounted inside a prefix."""
    return ApplyError(
        f"{prefix}: a file system is mounted inside, at {place}; the prefix cannot be exchanged",
        hints=("unmount it, or name another prefix",),
        prefix=prefix,
        path=place,
    )
