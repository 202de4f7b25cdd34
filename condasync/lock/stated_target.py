"""What a lock that condasync wrote says of the machine it is for."""

from __future__ import annotations

from condasync.lock.input_digest import PREFIX
from condasync.model.lockfile import LockFile
from condasync.model.target import Subdir, VirtualPackage

_PARTS = 3


def stated_virtual_packages(lock: LockFile, subdir: Subdir) -> tuple[VirtualPackage, ...]:
    """Return the virtual packages that a lock was solved for, () when it does not say: another tool wrote it."""
    text = dict(lock.metadata.custom).get(f"{PREFIX}target_{subdir}", "")
    found = (word.split("=") for word in text.split() if word.startswith("__"))
    return tuple(
        VirtualPackage(name=parts[0], version=parts[1], build=parts[2]) for parts in found if len(parts) == _PARTS
    )
