"""The agent on a scheduler, at real connections: what cannot be brought to a lock is told, the rest goes on."""

from __future__ import annotations

import asyncio
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from condasync.cluster.carry import functions
from condasync.cluster.remote.probe import digest_of
from condasync.cluster.remote.scheduler import SchedulerAgent
from tests.cluster.fake_hosts import Counted, FakeWorker, Machine
from tests.cluster.fake_locks import FakeLock, fake_lock
from tests.cluster.simulation import begun, simulate

pytestmark = [
    pytest.mark.filterwarnings("ignore:Creating scratch directories"),  # a busy disk is no fault
    pytest.mark.usefixtures("quiet_dask"),
]


@pytest.fixture
def lock() -> FakeLock:
    """Return a lock with one local package that changed."""
    return fake_lock(packages=5, changed=1, size=2000)


def machine(lock: FakeLock, name: str, **facts: Any) -> Machine:
    """Return a machine that has what was locked before."""
    return Machine(name, lock.before, lock.after, Counted(), **facts)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"nanny": False}, "without a nanny"),
        ({"subdir": "osx-arm64"}, "the lock is not for osx-arm64"),
        ({"python": "3.12.1"}, None),
    ],
)
def test_a_host_that_cannot_follow_is_told_and_the_other_one_does(
    lock: FakeLock, facts: dict[str, Any], message: str | None
) -> None:
    """No nanny or another platform: nothing is sent there, and it is said. The lock has no Python: any will do."""
    machines = [machine(lock, "good"), machine(lock, "other", **facts)]

    async def story(scheduler: Any, _workers: list[FakeWorker]) -> None:
        agent = await begun(scheduler, lock)
        good, other = (await agent.sync())["hosts"]
        assert (good["status"], good["restarted"]) == ("installed", ["w0000"])
        assert other["status"] == ("installed" if message is None else "failed")
        assert message is None or message in other["error"]
        assert machines[1].installations == (message is None)

    simulate(machines, 2, story, register=True)


def test_the_environment_that_the_user_works_in_stays_as_it_is(lock: FakeLock) -> None:
    """Workers of a local cluster run in it: nothing is installed there, and it is said."""
    machines = [machine(lock, "laptop"), machine(lock, "other")]
    careful = replace(lock, parcel=replace(lock.parcel, own=(("laptop", machines[0].prefix),)))

    async def story(scheduler: Any, _workers: list[FakeWorker]) -> None:
        agent = await begun(scheduler, careful)
        laptop, other = (await agent.sync())["hosts"]
        assert "the environment that you work in" in laptop["error"]
        assert (laptop["status"], other["status"]) == ("failed", "installed")
        assert [one.installations for one in machines] == [0, 1]

    simulate(machines, 2, story, register=True)


def test_hosts_that_share_a_prefix_are_all_restarted(lock: FakeLock) -> None:
    """On a network disk the first one installs; the second finds nothing to do, and its workers are still old."""
    shared = machine(lock, "first")
    second = machine(lock, "second", like=shared)

    async def story(scheduler: Any, workers: list[FakeWorker]) -> None:
        agent = await begun(scheduler, lock)
        assert [one["restarted"] for one in (await agent.sync())["hosts"]] == [["w0000"], ["w0001"]]
        assert [one.restarts for one in workers] == [1, 1]
        assert [one["restarted"] for one in (await agent.sync())["hosts"]] == [[], []]

    simulate([shared, second], 2, story, register=True)


def test_another_python_is_refused(lock: FakeLock) -> None:
    """A nanny of 3.11 cannot start workers of 3.12: its host keeps what it has."""
    rows = dict(lock.parcel.rows)["linux-64"]
    python = replace(rows[1], name="python", version="3.12.4", digest=None)
    later = FakeLock(lock.before, lock.after, replace(lock.parcel, rows=(("linux-64", (*rows, python)),)), lock.size)
    machines = [machine(lock, "one")]

    async def story(scheduler: Any, _workers: list[FakeWorker]) -> None:
        agent = await begun(scheduler, later)
        (host,) = (await agent.sync())["hosts"]
        assert host["status"] == "failed"
        assert "Python 3.12.4" in host["error"]
        assert machines[0].installations == 0

    simulate(machines, 1, story, register=True)


def test_a_worker_that_does_not_answer_is_named(lock: FakeLock) -> None:
    """Out-of-band functions may be blocked: such a worker is told apart, the others go on."""
    machines = [machine(lock, "good"), machine(lock, "mute", answers=False)]

    async def story(scheduler: Any, _workers: list[FakeWorker]) -> None:
        agent = await begun(scheduler, lock)
        told = await agent.sync()
        assert [(one["host"], one["status"]) for one in told["hosts"]] == [("good", "installed")]
        assert [(one["worker"], "blocked" in one["reason"]) for one in told["silent"]] == [("w0001", True)]

    simulate(machines, 2, story, register=True)


