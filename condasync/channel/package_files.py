"""The files of locked packages: found on this disk or downloaded, and always what their digest says."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

from condasync.channel.location import OFFLINE_HINTS, path_of_file_url
from condasync.channel.transport import Progress, Reply, Transport
from condasync.errors import ApplyError, NetworkError, OutputError
from condasync.model.apply import Fetch, PackageFile
from condasync.model.lockfile import LockedPackage
from condasync.model.url import Url

SecretOf: TypeAlias = Callable[[str], Url]
"""Returns the URL to fetch for a lock's URL: the same, with the credentials that the user has for it."""

_CHUNK = 1 << 20
_THREADS = 8
_PART = ".part-"
_ABANDONED = 86400.0  # seconds: no download writes nothing for so long
_BESIDE_THE_LOCK = "condasync-channel"
_OWN_COPY = "or name a folder that holds the file: --artifacts DIR"


def file_name_of(row: LockedPackage) -> str:
    """Return the file name that a row's URL ends with."""
    return unquote(urlsplit(row.url).path.rpartition("/")[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFiles:
    """Look for package files in folders, in the cache and behind `file://` URLs.

    `cache` is shared between prefixes and processes: a file in it is named by its digest and appears complete.
    `lock_folder` may hold `condasync-channel`, where the packages of local projects lie.
    """

    cache: Path
    lock_folder: Path
    artifacts: tuple[Path, ...] = ()
    _offered: dict[str, list[Path]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for folder in self.artifacts:
            for root, folders, names in os.walk(folder, followlinks=True):
                # a link to a folder above would lead round in a circle
                folders[:] = [name for name in folders if not _leads_up(Path(root, name))]
                for name in names:
                    self._offered[name].append(Path(root, name))

    def locate(self, rows: Sequence[LockedPackage]) -> Fetch:
        """Return which files are here and which are to be downloaded. Raises ApplyError for a file with another digest.

        A wrong file in a folder or in the cache does not count; one behind a `file://` URL is an error.
        """
        with ThreadPoolExecutor(_THREADS) as pool:
            found = list(pool.map(self._find, rows))
        return Fetch(
            here=tuple(
                PackageFile(row=row, path=path) for row, path in zip(rows, found, strict=True) if path is not None
            ),
            missing=tuple(row for row, path in zip(rows, found, strict=True) if path is None),
        )

    def download(
        self, rows: Sequence[LockedPackage], transport: Transport, *, secret_of: SecretOf, progress: Progress
    ) -> tuple[PackageFile, ...]:
        """Return the files of rows after downloading them to the cache, several at once.

        Raises NetworkError, ApplyError for a file with another digest or a disk that takes no more.
        """
        urls = [secret_of(row.url) for row in rows]

        def one(row: LockedPackage, url: Url) -> PackageFile:
            return PackageFile(row=row, path=self._download(row, transport, url, progress), fetched=True)

        pool = ThreadPoolExecutor(_THREADS)
        try:
            return tuple(pool.map(one, rows, urls))
        except BaseException:
            transport.close()  # ends the other downloads
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def cached(self, row: LockedPackage) -> Path:
        """Return where the cache keeps a row's file."""
        return self.cache / (row.sha256 or row.md5 or "") / file_name_of(row)

    def _find(self, row: LockedPackage) -> Path | None:
        for path in self._candidates(row):
            with contextlib.suppress(OSError):
                if digest_of(path, row) == wanted_digest(row):
                    return path
        stated = path_of_file_url(row.url)
        return None if stated is None else self._behind_file_url(row, stated)

    def _candidates(self, row: LockedPackage) -> Iterator[Path]:
        yield from self._offered.get(file_name_of(row), ())
        yield self.cached(row)

    def _behind_file_url(self, row: LockedPackage, stated: Path) -> Path:
        beside = self.lock_folder / _BESIDE_THE_LOCK / stated.parent.name / stated.name
        for path in (stated, beside):
            try:
                found = digest_of(path, row)
            except FileNotFoundError:
                continue
            except OSError as fault:
                raise ApplyError(f"{row.name}: {path} cannot be read: {fault.strerror}", package=row.name) from fault
            if found != wanted_digest(row):
                raise mismatch(row, found, str(path))
            return path
        raise ApplyError(
            f"{row.name}: the lock's file {stated} is not there",
            hints=(
                f"put it into {_BESIDE_THE_LOCK}/{stated.parent.name}/ beside the lock",
                "or name a folder that holds it: --artifacts DIR",
            ),
            package=row.name,
            path=str(stated),
        )

    def _download(self, row: LockedPackage, transport: Transport, url: Url, progress: Progress) -> Path:
        place = self.cached(row)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            _forget_parts(place.parent)
            handle, name = tempfile.mkstemp(dir=place.parent, prefix=_PART)
            os.close(handle)
        except OSError as fault:
            raise _cache_fault(self.cache, fault.strerror or str(fault)) from fault
        part = Path(name)
        try:
            reply = _received(row, url, part, transport, progress)
            if reply.status != 200:  # noqa: PLR2004
                raise NetworkError(
                    f"{url}: the server has no such file ({reply.status})",
                    hints=("the lock may be old: make it anew", _OWN_COPY),
                    package=row.name,
                )
            found = digest_of(part, row)
            if found != wanted_digest(row):
                raise mismatch(row, found, str(url))
            part.replace(place)
        except OutputError as fault:
            raise _cache_fault(self.cache, fault.message) from fault
        finally:
            part.unlink(missing_ok=True)
        return place


def _received(row: LockedPackage, url: Url, part: Path, transport: Transport, progress: Progress) -> Reply:
    try:
        return transport.download(url, part, headers={}, label=file_name_of(row), progress=progress)
    except NetworkError as fault:  # its hints speak of repodata, too, which is not what is wanted here
        own = (hint for hint in fault.hints if hint not in OFFLINE_HINTS)
        raise NetworkError(fault.message, hints=(*own, _OWN_COPY), package=row.name, **fault.facts) from fault


def sizes_of(urls: Sequence[Url], transport: Transport) -> tuple[int | None, ...]:
    """Return the sizes of files in bytes, None where the server does not say."""
    with ThreadPoolExecutor(_THREADS) as pool:
        return tuple(pool.map(transport.size, urls))


def _forget_parts(folder: Path) -> None:
    """Remove what downloads that were killed long ago left."""
    for part in folder.glob(f"{_PART}*"):
        with contextlib.suppress(FileNotFoundError):  # it is done by now
            if time.time() - part.stat().st_mtime > _ABANDONED:
                part.unlink()


def _leads_up(folder: Path) -> bool:
    return folder.is_symlink() and folder.parent.resolve().is_relative_to(folder.resolve())


def wanted_digest(row: LockedPackage) -> str:
    """Return the digest that a row's file must have; its length tells sha256 from md5."""
    return row.sha256 or row.md5 or ""


def digest_of(path: Path, row: LockedPackage) -> str:
    """Return the digest of a file, of the kind that the row states. Raises OSError."""
    digest = hashlib.sha256() if row.sha256 else hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def mismatch(row: LockedPackage, found: str, where: str) -> ApplyError:
    """Return the error for a file that is not what the lock says."""
    kind = "sha256" if row.sha256 else "md5"
    wanted = wanted_digest(row)
    return ApplyError(
        f"{row.name} {row.version}: {where} has {kind} {found}, the lock says {wanted}; nothing was changed",
        hints=("do not install it before you know why the file changed", "fetch it again, or make the lock anew"),
        package=row.name,
        expected=wanted,
        found=found,
    )


def _cache_fault(cache: Path, why: str) -> ApplyError:
    return ApplyError(
        f"the cache of packages cannot be written: {why}; the prefix is as it was",
        hints=("free some space, or name another cache folder: CONDASYNC_CACHE_DIR",),
        path=str(cache),
    )
