"""One platform of a lock, for formats that hold no more."""

from __future__ import annotations

from dataclasses import replace

from condasync.errors import UsageError
from condasync.model.lockfile import LockedPackage, LockFile


def only_platform(lock: LockFile, format_name: str) -> str:
    """Return the one platform of a lock. Raises UsageError when it has several or none."""
    platforms = lock.metadata.platforms
    if len(platforms) != 1:
        raise UsageError(
            f"{format_name} holds one platform, the lock has {', '.join(platforms) or 'none'}",
            hints=("name one: --platform SUBDIR",),
        )
    return platforms[0]


def rows_on(lock: LockFile, platform: str) -> tuple[LockedPackage, ...]:
    """Return the rows of one platform, sorted by (name, manager)."""
    rows = (row for row in lock.packages if row.platform == platform)
    return tuple(sorted(rows, key=lambda row: (row.name, row.manager)))


def on_platform(lock: LockFile, platform: str) -> LockFile:
    """Return the lock of one of its platforms. Raises UsageError for another one."""
    if platform not in lock.metadata.platforms:
        raise UsageError(
            f"the lock has no {platform}", hints=(f"its platforms are {', '.join(lock.metadata.platforms)}",)
        )
    hashes = tuple(pair for pair in lock.metadata.content_hash if pair[0] == platform)
    return LockFile(
        packages=tuple(row for row in lock.packages if row.platform == platform),
        metadata=replace(lock.metadata, platforms=(platform,), content_hash=hashes),
    )
