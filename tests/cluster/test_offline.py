"""Workers that reach no channel: what they need comes through the client, or the scheduler fetches it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from condasync.cluster.connect import Door, connected
from condasync.cluster.offline import fetcher
from condasync.cluster.remote.parcel import Orders, Parcel
from condasync.cluster.sync import result, sync
from condasync.errors import ApplyError, NetworkError
from condasync.model.placeholder import expanded
from tests.cluster.fake_hosts import Counted, FakeWorker, Machine
from tests.cluster.fake_locks import FakeLock, fake_lock, read_lock_of
from tests.cluster.simulation import begun, simulate

pytestmark = [
    pytest.mark.filterwarnings("ignore:Creating scratch directories"),  # a busy disk is no fault
    pytest.mark.usefixtures("quiet_dask"),
]

_NAME = "p0-2.0-0.conda"


class Channel:
    """A channel's server on 127.0.0.1 that remembers what it was asked for."""

    def __init__(self, files: dict[str, bytes]) -> None:
        asked: list[str] = []
        logins: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                logins.append(self.headers.get("Authorization", ""))
                body = files.get(self.path.rpartition("/")[2])
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  named by the base class
                """Keep quiet."""

        self.asked = asked
        self.logins = logins
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/linux-64"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()


@pytest.fixture
def lock() -> FakeLock:
    """Return a lock with one package that changed."""
    return fake_lock(packages=5, changed=1, size=3000)


@pytest.fixture
def channel(lock: FakeLock) -> Iterator[Channel]:
    """Return a server that has this package."""
    ((_, name, data),) = lock.parcel.contents
    made = Channel({name: data})
    yield made
    made.close()


def from_channel(lock: FakeLock, url: str) -> Parcel:
    """Return the lock's parcel with the changed package on a channel instead of this machine, for offline workers."""
    rows = [replace(row, url=f"{url}/{row.file_name}", carried=True) for row in dict(lock.parcel.rows)["linux-64"]]
    return replace(lock.parcel, rows=(("linux-64", tuple(rows)),), offline=True, files=(), contents=())


def test_a_file_is_fetched_once_and_checked(channel: Channel, lock: FakeLock, tmp_path: Path) -> None:
    """The second time it comes from the disk; its bytes are what the lock says."""
    ((digest, name, data),) = lock.parcel.contents
    fetch = fetcher(tmp_path / "fetched")
    assert fetch(f"{channel.url}/{name}", digest).read_bytes() == data
    assert fetch(f"{channel.url}/{name}", digest).read_bytes() == data
    assert channel.asked == [f"/linux-64/{_NAME}"]


def test_a_credential_is_for_the_network_only(channel: Channel, lock: FakeLock, tmp_path: Path) -> None:
    """The lock names a variable; the channel is asked with its value, and an error tells neither."""
    ((digest, name, data),) = lock.parcel.contents
    lock_url = channel.url.replace("http://", "http://${ME}:${TOKEN}@")
    fetch = fetcher(tmp_path / "fetched", lambda url: expanded(url, {"ME": "me", "TOKEN": "planted"}))
    assert fetch(f"{lock_url}/{name}", digest).read_bytes() == data
    assert channel.logins == ["Basic " + base64.b64encode(b"me:planted").decode()]
    with pytest.raises(NetworkError, match="no such file") as raised:
        fetch(f"{lock_url}/gone-1.0-0.conda", "0" * 64)
    assert "planted" not in str(raised.value)


def test_another_file_than_the_locks_is_refused(channel: Channel, tmp_path: Path) -> None:
    """What a channel has under the name now is not what was locked: exit 7, nothing is sent on."""
    with pytest.raises(ApplyError, match="the lock says"):
        fetcher(tmp_path / "fetched")(f"{channel.url}/{_NAME}", hashlib.sha256(b"locked").hexdigest())


def test_a_file_that_the_channel_lacks_is_named(channel: Channel, tmp_path: Path) -> None:
    """The channel dropped it: exit 8."""
    with pytest.raises(NetworkError, match="no such file"):
        fetcher(tmp_path / "fetched")(f"{channel.url}/gone-1.0-0.conda", "0" * 64)


