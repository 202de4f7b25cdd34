"""Fetches packages here for workers that reach no channel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from condasync.channel.transport import Transport
from condasync.cluster.remote.store import RefusedError, Store
from condasync.errors import ApplyError, NetworkError
from condasync.model.url import Url


def fetcher(folder: Path, secret_of: Callable[[str], Url] = Url) -> Callable[[str, str], Path]:
    """Return what gets the file of a (URL, sha256), kept below a folder; raises NetworkError or ApplyError.

    `secret_of` fills in the user's credentials, for the network only.
    """
    store = Store(folder / "packages")

    def fetch(url: str, sha256: str) -> Path:
        name = urlsplit(url).path.rpartition("/")[2]
        try:
            if url.startswith("file://"):
                return Path(url2pathname(urlsplit(url).path))
            if not store.has(sha256, name):
                store.put(sha256, name, _downloaded(secret_of(url), folder))
            return store.path(sha256, name)
        except RefusedError as error:
            raise ApplyError(f"{Url(url)}: {error}", hints=("try again, or make the lock anew",)) from error

    return fetch


def _downloaded(url: Url, folder: Path) -> bytes:
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / ".part"
    transport = Transport()
    try:
        reply = transport.download(url, part, headers={}, label=url.public.rpartition("/")[2])
        if reply.status != 200:  # noqa: PLR2004
            raise NetworkError(f"{url}: the channel has no such file", hints=("make the lock anew",))
        return part.read_bytes()
    finally:
        transport.close()
        part.unlink(missing_ok=True)
