"""Files over the cluster's own connections: in chunks, each one asked for, few hosts at a time."""

from __future__ import annotations

import asyncio
import urllib.request
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from condasync.cluster.remote.protocol import CHUNK, chunks
from condasync.cluster.remote.store import Incoming, RefusedError, Store

STREAMS = 8
"""Hosts that are served at the same time: at most this many chunks are under way."""
_PATIENCE = 60.0  # seconds for one read of a channel's server


@dataclass(slots=True)
class Traffic:
    """Count what a sender put on the wire: `sent` bytes in all, `most` at one time, and the connections served."""

    sent: int = 0
    in_flight: int = 0
    most: int = 0
    streams: int = 0
    most_streams: int = 0

    def begins(self) -> None:
        """Count a connection that is served; it is taken off when it ends."""
        self.streams += 1
        self.most_streams = max(self.most_streams, self.streams)

    def leaves(self, size: int) -> None:
        """Count a part that is written and not yet acknowledged."""
        self.sent += size
        self.in_flight += size
        self.most = max(self.most, self.in_flight)

    def arrived(self, size: int) -> None:
        """Count a part that is acknowledged."""
        self.in_flight -= size


@dataclass(slots=True)
class Sender:
    """Serve files of a store; `url_of` names where a missing file can be had from, None for nowhere."""

    store: Store
    url_of: Callable[[str], str | None]
    traffic: Traffic = field(default_factory=Traffic)
    chunk: int = CHUNK
    streams: int = STREAMS
    _turns: asyncio.Semaphore | None = None
    _fetching: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def serve(self, comm: Any, wants: Sequence[Sequence[str]]) -> None:
        """Send files, each named by (sha256, file name), over a connection; the next part goes when one has arrived."""
        if self._turns is None:
            self._turns = asyncio.Semaphore(self.streams)
        async with self._turns:
            self.traffic.begins()
            try:
                for sha256, file_name in wants:
                    await self._serve_one(comm, sha256, file_name)
                await comm.write({"end": True})
            finally:
                self.traffic.streams -= 1

    async def _serve_one(self, comm: Any, sha256: str, file_name: str) -> None:
        try:
            await self._here(sha256, file_name)
            size = self.store.size(sha256, file_name)
        except (OSError, RefusedError) as error:
            await comm.write({"sha256": sha256, "file_name": file_name, "missing": str(error)})
            await comm.read()
            return
        packed = not file_name.endswith((".conda", ".tar.bz2", ".whl"))
        for offset, length in chunks(size, self.chunk):
            data = await asyncio.to_thread(self.store.read, sha256, file_name, offset, length)
            data = zlib.compress(data) if packed else data
            part = {"sha256": sha256, "file_name": file_name, "offset": offset, "data": data, "packed": packed}
            self.traffic.leaves(len(data))
            try:
                await comm.write({**part, "last": offset + length >= size})
                await comm.read()
            finally:
                self.traffic.arrived(len(data))

    async def _here(self, sha256: str, file_name: str) -> None:
        """See that a file is in the store; fetch it from its channel when it is not, once for all who want it."""
        async with self._fetching.setdefault(sha256, asyncio.Lock()):
            if self.store.has(sha256, file_name):
                return
            url = self.url_of(sha256)
            if url is None or not url.startswith(("http://", "https://")):
                raise RefusedError("the scheduler has no such file")
            await asyncio.to_thread(_fetch, url, self.store, sha256, file_name)


async def receive(comm: Any, store: Store, wants: Sequence[Sequence[str]], allowed: Collection[str]) -> int:
    """Take in the files of one stream and return the bytes that came; raise RefusedError for what is not allowed.

    Only files that were asked for are taken, and of these only what the lock allows.
    """
    asked = {(one[0], one[1]) for one in wants}
    taken = 0
    coming: Incoming | None = None
    try:
        while True:
            part = await comm.read()
            if part.get("end"):
                return taken
            key = (part["sha256"], part["file_name"])
            if part.get("missing"):
                raise RefusedError(f"{key[1]}: {part['missing']}")
            if key not in asked:
                raise RefusedError(f"{key[1]} came without being asked for")
            if part["offset"] == 0:
                coming = Incoming(store, *key, allowed=allowed)
            if coming is None:
                raise RefusedError(f"{key[1]}: its first part is missing")
            coming.write(part["offset"], zlib.decompress(part["data"]) if part["packed"] else part["data"])
            taken += len(part["data"])
            if part["last"]:
                coming.finish()
                coming = None
            await comm.write("next")
    finally:
        if coming is not None:
            coming.drop()


def _fetch(url: str, store: Store, sha256: str, file_name: str) -> None:
    coming = Incoming(store, sha256, file_name, allowed=None)
    offset = 0
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:  # noqa: S310  http and https only
            while part := answer.read(2**20):
                coming.write(offset, part)
                offset += len(part)
    except OSError:
        coming.drop()
        raise
    coming.finish()
