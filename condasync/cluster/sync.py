"""Brings a lock to a running cluster: registers the agents, sends what they lack, and hears what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeAlias

from distributed import Client

from condasync.cluster.manifest import ReadLock
from condasync.cluster.plugin import Registration
from condasync.cluster.remote.parcel import Orders
from condasync.cluster.remote.protocol import CHUNK, chunks
from condasync.errors import ApplyError, NetworkError

Fetch: TypeAlias = Callable[[str, str], Path]
"""Returns the file behind (URL, sha256), from disk or from its channel."""
Tell: TypeAlias = Callable[[str], None]


def sync(
    client: Client, read: ReadLock, orders: Orders, *, fetch: Fetch | None = None, tell: Tell = lambda _: None
) -> dict[str, Any]:
    """Bring a lock to every host of a cluster and return the accounts of the hosts, as plain values.

    `fetch` gets what workers without internet need; without it they read channels themselves. Raises NetworkError when
    the scheduler goes away, ApplyError when it refuses.
    """
    told: dict[str, Any] = client.sync(_sync, client, read, orders, fetch, tell)  # type: ignore[no-untyped-call]
    return told


def result(client: Client) -> dict[str, Any]:
    """Return the accounts of the last sync of a cluster, {} when there was none."""
    told: dict[str, Any] = client.sync(_result, client)  # type: ignore[no-untyped-call]
    return told


async def _result(client: Client) -> Any:
    scheduler: Any = client.scheduler
    return await scheduler.condasync_result()


async def _sync(client: Any, read: ReadLock, orders: Orders, fetch: Fetch | None, tell: Tell) -> dict[str, Any]:
    scheduler = client.scheduler
    tell("asking the scheduler")
    try:
        await client.register_plugin(Registration(read, offline=fetch is not None))
        local = dict(read.local)
        for sha256, file_name in await scheduler.condasync_lacks():
            tell(f"sending {file_name}")
            await _send(scheduler, sha256, file_name, local[sha256])
        if fetch is not None:
            tell("asking the hosts what they lack")
            for sha256, url in (await scheduler.condasync_survey())["lacking"]:
                tell(f"fetching {url.rpartition('/')[2]}")
                path = await asyncio.to_thread(fetch, url, sha256)
                await _send(scheduler, sha256, url.rpartition("/")[2], path)
        tell("installing on the hosts")
        told: dict[str, Any] = await scheduler.condasync_sync(**asdict(orders))
    except ValueError as error:
        raise refusal(error) from error
    except OSError as error:
        raise NetworkError(
            f"the scheduler went away: {error!r}",
            hints=("look again: condasync cluster status ADDRESS",),
        ) from error
    return told


def refusal(error: ValueError) -> ApplyError:
    """Return the error for a scheduler that does not let clients bring code along."""
    return ApplyError(
        f"the scheduler refuses: {error}",
        hints=("let it take code: see distributed.scheduler.blocked-handlers in its configuration",),
    )


async def _send(scheduler: Any, sha256: str, file_name: str, path: Path) -> None:
    """Send a file to the scheduler in parts; the next one goes when the last has arrived."""
    size = await asyncio.to_thread(lambda: path.stat().st_size)
    for offset, length in chunks(size, CHUNK):
        data = await asyncio.to_thread(_part, path, offset, length)
        last = offset + length >= size
        answer = await scheduler.condasync_put(sha256=sha256, file_name=file_name, offset=offset, data=data, last=last)
        if answer["status"] != "OK":
            raise ApplyError(f"{path}: the scheduler refuses it: {answer['error']}", hints=("condasync export",))


def _part(path: Path, offset: int, length: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(length)
