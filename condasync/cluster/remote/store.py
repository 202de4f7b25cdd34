"""A folder of files that are known by their sha256; nothing comes in that is not what it says."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from condasync.cluster.remote.protocol import name_fault


class RefusedError(ValueError):
    """A file was not taken in: its name, its place or its content is not what the lock allows."""


@dataclass(frozen=True, slots=True)
class Store:
    """Keep files below a folder, each as SHA256/FILE_NAME."""

    root: Path

    def path(self, sha256: str, file_name: str) -> Path:
        """Return where a file lies or would lie, always below the folder; raise RefusedError for a bad name."""
        fault = name_fault(file_name, sha256)
        if fault is not None:
            raise RefusedError(fault)
        return self.root / sha256 / file_name

    def has(self, sha256: str, file_name: str) -> bool:
        """Return whether a file is here, whole: only whole files get their name."""
        return self.path(sha256, file_name).is_file()

    def holds(self, sha256: str, file_name: str) -> bool:
        """Return whether a file is here and still what it says; one that was damaged is removed."""
        path = self.path(sha256, file_name)
        try:
            with path.open("rb") as file:
                found = hashlib.sha256()
                while part := file.read(2**20):
                    found.update(part)
        except OSError:
            return False
        if found.hexdigest() != sha256:
            path.unlink(missing_ok=True)
            return False
        return True

    def size(self, sha256: str, file_name: str) -> int:
        """Return a file's size in bytes."""
        return self.path(sha256, file_name).stat().st_size

    def read(self, sha256: str, file_name: str, offset: int, length: int) -> bytes:
        """Return a part of a file."""
        with self.path(sha256, file_name).open("rb") as file:
            file.seek(offset)
            return file.read(length)

    def put(self, sha256: str, file_name: str, data: bytes) -> Path:
        """Take in a whole file and return its path; raise RefusedError when its sha256 is another one."""
        coming = Incoming(self, sha256, file_name, allowed=None)
        coming.write(0, data)
        return coming.finish()

    def keep_only(self, wanted: Collection[str]) -> None:
        """Remove every file whose sha256 is not wanted."""
        with contextlib.suppress(OSError):
            for folder in [one for one in self.root.iterdir() if one.name not in wanted]:
                shutil.rmtree(folder, ignore_errors=True)


class Incoming:
    """One file on its way in: parts in their order, checked at the end.

    `allowed` are the digests that may come in at all, None for any. Raises RefusedError before a byte is written when
    the name or the digest is not allowed, and at the end when the content is another one; then nothing of it stays.
    """

    def __init__(self, store: Store, sha256: str, file_name: str, *, allowed: Collection[str] | None) -> None:
        self._target = store.path(sha256, file_name)
        if allowed is not None and sha256 not in allowed:
            raise RefusedError(f"{file_name}: the lock has no file with sha256 {sha256}")
        self._sha256 = sha256
        self._hash = hashlib.sha256()
        self._done = 0
        self._target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=self._target.parent, prefix=".part-")
        self._part = Path(name)
        self._file: Any = os.fdopen(handle, "wb")

    def write(self, offset: int, data: bytes) -> None:
        """Take the next part."""
        if offset != self._done:
            self.drop()
            raise RefusedError(f"{self._target.name}: a part for byte {offset} came when {self._done} were there")
        self._file.write(data)
        self._hash.update(data)
        self._done += len(data)

    def finish(self) -> Path:
        """Give the file its name and return its path, raise RefusedError when its content is not what was said."""
        self._file.close()
        found = self._hash.hexdigest()
        if found != self._sha256:
            self.drop()
            raise RefusedError(f"{self._target.name}: sha256 is {found}, the lock says {self._sha256}")
        self._part.replace(self._target)
        return self._target

    def drop(self) -> None:
        """Forget what came so far."""
        self._file.close()
        self._part.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self._target.parent.rmdir()