def test_a_package_on_this_machine_is_taken_from_it(tmp_path: Path) -> None:
    """A local channel needs no copy."""
    (tmp_path / _NAME).write_bytes(b"x")
    assert fetcher(tmp_path / "fetched")((tmp_path / _NAME).as_uri(), "0" * 64) == tmp_path / _NAME


def test_only_what_some_host_lacks_is_asked_of_the_client(lock: FakeLock, channel: Channel) -> None:
    """Of five carried packages the hosts lack one; that one is put to the scheduler and comes to all of them."""
    machines = [Machine(f"h{at}", lock.before, lock.after, Counted()) for at in range(3)]
    ((digest, name, data),) = lock.parcel.contents
    offline = replace(lock, parcel=from_channel(lock, channel.url))

    async def story(scheduler: Any, _workers: list[FakeWorker]) -> None:
        agent = await begun(scheduler, offline)
        assert (await agent.survey())["lacking"] == [(digest, f"{channel.url}/{name}")]
        assert (await agent.put(sha256=digest, file_name=name, offset=0, data=data, last=True))["status"] == "OK"
        assert (await agent.survey())["lacking"] == []
        assert {one["status"] for one in (await agent.sync())["hosts"]} == {"installed"}
        assert [machine.files for machine in machines] == [[name]] * 3
        assert channel.asked == []

    simulate(machines, 3, story, register=True)


def test_the_client_downloads_for_all(lock: FakeLock, channel: Channel, tmp_path: Path) -> None:
    """A whole sync with `--offline-workers`: asked of the channel once, by the client; each host gets what it lacks."""
    changed = [*lock.after[0]]
    changed[4] = f"{channel.url}/{_NAME}"
    after = [changed, *lock.after[1:]]
    machines = [Machine(f"h{at}", lock.before, after, Counted()) for at in range(3)]
    read = read_lock_of(after, tmp_path / "conda-lock.yml")
    told: list[dict[str, Any]] = []

    def ask(address: str) -> None:
        with connected(Door(address=address)) as client:
            told.append(sync(client, read, Orders(restart=False), fetch=fetcher(tmp_path / "fetched")))
            assert result(client)["hosts"] == told[0]["hosts"]

    async def story(scheduler: Any, _workers: list[FakeWorker]) -> None:
        await asyncio.to_thread(ask, scheduler.address)

    simulate(machines, 3, story, register=True)
    assert [(one["status"], one["changes"]) for one in told[0]["hosts"]] == [("installed", 1)] * 3
    assert [machine.files for machine in machines] == [[_NAME]] * 3
    assert channel.asked == [f"/linux-64/{_NAME}"]


def test_the_scheduler_fetches_what_nobody_gave_it(lock: FakeLock, channel: Channel) -> None:
    """Workers that join when the client has gone still get all: the scheduler asks the channel, once for all hosts."""
    machines = [Machine(f"h{at}", lock.before, lock.after, Counted()) for at in range(3)]
    offline = replace(lock, parcel=from_channel(lock, channel.url))

    async def story(scheduler: Any, _workers: list[FakeWorker]) -> None:
        agent = await begun(scheduler, offline)
        assert {one["status"] for one in (await agent.sync())["hosts"]} == {"installed"}
        assert [machine.files for machine in machines] == [[_NAME]] * 3
        assert channel.asked == [f"/linux-64/{_NAME}"]

    simulate(machines, 3, story, register=True)


def test_a_channel_that_gives_another_file_fails_the_hosts(lock: FakeLock) -> None:
    """The scheduler takes only what the lock says, and tells the hosts why they get nothing."""
    machines = [Machine("h", lock.before, lock.after, Counted())]
    changed = Channel({_NAME: b"something else"})
    offline = replace(lock, parcel=from_channel(lock, changed.url))

    async def story(scheduler: Any, _workers: list[FakeWorker]) -> None:
        agent = await begun(scheduler, offline)
        (host,) = (await agent.sync())["hosts"]
        assert (host["status"], machines[0].installations) == ("failed", 0)
        assert "the lock says" in host["error"]

    try:
        simulate(machines, 1, story, register=True)
    finally:
        changed.close()
