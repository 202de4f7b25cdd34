"""Restarts workers from the scheduler: all at once, or one after the other without losing results."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from distributed.core import Status
from distributed.protocol.serialize import Serialized, deserialize

from condasync.cluster.remote.protocol import Seat

PATIENCE = 120.0
"""Seconds that a worker may take to come back."""
_AT_ONCE = 64
_NOWHERE = (
    "its results could not be moved to another worker, so it was not restarted and still runs what was there before"
)


async def called(scheduler: Any, address: str, function: bytes, *arguments: Any) -> Any:
    """Return what a function gives in a worker's process; raise OSError when it cannot be asked or fails."""
    packed = pickle.dumps(arguments)
    answer = await scheduler.rpc(address).run(function=function, args=packed)
    if not isinstance(answer, dict) or answer.get("status") != "OK":
        raise OSError(str(answer.get("exception_text") if isinstance(answer, dict) else answer))
    result = answer["result"]
    if isinstance(result, Serialized):  # schedulers pass on what they are sent without opening it
        return deserialize(result.header, result.frames)  # type: ignore[no-untyped-call]
    return result


async def each(work: Sequence[Callable[[], Awaitable[Any]]], at_once: int = _AT_ONCE) -> list[Any]:
    """Do work in parallel, some of it at a time; return the results in the order of the work, errors among them."""
    turns = asyncio.Semaphore(at_once)

    async def one(job: Callable[[], Awaitable[Any]]) -> Any:
        async with turns:
            return await job()

    return await asyncio.gather(*(one(job) for job in work), return_exceptions=True)


async def settled(scheduler: Any) -> None:
    """Wait until the nannies that are just coming up have their workers, but not for ever."""
    coming = set(getattr(scheduler, "_starting_nannies", ()))
    for _ in range(int(PATIENCE * 10)):
        if not coming & set(getattr(scheduler, "_starting_nannies", ())):
            return
        await asyncio.sleep(0.1)


async def restart(scheduler: Any, seat: Seat, variables: dict[str, str], patience: float = PATIENCE) -> str:
    """Restart one worker through its nanny and wait until the scheduler has it again; "OK", or what went wrong."""
    worker = scheduler.workers.get(seat.address)
    for task in list(worker.processing) if worker is not None else ():
        task.suspicious -= 1  # the scheduler counts a worker that goes as a fault of its tasks; this one is ours
    try:
        answer = await scheduler.rpc(seat.nanny).condasync_restart(variables=variables, patience=patience)
    except OSError as error:
        return str(error) or type(error).__name__
    if answer != "OK":
        return f"the worker was not restarted: {answer}"
    for _ in range(int(patience * 10)):
        back = [one for one in scheduler.workers.values() if one.nanny == seat.nanny and one.address != seat.address]
        if any(one.status == Status.running for one in back):
            return "OK"
        if not back and _same_again(scheduler, seat, worker):
            return "OK"
        await asyncio.sleep(0.1)
    return "the worker did not come back"


async def restart_gently(
    scheduler: Any, seat: Seat, variables: dict[str, str], *, drain: float, count: bytes, patience: float = PATIENCE
) -> str:
    """Restart one worker after its results have moved to others and its running tasks are done, or `drain` is over.

    `count` is `probe.running_tasks`, pickled. What the worker has not begun goes to others.
    """
    if not await _moved(scheduler, seat):
        return _NOWHERE
    for _ in range(int(drain * 5)):
        try:
            busy = await called(scheduler, seat.address, count)
        except OSError:
            break
        if not busy:
            break
        await asyncio.sleep(0.2)
    if not await _moved(scheduler, seat):
        # The scheduler takes a worker that it retires a second time back to where it was: taking no tasks.
        change = {"op": "worker-status-change", "status": Status.running.name, "stimulus_id": "condasync"}
        scheduler.worker_send(seat.address, change)
        return _NOWHERE
    return await restart(scheduler, seat, variables, patience)


async def _moved(scheduler: Any, seat: Seat) -> bool:
    """Let a worker take no more tasks and copy what only it holds to others; return whether that went well."""
    if seat.address not in scheduler.workers:
        return True
    retired = await scheduler.retire_workers(workers=[seat.address], close_workers=False, remove=False)
    return seat.address in retired or seat.address not in scheduler.workers


def _same_again(scheduler: Any, seat: Seat, before: Any) -> bool:
    """Return whether a worker came back at its old address (a port that the user chose)."""
    now = scheduler.workers.get(seat.address)
    return now is not None and now is not before and now.status == Status.running
