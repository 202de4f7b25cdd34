"""Real nannies and workers: a gentle restart loses no result and no running task."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, Nanny, Scheduler

from condasync.cluster.carry import functions
from condasync.cluster.remote.host import HostAgent
from condasync.cluster.remote.protocol import Seat
from condasync.cluster.remote.restart import restart, restart_gently

pytestmark = [
    pytest.mark.filterwarnings("ignore:Creating scratch directories"),  # a busy disk is no fault
    pytest.mark.usefixtures("quiet_dask"),
]

Story = Callable[[Any, Any], Awaitable[None]]


def with_workers(number: int, story: Story) -> None:
    """Run a story with a scheduler, a client and real worker processes whose nannies have the agent."""

    async def whole() -> None:
        async with Scheduler(host="127.0.0.1", port=0, dashboard=False, dashboard_address=":0") as scheduler:
            nannies = [
                Nanny(scheduler.address, nthreads=1, name=f"w{at}", host="127.0.0.1", memory_limit=0)
                for at in range(number)
            ]
            await asyncio.gather(*nannies)
            for nanny in nannies:
                await HostAgent().setup(nanny)
            async with Client(scheduler.address, asynchronous=True, set_as_default=False) as client:  # type: ignore[no-untyped-call]
                await story(scheduler, client)
            await asyncio.gather(*(nanny.close() for nanny in nannies))

    asyncio.run(whole())


def seats(scheduler: Any) -> list[Seat]:
    """Return the workers, sorted by name."""
    return [
        Seat(
            address=one.address,
            name=one.name,
            nanny=one.nanny,
            host="h",
            prefix="/p",
            volume="",
            python="3",
            subdir="linux-64",
        )
        for one in sorted(scheduler.workers.values(), key=lambda one: one.name)
    ]


async def something_runs(scheduler: Any) -> None:
    """Wait until a worker has a task."""
    while not any(one.processing for one in scheduler.workers.values()):  # noqa: ASYNC110  nobody sets an event
        await asyncio.sleep(0.01)


async def gently(scheduler: Any, seat: Seat, *, drain: float = 60.0) -> str:
    """Restart one worker gently."""
    return await restart_gently(scheduler, seat, {"SEEN": "yes"}, drain=drain, count=functions().running_tasks)


def test_results_and_running_tasks_survive(tmp_path: Path) -> None:
    """Both of two workers are restarted, one after the other, while each runs a task that ends when a file appears."""
    gate = tmp_path / "gate"
    there = f"__import__('os').path.exists({str(gate)!r})"
    wait = f"([__import__('time').sleep(0.05) for _ in iter(lambda: {there}, True)], 7)[1]"

    async def story(scheduler: Any, client: Any) -> None:
        done = [client.submit(eval, f"{at} * 10", pure=False) for at in range(6)]
        kept = await client.scatter("scattered")
        assert await client.gather(done) == [0, 10, 20, 30, 40, 50]
        first, second = seats(scheduler)
        busy = client.submit(eval, wait, pure=False, workers=[first.address], allow_other_workers=True)
        await something_runs(scheduler)
        restarting = asyncio.create_task(gently(scheduler, first))
        await asyncio.sleep(0.5)
        assert not restarting.done()
        gate.write_text("open", encoding="utf-8")
        assert await restarting == "OK"
        assert await gently(scheduler, second) == "OK"
        assert {one.address for one in scheduler.workers.values()}.isdisjoint({first.address, second.address})
        assert await busy == 7
        assert await client.gather(done) == [0, 10, 20, 30, 40, 50]
        assert await kept == "scattered"
        assert set((await client.run(eval, "__import__('os').environ['SEEN']")).values()) == {"yes"}

    with_workers(2, story)


def test_the_only_worker_keeps_its_results_and_goes_on() -> None:
    """Where results can go nowhere the worker is left alone, takes tasks again, and the reason is told."""

    async def story(scheduler: Any, client: Any) -> None:
        result = client.submit(eval, "3", pure=False)
        assert await result == 3
        (only,) = seats(scheduler)
        assert "could not be moved" in await gently(scheduler, only)
        assert await client.submit(eval, "4", pure=False) == 4
        assert [one.address for one in scheduler.workers.values()] == [only.address]
        assert await result == 3

    with_workers(1, story)


def test_a_restart_is_no_fault_of_the_tasks() -> None:
    """A task that was running when its worker was restarted runs again, and is not suspected for it."""

    async def story(scheduler: Any, client: Any) -> None:
        long = client.submit(eval, "__import__('time').sleep(3600)", pure=False)
        await something_runs(scheduler)
        (only,) = seats(scheduler)
        assert await restart(scheduler, only, {}) == "OK"
        task = scheduler.tasks[long.key]
        assert (task.suspicious, task.state) == (0, "processing")
        await long.cancel()

    with_workers(1, story)
