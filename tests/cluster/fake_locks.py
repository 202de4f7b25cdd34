"""A lock of many packages as the cluster is told of it; its packages hold random bytes."""

from __future__ import annotations

import hashlib
import random
import zlib
from dataclasses import dataclass
from pathlib import Path

from condasync.cluster.manifest import ReadLock
from condasync.cluster.remote.parcel import Parcel
from condasync.cluster.remote.protocol import Row
from condasync.lock import conda_lock_v1
from condasync.model.lockfile import LockedPackage, LockFile, LockMetadata

Packages = list[list[str | None]]


@dataclass(frozen=True, slots=True)
class FakeLock:
    """Hold what machines had before, what the lock says, and the parcel; `size` is that of each local package."""

    before: Packages
    after: Packages
    parcel: Parcel
    size: int


def fake_lock(*, packages: int, changed: int, size: int) -> FakeLock:
    """Return a lock of some packages, of which some are local ones that changed."""
    source = random.Random(7)
    before: Packages = [
        ["conda", f"p{at}", "1.0", "0", f"https://example.org/linux-64/p{at}-1.0-0.conda", f"{at:064x}"]
        for at in range(packages)
    ]
    after = [list(row) for row in before]
    contents = []
    for at in range(changed):
        data = source.randbytes(size)
        digest = hashlib.sha256(data).hexdigest()
        after[at] = ["conda", f"p{at}", "2.0", "0", f"file:///channel/linux-64/p{at}-2.0-0.conda", digest]
        contents.append((digest, f"p{at}-2.0-0.conda", data))
    text = "\n".join(str(row) for row in after).encode()
    parcel = Parcel(
        digest=hashlib.sha256(text).hexdigest(),
        text=zlib.compress(text),
        rows=(("linux-64", tuple(_row(row) for row in after)),),
        files=tuple((digest, name) for digest, name, _ in contents),
        contents=tuple(contents),
    )
    return FakeLock(before, after, parcel, size)


def read_lock_of(rows: Packages, path: Path) -> ReadLock:
    """Return a lock of exactly these packages."""
    packages = tuple(
        LockedPackage(
            manager="conda" if manager == "conda" else "pip",
            name=name or "",
            version=version or "",
            build=build,
            platform="linux-64",
            url=url or f"https://example.org/{name}-{version}-py3-none-any.whl",
            md5="0" * 32,
            sha256=digest or "f" * 64,
        )
        for manager, name, version, build, url, digest in sorted(rows, key=lambda one: (str(one[1]), str(one[0])))
    )
    metadata = LockMetadata(
        content_hash=(("linux-64", "0" * 64),), channels=("conda-forge",), platforms=("linux-64",), sources=()
    )
    lock = LockFile(packages=packages, metadata=metadata)
    return ReadLock(path=path, text=conda_lock_v1.dumps(lock).encode(), lock=lock, local=())


def _row(row: list[str | None]) -> Row:
    manager, name, version, build, url, digest = (str(one) for one in row)
    return Row(
        manager=manager,
        name=name,
        version=version,
        build=build,
        digest=digest,
        url=url,
        carried=url.startswith("file:"),
    )
