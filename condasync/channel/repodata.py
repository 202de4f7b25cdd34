"""Repodata files of channels: local ones in place, remote ones through the cache."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from condasync.channel.cache import Entry, RepodataCache, file_digest, remembered_digest, writable
from condasync.channel.location import OFFLINE_HINTS, local_directory
from condasync.channel.sparse import open_sparse
from condasync.errors import ChannelError
from condasync.model.record import Channel, RepodataFile
from condasync.model.url import Url

if TYPE_CHECKING:
    from condasync.channel.transport import Progress, Reply, Transport

_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_FORMS = ("repodata.json.zst", "repodata.json")
_THREADS = 8
_CHUNK = 1 << 16  # of compressed bytes; what comes out of one chunk is held in memory


class RepodataStore:
    """Find the repodata of channels.

    `transport` is made when the first download needs it; `clock` gives seconds since the epoch.
    """

    def __init__(
        self,
        cache_dir: Path,
        *,
        offline: bool = False,
        progress: Progress | None = None,
        transport: Callable[[], Transport] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder = cache_dir / "repodata"
        self._cache = RepodataCache(self._folder)
        self._offline = offline
        self._progress = progress
        self._transport = transport or _transport
        self._clock = clock

    def fetch(self, channel: Channel, subdir: str) -> RepodataFile | None:
        """Return the repodata of one subdir, None when the channel has no such subdir.

        Raises ChannelError when it is broken, or is not on disk and `offline` is set; NetworkError when the server
        cannot be reached; OutputError when the cache cannot be written.
        """
        if not self._needs_transport(channel):
            file = self._find(channel, subdir, None)
            if file is None and local_directory(channel) is None:
                raise _not_on_disk(channel, subdir)
            return file
        with closing(self._transport()) as transport:
            return self._find(channel, subdir, transport)

    def load(self, channels: Sequence[Channel], subdirs: Sequence[str]) -> tuple[RepodataFile, ...]:
        """Return the repodata of some subdirs and noarch of some channels, in order of channels, then subdirs.

        Remote files are fetched at the same time. Raises as `fetch` does, and ChannelError for a channel that has none
        of the subdirs.
        """
        places = [(channel, subdir) for channel in channels for subdir in dict.fromkeys((*subdirs, "noarch"))]
        if any(self._needs_transport(channel) for channel in channels):
            found = self._fetch_together(places)
        else:
            found = [self._find(channel, subdir, None) for channel, subdir in places]
        files = tuple(file for file in found if file is not None)
        for channel in channels:
            self._check_found(channel, subdirs, {file.subdir for file in files if file.channel == channel})
        return files

    def age(self, file: RepodataFile) -> float | None:
        """Return the seconds since a server vouched for a cached file, None for a file of a local channel."""
        cached = self._cache.read(_place(file.channel, file.subdir).public)
        return None if cached is None else max(0.0, self._clock() - cached[0].checked)

    def _needs_transport(self, channel: Channel) -> bool:
        return not self._offline and local_directory(channel) is None

    def _check_found(self, channel: Channel, subdirs: Sequence[str], found: set[str]) -> None:
        if self._offline and local_directory(channel) is None:
            # Fetched together, noarch is on disk when the others are, or the channel has none.
            for subdir in subdirs:
                if subdir not in found:
                    raise _not_on_disk(channel, subdir)
        elif not found:
            raise _unknown(channel, subdirs)

    def _fetch_together(self, places: Sequence[tuple[Channel, str]]) -> list[RepodataFile | None]:
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  as for the transport

        pool = ThreadPoolExecutor(min(_THREADS, len(places)))
        with closing(self._transport()) as transport:
            try:
                return list(pool.map(lambda place: self._find(place[0], place[1], transport), places))
            finally:  # on an error or Ctrl-C the rest must not hold us up: closing the transport ends it
                pool.shutdown(wait=False, cancel_futures=True)

    def _find(self, channel: Channel, subdir: str, transport: Transport | None) -> RepodataFile | None:
        folder = local_directory(channel)
        if folder is not None:
            return self._local(channel, subdir, folder / subdir / "repodata.json")
        cached = self._cache.read(_place(channel, subdir).public)
        fresh = cached is not None and 0 <= self._clock() - cached[0].checked < cached[0].max_age
        if transport is not None and not fresh:
            cached = self._refresh(channel, subdir, transport, cached)
        if cached is None:
            return None
        entry, path = cached
        return RepodataFile(channel=channel, subdir=subdir, path=path, sha256=entry.sha256)

    def _local(self, channel: Channel, subdir: str, path: Path) -> RepodataFile | None:
        try:
            if not path.exists():
                return None
            sha256 = remembered_digest(path, self._folder)
        except OSError as fault:
            raise ChannelError(f"{path}: cannot be read: {fault.strerror}", path=str(path)) from fault
        return RepodataFile(channel=channel, subdir=subdir, path=path, sha256=sha256)

    def _refresh(
        self, channel: Channel, subdir: str, transport: Transport, cached: tuple[Entry, Path] | None
    ) -> tuple[Entry, Path] | None:
        place = _place(channel, subdir)
        with writable(self._folder):
            part = Path(tempfile.mkdtemp(dir=self._folder, prefix=".part-"))
        try:
            for form in _FORMS:
                reply = transport.download(
                    Url(f"{place.secret}/{form}"),
                    part / "body",
                    headers=_request_headers(form, cached),
                    label=f"{channel.name}/{subdir}",
                    progress=self._progress,
                )
                if reply.status == 304 and cached is not None:  # noqa: PLR2004
                    entry = replace(cached[0], checked=self._clock(), max_age=reply.max_age)
                    return entry, self._cache.write(entry)
                if reply.status == 200:  # noqa: PLR2004
                    return self._store(channel, subdir, part, reply)
            return None
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _store(self, channel: Channel, subdir: str, part: Path, reply: Reply) -> tuple[Entry, Path]:
        place = _place(channel, subdir).public
        with writable(self._folder):
            plain = _plain(part / "body", place)
        try:
            open_sparse(channel, subdir, plain).close()
        except ChannelError as fault:
            raise ChannelError(
                f"{place}: what the server sent is no repodata.json: {fault.message.partition('repodata.json: ')[2]}",
                hints=("try again; if it stays so, tell whoever runs the channel", *OFFLINE_HINTS),
            ) from fault
        sha256 = file_digest(plain)
        entry = Entry(
            url=place,
            file=self._cache.file_name(place, sha256),
            sha256=sha256,
            size=plain.stat().st_size,
            checked=self._clock(),
            etag=reply.etag,
            last_modified=reply.last_modified,
            max_age=reply.max_age,
        )
        return entry, self._cache.write(entry, plain)


def _transport() -> Transport:
    from condasync.channel.transport import Transport  # noqa: PLC0415  brings ssl along; only a download needs it

    return Transport()


def _place(channel: Channel, subdir: str) -> Url:
    return Url(f"{channel.base_url.secret}/{subdir}")


def _request_headers(form: str, cached: tuple[Entry, Path] | None) -> dict[str, str]:
    headers = {"Accept-Encoding": "identity"} if form.endswith(".zst") else {}
    if cached is not None:
        entry, _ = cached
        if entry.etag:
            headers["If-None-Match"] = entry.etag
        elif entry.last_modified:
            headers["If-Modified-Since"] = entry.last_modified
    return headers


def _plain(body: Path, place: str) -> Path:
    """Return the JSON file of a download; some servers unpack a .zst on the way, so the content decides."""
    with body.open("rb") as source:
        if source.read(len(_ZSTD_MAGIC)) != _ZSTD_MAGIC:
            return body
        source.seek(0)
        import zstandard  # noqa: PLC0415  only a download needs it

        plain = body.with_name("plain")
        frame = zstandard.ZstdDecompressor().decompressobj()
        with plain.open("wb") as target:
            try:
                while chunk := source.read(_CHUNK):
                    while chunk:  # a file may hold several frames
                        frame = zstandard.ZstdDecompressor().decompressobj() if frame.eof else frame
                        target.write(frame.decompress(chunk))
                        chunk = frame.unused_data
            except zstandard.ZstdError as fault:
                raise _damaged(place, str(fault)) from fault
    if not frame.eof:
        raise _damaged(place, "it ends too early")
    return plain


def _damaged(place: str, why: str) -> ChannelError:
    return ChannelError(
        f"{place}/{_FORMS[0]}: the download is damaged: {why}",
        hints=("try again; if it stays so, tell whoever runs the channel", *OFFLINE_HINTS),
    )


def _unknown(channel: Channel, subdirs: Sequence[str]) -> ChannelError:
    tried = ", ".join(dict.fromkeys((*subdirs, "noarch")))
    return ChannelError(
        f"{channel.name}: unknown channel: no repodata for {tried} at {channel.base_url}",
        hints=("check the channel's name or URL; a local channel directory holds SUBDIR/repodata.json files",),
        channel=channel.name,
    )


def _not_on_disk(channel: Channel, subdir: str) -> ChannelError:
    return ChannelError(
        f"{channel.name}/{subdir}: not in the repodata cache, and --offline forbids to fetch it",
        hints=OFFLINE_HINTS,
        channel=channel.name,
    )