def test_installing_without_restart_leaves_stale_workers_for_the_next_time(lock: FakeLock) -> None:
    """`--no-restart` only installs; a later sync restarts those workers though nothing is left to install."""
    machines = [machine(lock, "one")]

    async def story(scheduler: Any, workers: list[FakeWorker]) -> None:
        agent = await begun(scheduler, lock)
        (host,) = (await agent.sync(restart=False))["hosts"]
        assert (host["status"], host["restarted"], workers[0].restarts) == ("installed", [], 0)
        (host,) = (await agent.sync())["hosts"]
        assert (host["status"], host["restarted"], workers[0].restarts) == ("restarted", ["w0000"], 1)
        assert machines[0].installations == 1

    simulate(machines, 1, story, register=True)


def test_eight_nannies_that_join_a_host_install_once(lock: FakeLock, tmp_path: Path) -> None:
    """Before their workers start, one of them installs while the others wait; all know the lock's digest."""
    late = machine(lock, "late", folder=tmp_path / "prefix")
    late.lay_out()

    async def story(scheduler: Any, _workers: list[FakeWorker]) -> None:
        await begun(scheduler, lock)
        coming = [FakeWorker(late, f"late{at}", scheduler.address) for at in range(8)]
        await asyncio.gather(*(one.join() for one in coming))
        assert late.installations == 1
        assert {one.env["CONDASYNC_LOCK_DIGEST"] for one in coming} == {lock.parcel.digest}
        await asyncio.gather(*(one.end() for one in coming))

    simulate([], 0, story, register=True)


def test_a_nanny_that_joins_and_fails_starts_with_what_it_has(lock: FakeLock, tmp_path: Path) -> None:
    """Its worker is told of the fault, which `status` shows; it does not claim to run the lock."""
    late = machine(lock, "late", folder=tmp_path / "prefix", fails=True)
    late.lay_out()

    async def story(scheduler: Any, _workers: list[FakeWorker]) -> None:
        await begun(scheduler, lock)
        one = FakeWorker(late, "late", scheduler.address)
        await one.join()
        assert one.env["CONDASYNC_FAULT"] == "the disk is full"
        assert one.env["CONDASYNC_LOCK_DIGEST"] == ""
        await one.end()

    simulate([], 0, story, register=True)


def test_what_a_nanny_tells_of_an_environment_has_to_be_that_environment(lock: FakeLock) -> None:
    """Packages that do not have the digest that they are told for are not believed: others may have that digest."""

    async def story(scheduler: Any, _workers: list[FakeWorker]) -> None:
        agent = await begun(scheduler, lock)
        facts: dict[str, Any] = {"host": "h", "prefix": "/p", "volume": "", "python": "3.11.7", "subdir": "linux-64"}
        facts |= {"started": 0.0, "changed": 0.0, "variables": {}, "unprepared": False}
        digest = digest_of(lock.before)
        assert await agent.join(environment=digest, nanny="tcp://n", **facts) == {"ask": True}
        told = await agent.join(environment=digest, nanny="tcp://n", packages=lock.after, **facts)
        assert (told["status"], digest in agent.environments.known) == ("failed", False)
        told = await agent.join(environment=digest, nanny="tcp://n", packages=lock.before, **facts)
        assert told["status"] == "install"

    simulate([], 0, story, register=True)


def test_the_scheduler_takes_only_files_of_the_lock(lock: FakeLock) -> None:
    """A client cannot lay other files onto the scheduler's disk, whatever it calls them."""

    async def story(scheduler: Any, _workers: list[FakeWorker]) -> None:
        agent = await begun(scheduler, lock)
        ((digest, name),) = lock.parcel.files
        other: dict[str, Any] = {"file_name": name, "offset": 0, "data": b"x", "last": True}
        assert "the lock has no file" in (await agent.put(sha256="0" * 64, **other))["error"]
        assert "the lock says" in (await agent.put(sha256=digest, **other))["error"]
        up = {**other, "file_name": "../../out"}
        assert "no name of a package" in (await agent.put(sha256=digest, **up))["error"]
        hole = {**other, "offset": 5}
        assert (await agent.put(sha256=digest, **hole))["status"] == "refused"

    simulate([], 0, story, register=True)


def test_a_newer_agent_keeps_the_files_and_does_not_send_itself_again(lock: FakeLock) -> None:
    """What is there is not asked for twice: neither the code on the nannies nor files nor packages of hosts."""
    machines = [machine(lock, "one")]

    async def story(scheduler: Any, _workers: list[FakeWorker]) -> None:
        agent = await begun(scheduler, lock)
        scheduler.plugins["condasync"] = agent
        await agent.sync()
        asked = dict(machines[0].counted.asked)
        newer = SchedulerAgent(replace(lock.parcel, contents=()), functions())
        await newer.start(scheduler)
        assert await newer.lacks() == []
        assert newer.root == agent.root
        assert machines[0].counted.asked == asked
        await newer.close()

    simulate(machines, 1, story, register=True)


def test_code_travels_as_one_pickle_that_any_process_can_open() -> None:
    """What a function is on the other side does not depend on condasync: the pickle names no module of it."""
    for name in ("seat", "environment", "packages", "running_tasks", "set_variables", "agent"):
        packed: bytes = getattr(functions(), name)
        assert b"condasync" not in packed  # compressed: what names modules is inside
        assert pickle.loads(packed) is not None
    assert pickle.loads(functions().environment)("/nowhere") == digest_of([])
