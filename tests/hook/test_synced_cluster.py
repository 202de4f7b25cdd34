"""A cluster, a client and a fresh lock as one context manager: real clusters of Dask in this process."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import dask.config
import pytest
from distributed import Client, LocalCluster

import condasync
from condasync.errors import UsageError
from condasync.hook.prepare import StaleLockError
from condasync.hook.prepared import Prepared
from condasync.hook.synced_cluster import synced_cluster


def _local(*, asynchronous: bool = False) -> LocalCluster:
    return LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        dashboard_address=":0",
        asynchronous=asynchronous,
        host="127.0.0.1",
        protocol="tcp://",
    )


@pytest.fixture
def lock(here: Path) -> Prepared:
    """Return a lock that counts as prepared."""
    path = here / "conda-lock.yml"
    path.write_text("version: 1\n", encoding="utf-8")
    return Prepared(lock=path, digest="ab" * 32, changed=False)


def _seen() -> tuple[str | None, object]:
    return os.environ.get("CONDASYNC_LOCK"), dask.config.get("condasync.digest", None)


def test_the_lock_is_made_before_the_cluster(here: Path) -> None:
    """The factory runs when the lock is there and the variables are set; workers see them, also later ones."""
    (here / "requirements.txt").write_text("numpy==1.26.4\n", encoding="utf-8")
    at_start: list[tuple[str | None, object, bool]] = []

    def factory() -> LocalCluster:
        at_start.append((*_seen(), (here / "conda-lock.yml").is_file()))
        return LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=1, threads_per_worker=1, dashboard_address=":0", host="127.0.0.1"
        )

    with condasync.synced_cluster(
        factory, files=["requirements.txt"], channels=["bundled"], python="3.11", offline=True
    ) as client:
        path, digest = str(here / "conda-lock.yml"), dask.config.get("condasync.digest")
        assert at_start == [(path, digest, True)]
        assert client.submit(os.environ.get, "CONDASYNC_LOCK", pure=False).result(30) == path
        cluster = client.cluster
        assert cluster is not None
        cluster.scale(2)
        client.wait_for_workers(2, timeout=30)
        assert set(client.run(os.environ.get, "CONDASYNC_LOCK_DIGEST").values()) == {digest}
    assert (cluster.status.name, client.status) == ("closed", "closed")
    assert _seen() == (None, None)


def test_an_address_is_enough(lock: Prepared) -> None:
    """A cluster that runs elsewhere gets a client; it is not ours to close."""
    with _local() as cluster:
        with synced_cluster(lambda: cluster.scheduler_address, prepared=lock) as client:
            assert client.submit(lambda: 5).result(30) == 5
            assert _seen() == (str(lock.lock), lock.digest)
        assert client.status == "closed"
        assert cluster.status.name == "running"
    assert _seen() == (None, None)


def test_errors_leave_nothing_behind(lock: Prepared) -> None:
    """An error of the block, of the factory or of the lock is raised, and everything is closed and as before."""
    made: list[LocalCluster] = []

    def factory() -> LocalCluster:
        made.append(_local())
        return made[0]

    def fail() -> None:
        with synced_cluster(factory, prepared=lock):
            raise KeyError("the block")

    with pytest.raises(KeyError, match="the block"):
        fail()
    assert made[0].status.name == "closed"
    with pytest.raises(ZeroDivisionError), synced_cluster(lambda: str(1 // 0), prepared=lock):
        pass
    lock.lock.unlink()
    with pytest.raises(StaleLockError), synced_cluster(_local, refresh=False):
        pass
    assert _seen() == (None, None)


def test_the_same_in_an_event_loop(lock: Prepared) -> None:
    """With `async with` the factory may return an awaitable; client and cluster belong to the running loop."""

    async def started() -> LocalCluster:
        return await _local(asynchronous=True)

    async def use() -> list[Client]:
        clients = []
        for factory in (started, lambda: _local(asynchronous=True)):
            async with synced_cluster(factory, prepared=lock) as client:
                assert await client.submit(lambda: 6) == 6
                assert _seen() == (str(lock.lock), lock.digest)
                clients.append(client)
        return clients

    assert [client.status for client in asyncio.run(use())] == ["closed", "closed"]
    assert _seen() == (None, None)


def test_an_asynchronous_factory_wants_async_with(lock: Prepared) -> None:
    """Without an event loop there is nobody to await what the factory returns."""

    async def factory() -> LocalCluster:
        return await _local(asynchronous=True)

    with (
        pytest.raises(UsageError, match="neither a cluster nor an address") as caught,
        synced_cluster(factory, prepared=lock),
    ):
        pass
    assert "async with" in caught.value.hints[0]
