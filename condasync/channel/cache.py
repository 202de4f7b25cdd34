"""Repodata on disk between runs: plain JSON files with a sidecar each, and digests of local files."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from condasync.errors import OutputError

_CHUNK = 1 << 20
_SETTLED = 2.0  # seconds: a file that changed less long ago may change again within one tick of the file system's clock
_KEPT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Describe one cached repodata: the sidecar.

    `url` carries no credential, `file` is the plain JSON's name in the same folder, `checked` seconds since the epoch
    when a server last vouched for it, `max_age` in seconds after that.
    """

    url: str
    file: str
    sha256: str
    size: int
    checked: float
    etag: str | None = None
    last_modified: str | None = None
    max_age: int = 0


class RepodataCache:
    """Keep repodata by the URL of its subdir.

    A plain file is named by its digest and never changes; the sidecar, replaced at once, says which is current: so
    processes that write at the same time leave a consistent pair. The file before the current one stays, for a process
    that was just told of it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, url: str) -> tuple[Entry, Path] | None:
        """Return what is cached for a public URL, None when there is nothing or it is damaged."""
        try:
            entry = Entry(**json.loads((self._folder / f"{_key(url)}.info.json").read_text(encoding="utf-8")))
            path = self._folder / entry.file
            return (entry, path) if entry.url == url and path.stat().st_size == entry.size else None
        except (OSError, ValueError, TypeError):
            return None

    def file_name(self, url: str, sha256: str) -> str:
        """Return the name of the plain file with this digest."""
        return f"{_key(url)}-{sha256[:16]}.json"

    def write(self, entry: Entry, plain: Path | None = None) -> Path:
        """Make an entry current, moving its new plain file in, and return where the plain file is."""
        with writable(self._folder):
            if plain is not None:
                plain.replace(self._folder / entry.file)
            write_atomically(self._folder / f"{_key(entry.url)}.info.json", json.dumps(asdict(entry), sort_keys=True))
            self._forget_old(entry)
        return self._folder / entry.file

    def _forget_old(self, entry: Entry) -> None:
        files = [path for path in self._folder.glob(f"{_key(entry.url)}-*.json") if path.name != entry.file]
        with contextlib.suppress(OSError):  # another process may have removed one
            files.sort(key=lambda path: path.stat().st_mtime, reverse=True)
            for path in files[_KEPT - 1 :]:
                path.unlink()


@contextmanager
def writable(folder: Path) -> Iterator[Path]:
    """Make a cache folder; raise OutputError for what goes wrong inside it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
    except OSError as fault:
        raise OutputError(
            f"{folder}: the cache cannot be written: {fault.strerror}",
            hints=("free some space, or name another cache folder",),
            path=str(folder),
        ) from fault


def write_atomically(path: Path, text: str) -> None:
    """Replace a file at once; raises OSError and leaves nothing behind when it cannot."""
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(part).replace(path)
    finally:
        Path(part).unlink(missing_ok=True)


def file_digest(path: Path) -> str:
    """Return the sha256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def remembered_digest(path: Path, folder: Path) -> str:
    """Return the sha256 of a file, hashing it only when it changed since a run that used the same folder.

    A change shows in the inode, its times or the size; a file that changed just now is always hashed.
    """
    known = folder / f"{_key(str(path.resolve()))}.digest.json"
    state = path.stat()
    stamp = [state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns]
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        content = json.loads(known.read_text(encoding="utf-8"))
        if content["stamp"] == stamp:
            return str(content["sha256"])
    sha256 = file_digest(path)
    if time.time() - max(state.st_mtime, state.st_ctime) > _SETTLED:
        with contextlib.suppress(OSError):  # only a shortcut: without a writable cache the file is hashed each time
            folder.mkdir(parents=True, exist_ok=True)
            write_atomically(known, json.dumps({"stamp": stamp, "sha256": sha256}))
    return sha256


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:24]
