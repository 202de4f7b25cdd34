"""A real scheduler and fake machines in one process, and the agent at work on them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, TypeAlias

from distributed import Scheduler

from condasync.cluster.carry import functions
from condasync.cluster.remote.scheduler import SchedulerAgent
from tests.cluster.fake_hosts import FakeWorker, Machine, start
from tests.cluster.fake_locks import FakeLock

QUIET = {
    "distributed.admin.system-monitor.interval": "1h",
    "distributed.admin.tick.interval": "1h",
    "distributed.scheduler.dashboard.status.task-stream-length": 1,
}
"""Configuration under which a thousand servers in one process do not measure themselves all the time."""
Story: TypeAlias = Callable[[Any, list[FakeWorker]], Awaitable[None]]


class Told:
    """A scheduler that has been told of workers: to register a thousand takes Dask itself half a minute."""

    def __init__(self, scheduler: Scheduler, workers: list[FakeWorker]) -> None:
        self._scheduler = scheduler
        self.workers = {
            one.address: SimpleNamespace(address=one.address, name=one.name, nanny=one.nanny) for one in workers
        }

    def __getattr__(self, name: str) -> Any:
        return getattr(self._scheduler, name)


def simulate(machines: list[Machine], workers: int, story: Story, *, register: bool) -> None:
    """Run a story with a real scheduler and workers on machines, which register with it or are only told of."""

    async def whole() -> None:
        async with Scheduler(host="127.0.0.1", port=0, dashboard=False, dashboard_address=":0") as scheduler:
            made = await start(machines, workers, scheduler.address, register=register)
            await story(scheduler if register else Told(scheduler, made), made)
            await asyncio.gather(*(one.end() for one in made))

    asyncio.run(whole())


async def begun(scheduler: Any, lock: FakeLock) -> SchedulerAgent:
    """Return the agent for a lock, at work."""
    agent = SchedulerAgent(lock.parcel, functions())
    await agent.start(scheduler)
    return agent
