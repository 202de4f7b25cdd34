"""From a lock file to what the cluster is told of it."""

from __future__ import annotations

import hashlib
import os
import socket
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from packaging.utils import canonicalize_name

from condasync.channel.beside_lock import located_lock
from condasync.cluster.remote.parcel import Parcel
from condasync.cluster.remote.protocol import Row, name_fault
from condasync.errors import LockFileError
from condasync.lock import conda_lock_v1
from condasync.model.lockfile import LockedPackage, LockFile
from condasync.plan.contents import contents_of_lock


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLock:
    """Hold a lock, its bytes, and where the files of local projects' packages lie, by sha256."""

    path: Path
    text: bytes
    lock: LockFile
    local: tuple[tuple[str, Path], ...]

    @property
    def digest(self) -> str:
        """Return the sha256 of the lock file."""
        return hashlib.sha256(self.text).hexdigest()


def read_lock(path: Path) -> ReadLock:
    """Return a lock, or that of a folder. Raises LockFileError for a fault, or where a local package is not there."""
    place = path / "conda-lock.yml" if path.is_dir() else path
    try:
        text = place.read_bytes()
    except OSError as error:
        raise LockFileError(
            f"{place}: cannot be read: {error.strerror}",
            hints=("write one first: condasync export",),
            path=str(place),
        ) from error
    try:
        lock = located_lock(conda_lock_v1.loads(text.decode(), path=str(place)), place.parent)
    except UnicodeDecodeError as error:
        raise LockFileError(f"{place}: not UTF-8 text, so not a lock file", path=str(place)) from error
    return ReadLock(path=place, text=text, lock=lock, local=tuple(_local(lock)))


def parcel_of(read: ReadLock, *, offline: bool = False, embed: bool = False) -> Parcel:
    """Return what the scheduler is told; `embed` puts the files of local packages into it."""
    local = dict(read.local)
    return Parcel(
        digest=read.digest,
        text=zlib.compress(read.text),
        rows=tuple(_rows(read.lock, offline=offline)),
        offline=offline,
        files=tuple((sha256, path.name) for sha256, path in local.items()),
        contents=tuple((sha256, path.name, path.read_bytes()) for sha256, path in local.items()) if embed else (),
        own=_own_prefixes(),
    )


def _own_prefixes() -> tuple[tuple[str, str], ...]:
    """Return the environments that the user of this process works in; a sync must not change them."""
    named = (sys.prefix, os.environ.get("CONDA_PREFIX"), os.environ.get("VIRTUAL_ENV"))
    return tuple(dict.fromkeys((socket.gethostname(), os.path.realpath(prefix)) for prefix in named if prefix))


def _rows(lock: LockFile, *, offline: bool) -> Iterator[tuple[str, tuple[Row, ...]]]:
    urls = {(row.platform, row.manager, _name(row)): row.url for row in lock.packages}
    for contents in contents_of_lock(lock):
        yield (
            contents.platform,
            tuple(
                Row(
                    manager=one.manager,
                    name=one.name,
                    version=one.version or "",
                    build=one.build,
                    digest=one.digest,
                    url=(url := urls[contents.platform, one.manager, one.name]),
                    carried=url.startswith("file://") or offline,
                )
                for one in contents.packages
            ),
        )


def _name(row: LockedPackage) -> str:
    return canonicalize_name(row.name) if row.manager == "pip" else row.name


def _local(lock: LockFile) -> Iterator[tuple[str, Path]]:
    """Return (sha256, path) of each package that the lock names as a file of this machine."""
    for row in lock.packages:
        if not row.url.startswith("file://"):
            continue
        path = Path(url2pathname(urlsplit(row.url).path))
        if not path.is_file() or row.sha256 is None or name_fault(path.name, row.sha256) is not None:
            why = "has no sha256 in the lock" if path.is_file() else "is not there"
            raise LockFileError(
                f"{path}: {why}, and the lock needs it for {row.name} {row.version}",
                hints=("make the lock anew: condasync export",),
                path=str(path),
            )
        yield row.sha256, path
