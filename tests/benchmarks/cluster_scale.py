"""What a sync of 1,000 workers on 125 hosts costs the scheduler: `python -m tests.benchmarks.cluster_scale`.

The scheduler is a process of its own; workers and nannies are servers in this one, with the real agent and an
installation that only pretends. Connections are real TCP. The figures stand in docs/cluster.md.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import dask.config
import psutil  # type: ignore[import-untyped]
from distributed import Client

from condasync.cluster.carry import by_value, functions
from condasync.cluster.remote.scheduler import SchedulerAgent
from tests.cluster.fake_hosts import Counted, Machine, start
from tests.cluster.fake_locks import FakeLock, fake_lock
from tests.cluster.simulation import QUIET
from tests.cluster.world.processes import DaskProcesses

_PACKAGES = 300
_FILES = 2
_MEBIBYTE = 2**20


def main() -> None:
    """Print the figures as a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=1000)
    parser.add_argument("--hosts", type=int, default=125)
    parser.add_argument("--size", type=int, default=3 * _MEBIBYTE, help="bytes of each of two local packages")
    asked = parser.parse_args()
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", "Mismatched versions")  # fake workers have none
    lock = fake_lock(packages=_PACKAGES, changed=_FILES, size=asked.size)
    with tempfile.TemporaryDirectory() as folder, dask.config.set(QUIET):
        os.environ["CONDASYNC_CACHE_DIR"] = f"{folder}/cache"
        with DaskProcesses(Path(folder) / "processes") as processes:
            address = processes.scheduler(Path(sys.executable))
            scheduler = psutil.Process(processes.started[0].process.pid)
            rows = asyncio.run(_measured(lock, asked.workers, asked.hosts, address, scheduler))
    for what, measured in rows:
        sys.stdout.write(f"| {what} | {measured} |\n")


async def _measured(lock: FakeLock, workers: int, hosts: int, address: str, scheduler: Any) -> list[tuple[str, str]]:
    counted = Counted()
    machines = [Machine(f"host{at}", lock.before, lock.after, counted) for at in range(hosts)]
    servers = await start(machines, workers, address)
    async with Client(address, asynchronous=True, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        before = _memory(scheduler)
        agent = by_value(SchedulerAgent(lock.parcel, functions()))
        remote: Any = client.scheduler
        await remote.register_scheduler_plugin(plugin=agent, name="condasync", idempotent=False)
        registered = _memory(scheduler)
        told, used = await _timed(remote.condasync_sync(restart=False), scheduler)
        after = _memory(scheduler)
        again, unused = await _timed(remote.condasync_sync(restart=False), scheduler)
        assert {one["status"] for one in told["hosts"]} == {"installed"}
        assert {one["status"] for one in again["hosts"]} == {"unchanged"}
    for one in servers:
        await one.end()
    difference = len(lock.parcel.contents) * lock.size
    return [
        ("workers, hosts", f"{workers}, {hosts}"),
        ("difference: two local packages", f"{difference / _MEBIBYTE:.1f} MiB"),
        ("lock file, compressed", f"{len(lock.parcel.text) / 1024:.0f} KiB"),
        ("sent per host", f"{told['sent'] / hosts / _MEBIBYTE:.2f} MiB"),
        ("sent in all", f"{told['sent'] / _MEBIBYTE:.0f} MiB"),
        ("most under way at one time", f"{told['most_in_flight'] / _MEBIBYTE:.1f} MiB"),
        ("code and questions per worker, the first time", f"{counted.received / workers / 1024:.1f} KiB"),
        ("answers per worker", f"{counted.answered / workers:.0f} bytes"),
        ("hosts that told their packages", str(counted.asked["packages"])),
        (
            "scheduler's memory before, with the agent, peak",
            f"{before[0]:.0f}, {registered[0]:.0f}, {after[1]:.0f} MiB",
        ),
        ("scheduler's CPU time for the sync", f"{used:.1f} s"),
        ("the same when nothing has changed", f"{unused:.1f} s, {again['sent']} bytes sent"),
    ]


async def _timed(work: Any, scheduler: Any) -> tuple[Any, float]:
    """Return what work gives, and the CPU seconds that the scheduler needed for it."""
    before = sum(scheduler.cpu_times()[:2])
    result = await work
    return result, sum(scheduler.cpu_times()[:2]) - before


def _memory(process: Any) -> tuple[float, float]:
    """Return the resident memory of a process, now and at its peak, in MiB."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    facts = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return tuple(int(facts[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))  # type: ignore[return-value]


if __name__ == "__main__":
    begun = time.monotonic()
    main()
    sys.stdout.write(f"\n{time.monotonic() - begun:.0f} s in all\n")
