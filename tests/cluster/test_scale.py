"""1,000 workers on 125 hosts: what a sync costs the scheduler, counted at real connections."""

from __future__ import annotations

from typing import Any

import pytest

from condasync.cluster.remote.protocol import CHUNK
from condasync.cluster.remote.stream import STREAMS
from tests.cluster.fake_hosts import Counted, FakeWorker, Machine
from tests.cluster.fake_locks import fake_lock
from tests.cluster.simulation import begun, simulate

pytestmark = [
    pytest.mark.filterwarnings("ignore:Creating scratch directories"),  # a busy disk is no fault
    pytest.mark.usefixtures("quiet_dask"),
]


def test_a_thousand_workers_cost_the_difference_once_per_host() -> None:
    """Each host gets the lock and what changed, once; few chunks are under way; one host in 125 tells its packages."""
    lock, counted = fake_lock(packages=300, changed=2, size=100_000), Counted()
    machines = [Machine(f"host{at}", lock.before, lock.after, counted) for at in range(125)]

    async def story(scheduler: Any, _workers: list[FakeWorker]) -> None:
        agent = await begun(scheduler, lock)
        told = await agent.sync(restart=False)
        assert {one["status"] for one in told["hosts"]} == {"installed"}
        assert [len(one["workers"]) for one in told["hosts"]] == [8] * 125
        assert {machine.installations for machine in machines} == {1}
        assert {tuple(machine.files) for machine in machines} == {("p0-2.0-0.conda", "p1-2.0-0.conda")}
        assert told["sent"] == 125 * (2 * lock.size + len(lock.parcel.text))
        assert told["most_in_flight"] <= STREAMS * CHUNK
        assert agent.sender.traffic.in_flight == 0
        assert agent.sender.traffic.most_streams <= STREAMS
        assert counted.asked == {"plugin_add": 1000, "seat": 1000, "environment": 125, "packages": 1}
        assert counted.received / 1000 < 32_000
        assert counted.answered / 1000 < 1_000

        again = await agent.sync(restart=False)
        assert {one["status"] for one in again["hosts"]} == {"unchanged"}
        assert again["sent"] == 0
        assert {machine.installations for machine in machines} == {1}

    simulate(machines, 1000, story, register=False)


def test_large_files_go_in_chunks_few_at_a_time() -> None:
    """With files of many chunks for twenty hosts, what is under way stays below the bound; all of it arrives."""
    lock, counted = fake_lock(packages=10, changed=1, size=1_000_000), Counted()
    machines = [Machine(f"host{at}", lock.before, lock.after, counted) for at in range(20)]

    async def story(scheduler: Any, _workers: list[FakeWorker]) -> None:
        agent = await begun(scheduler, lock)
        agent.sender.chunk = 64 * 1024
        agent.sender.streams = 4
        told = await agent.sync(restart=False)
        assert {one["status"] for one in told["hosts"]} == {"installed"}
        assert told["most_in_flight"] <= 4 * 64 * 1024
        assert told["sent"] == 20 * (lock.size + len(lock.parcel.text))

    simulate(machines, 20, story, register=False)


def test_a_host_that_fails_does_not_stop_the_others() -> None:
    """One of five hosts fails: its workers are not restarted, those of the others are, each once."""
    lock, counted = fake_lock(packages=10, changed=1, size=1000), Counted()
    machines = [Machine(f"host{at}", lock.before, lock.after, counted, fails=at == 3) for at in range(5)]

    async def story(scheduler: Any, workers: list[FakeWorker]) -> None:
        agent = await begun(scheduler, lock)
        told = await agent.sync()
        failed = [one for one in told["hosts"] if one["status"] == "failed"]
        assert [(one["host"], one["error"]) for one in failed] == [("host3", "the disk is full")]
        assert sorted(worker.restarts for worker in workers) == [0] * 2 + [1] * 8
        assert {worker.env.get("CONDASYNC_LOCK_DIGEST") for worker in workers} == {None, lock.parcel.digest}
        assert len(scheduler.workers) == 10

    simulate(machines, 10, story, register=True)
