"""Nothing comes into a store, or over a connection, that is not what the lock says."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from distributed.comm.core import connect, listen

from condasync.cluster.remote.store import Incoming, RefusedError, Store
from condasync.cluster.remote.stream import Sender, receive

_DATA = b"a package" * 1000
_SHA = hashlib.sha256(_DATA).hexdigest()
_NAME = "mine-1.0-0.conda"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty store."""
    return Store(tmp_path / "store")


def test_a_file_comes_in_whole_and_is_read_in_parts(store: Store) -> None:
    """What went in in two parts comes out as it was."""
    coming = Incoming(store, _SHA, _NAME, allowed={_SHA})
    coming.write(0, _DATA[:100])
    assert not store.has(_SHA, _NAME)
    coming.write(100, _DATA[100:])
    assert coming.finish().read_bytes() == _DATA
    assert store.size(_SHA, _NAME) == len(_DATA)
    assert store.read(_SHA, _NAME, 50, 100) == _DATA[50:150]


def test_another_content_is_refused_and_leaves_nothing(store: Store) -> None:
    """One byte changed on the way: the file does not come into being."""
    coming = Incoming(store, _SHA, _NAME, allowed={_SHA})
    coming.write(0, b"b" + _DATA[1:])
    with pytest.raises(RefusedError, match="the lock says"):
        coming.finish()
    assert list(store.root.rglob("*")) == []


def test_what_is_not_in_the_lock_is_refused_before_a_byte_is_written(store: Store) -> None:
    """Even a file that is what it says has to be one of the lock's."""
    with pytest.raises(RefusedError, match="the lock has no file"):
        Incoming(store, _SHA, _NAME, allowed={"0" * 64})
    assert not store.root.exists()


@pytest.mark.parametrize("name", ["../../out.conda", "/tmp/out.conda", ".."])
def test_no_name_leads_out_of_the_store(store: Store, name: str) -> None:
    """A path in place of a name is refused by everything that takes one."""
    for use in (store.path, store.has, store.size):
        with pytest.raises(RefusedError, match="no name of a package"):
            use(_SHA, name)
    with pytest.raises(RefusedError, match="no sha256"):
        store.path("../../etc", _NAME)


def test_parts_out_of_order_are_refused(store: Store) -> None:
    """A hole is no file."""
    coming = Incoming(store, _SHA, _NAME, allowed=None)
    with pytest.raises(RefusedError, match="came when 0 were there"):
        coming.write(5, b"x")
    assert list(store.root.rglob("*")) == []


def test_a_damaged_file_is_noticed_and_removed(store: Store) -> None:
    """What went bad on a host's disk is asked for again instead of being kept for ever."""
    path = store.put(_SHA, _NAME, _DATA)
    assert store.holds(_SHA, _NAME)
    path.write_bytes(b"damaged")
    assert not store.holds(_SHA, _NAME)
    assert not path.exists()


def test_only_what_is_wanted_is_kept(store: Store) -> None:
    """Files of older locks go; an empty store is no fault."""
    store.keep_only(set())
    store.put(_SHA, _NAME, _DATA)
    other = store.put(hashlib.sha256(b"x").hexdigest(), "x-1-0.conda", b"x")
    store.keep_only({_SHA})
    assert store.has(_SHA, _NAME)
    assert not other.exists()


Answer = Callable[[Any], Awaitable[None]]


def received(answer: Answer, into: Store, *, allowed: set[str], wants: list[tuple[str, str]]) -> int:
    """Return the bytes that a real connection brought from whoever answers."""

    async def whole() -> int:
        async with listen("tcp://127.0.0.1", answer) as listener:  # type: ignore[no-untyped-call]
            comm = await connect(listener.contact_address)  # type: ignore[no-untyped-call]
            try:
                return await receive(comm, into, wants, allowed)
            finally:
                comm.abort()

    return asyncio.run(whole())


def test_a_stream_brings_what_was_asked_for(store: Store, tmp_path: Path) -> None:
    """In chunks of 1 KiB, byte for byte; nothing is under way afterwards."""
    source = Store(tmp_path / "source")
    source.put(_SHA, _NAME, _DATA)
    sender = Sender(source, lambda _: None, chunk=1024)
    wants = [(_SHA, _NAME)]
    taken = received(lambda comm: sender.serve(comm, wants), store, allowed={_SHA}, wants=wants)
    assert taken == len(_DATA) == sender.traffic.sent
    assert sender.traffic.most == 1024
    assert (sender.traffic.in_flight, sender.traffic.streams) == (0, 0)
    assert store.holds(_SHA, _NAME)


def test_a_stream_that_ends_early_leaves_nothing(store: Store) -> None:
    """The sender goes away in the middle: no half file stays."""

    async def half(comm: Any) -> None:
        await comm.write(_part(_DATA[:10], last=False))
        await comm.read()
        comm.abort()

    with pytest.raises(OSError):  # noqa: PT011  a connection that is closed, in the words of any version
        received(half, store, allowed={_SHA}, wants=[(_SHA, _NAME)])
    assert [path for path in store.root.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"data": b"b" + _DATA[1:]}, "the lock says"),
        ({"sha256": "0" * 64}, "without being asked for"),
        ({"file_name": "../../out.conda"}, "without being asked for"),
        ({"offset": 7}, "first part is missing"),
        ({"missing": "the scheduler has no such file"}, "no such file"),
    ],
)
def test_a_sender_that_lies_is_refused(store: Store, part: dict[str, Any], message: str) -> None:
    """Other bytes, other files, other places: the host takes nothing of it, whoever sends it."""

    async def lie(comm: Any) -> None:
        await comm.write({**_part(_DATA, last=True), **part})

    with pytest.raises(RefusedError, match=message):
        received(lie, store, allowed={_SHA}, wants=[(_SHA, _NAME)])
    assert [path for path in store.root.rglob("*") if path.is_file()] == []


def test_what_the_scheduler_orders_has_to_be_in_the_lock(store: Store, tmp_path: Path) -> None:
    """A scheduler that tells a host to take another file than the lock's is refused by the host."""
    source = Store(tmp_path / "source")
    source.put(_SHA, _NAME, _DATA)
    sender = Sender(source, lambda _: None)
    wants = [(_SHA, _NAME)]
    with pytest.raises(RefusedError, match="the lock has no file"):
        received(lambda comm: sender.serve(comm, wants), store, allowed={"0" * 64}, wants=wants)
    assert not store.root.exists()


def _part(data: bytes, *, last: bool) -> dict[str, Any]:
    return {"sha256": _SHA, "file_name": _NAME, "offset": 0, "data": data, "packed": False, "last": last}
