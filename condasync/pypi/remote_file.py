"""A file on a server, read in ranges: enough for a zip archive's directory and one member of it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from condasync.model.url import Url
from condasync.pypi.index_client import IndexClient, IndexFaultError

if TYPE_CHECKING:
    from typing_extensions import Buffer

_TAIL = 1 << 16
_LEAST = 1 << 13
_MOST = 1 << 20
_PARTIAL = 206
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Hold the bytes from a place on, of a file of a size."""

    first: int
    body: bytes
    size: int


class RemoteFile(io.RawIOBase):
    """Read a file of known size; `fetch` gives the bytes from a place on, that many. The end is there already."""

    def __init__(self, fetch: Callable[[int, int], bytes], *, tail: bytes, size: int) -> None:
        super().__init__()
        self._fetch = fetch
        self._size = size
        self._at = 0
        self._window = tail
        self._window_at = size - len(tail)

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a place and return it."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        """Return the place of the next read."""
        return self._at

    def readinto(self, buffer: Buffer) -> int:
        """Fill a buffer as far as the window reaches, moving the window when it does not hold the place."""
        view = memoryview(buffer).cast("B")
        wanted = min(len(view), self._size - self._at)
        if wanted <= 0:
            return 0
        if not self._window_at <= self._at < self._window_at + len(self._window):
            self._window = self._fetch(self._at, min(max(wanted, _LEAST), _MOST, self._size - self._at))
            self._window_at = self._at
        start = self._at - self._window_at
        data = self._window[start : start + wanted]
        view[: len(data)] = data
        self._at += len(data)
        return len(data)


def remote_file(client: IndexClient, url: Url) -> RemoteFile | None:
    """Return the file behind a URL, None when the server does not serve ranges of it. Raises IndexFaultError."""
    found = _ranged(client, url, f"bytes=-{_TAIL}")
    if found is None or found.first + len(found.body) != found.size:
        return None
    size = found.size

    def fetch(start: int, length: int) -> bytes:
        part = _ranged(client, url, f"bytes={start}-{start + length - 1}")
        if part is None or (part.first, len(part.body), part.size) != (start, length, size):
            raise IndexFaultError("index-unreachable", f"{url}: the server stopped to serve ranges of it")
        return part.body

    return RemoteFile(fetch, tail=found.body, size=size)


def _ranged(client: IndexClient, url: Url, wanted: str) -> _Part | None:
    headers = {"Range": wanted, "Accept-Encoding": "identity"}
    with client.open(url, headers) as answer:
        if answer is None or answer.status_code != _PARTIAL:
            return None
        place = _CONTENT_RANGE.fullmatch(answer.headers.get("content-range", ""))
        if place is None:
            return None
        first, last, size = map(int, place.groups())
        # A server may answer with more than was asked for; its word on the length is not trusted beyond that.
        body = answer.read() if last - first < 2 * _MOST else b""
        return _Part(first=first, body=body, size=size) if len(body) == last - first + 1 else None
