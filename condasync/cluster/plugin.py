"""`client.register_plugin(condasync.CondaSync(lock))`: bring a lock to a cluster from Python."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

from distributed.diagnostics.plugin import SchedulerPlugin

from condasync.cluster.carry import by_value, functions
from condasync.cluster.manifest import ReadLock, parcel_of, read_lock
from condasync.cluster.remote.parcel import Orders
from condasync.cluster.remote.scheduler import SchedulerAgent
from condasync.errors import UsageError

_LARGEST = 256 * 2**20


class CondaSync(SchedulerPlugin):
    """Bring a lock to every host of a cluster, now and when new workers join.

    Registering it returns when all workers run the lock; `condasync.cluster.sync.result(client)` says what became of
    each host. `lock` is a conda-lock.yml or its folder; `rolling` restarts workers one after the other with results
    kept; `offline_workers` makes the scheduler fetch what comes from channels. The packages of local projects travel in
    one message with it: above 256 MiB use `condasync cluster sync`, which sends them in parts. Raises LockFileError.
    """

    name = "condasync"
    idempotent = False

    def __init__(
        self, lock: str | os.PathLike[str] = ".", *, rolling: bool = False, offline_workers: bool = False
    ) -> None:
        super().__init__()
        read = read_lock(Path(lock))
        size = sum(path.stat().st_size for _, path in read.local)
        if size > _LARGEST:
            raise UsageError(
                f"the packages of local projects have {size // 2**20} MiB, too much for one message",
                hints=(f"condasync cluster sync ADDRESS {read.path}",),
            )
        self._packed = packed_agent(read, orders=Orders(rolling=rolling), offline=offline_workers, embed=True)

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        """Become the scheduler's agent on the way: the scheduler need not have condasync."""
        return pickle.loads, (self._packed,)


def packed_agent(read: ReadLock, *, orders: Orders | None, offline: bool, embed: bool) -> bytes:
    """Return the scheduler's agent for a lock, pickled with its code."""
    return by_value(SchedulerAgent(parcel_of(read, offline=offline, embed=embed), functions(), orders))


class Registration(SchedulerPlugin):
    """An agent that waits to be told: its files come afterwards, in parts."""

    name = "condasync"
    idempotent = False

    def __init__(self, read: ReadLock, *, offline: bool) -> None:
        super().__init__()
        self._packed = packed_agent(read, orders=None, offline=offline, embed=False)

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        return pickle.loads, (self._packed,)
