"""The agent on the scheduler: keeps the lock and the files that travel, and answers clients and nannies."""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from distributed.core import Status
from distributed.diagnostics.plugin import SchedulerPlugin

from condasync.cluster.remote.install import LOCK_NAME
from condasync.cluster.remote.parcel import Functions, Orders, Parcel
from condasync.cluster.remote.protocol import Host, hosts_of, seat_of
from condasync.cluster.remote.restart import each, settled
from condasync.cluster.remote.rollout import Environments, Rollout
from condasync.cluster.remote.store import Incoming, RefusedError, Store
from condasync.cluster.remote.stream import Sender

_LOG = logging.getLogger("distributed.condasync")
TOPIC = "condasync"


class SchedulerAgent(SchedulerPlugin):
    """Hold one lock for the cluster; a newer one takes the place of an older one and keeps its files.

    `orders` make it bring the lock to all hosts as soon as it is registered, None waits to be told.
    """

    name = "condasync"
    idempotent = False

    def __init__(self, parcel: Parcel, functions: Functions, orders: Orders | None = None) -> None:
        self.parcel = parcel
        self._functions = functions
        self._orders = orders
        self.last: dict[str, Any] = {}

    async def start(self, scheduler: Any) -> None:
        """Take the place of an older agent, keep what came along, and bring the lock to the hosts when ordered to."""
        self._scheduler = scheduler
        before = scheduler.plugins.pop(self.name, None)
        self.root: str = before.root if before is not None else tempfile.mkdtemp(prefix="condasync-")
        self.syncing: asyncio.Lock = before.syncing if before is not None else asyncio.Lock()
        self.environments = Environments(known=before.environments.known if before is not None else {})
        self._coming: dict[str, Incoming] = {}
        await asyncio.to_thread(self._unpack)
        urls = {row.digest: row.url for _, rows in self.parcel.rows for row in rows if row.carried and row.digest}
        self.sender = Sender(self.store, urls.get)
        handlers = (self.stream, self.lacks, self.put, self.survey, self.sync, self.join, self.joined, self.result)
        for handler in handlers:
            scheduler.handlers[f"condasync_{handler.__name__}"] = handler
        self._parcel_without_contents()
        if before is None or before.version != self.version:
            await self._send_agents()
        if self._orders is not None:
            await self.sync(**asdict(self._orders))

    async def close(self) -> None:
        """Remove the files."""
        shutil.rmtree(self.root, ignore_errors=True)

    @property
    def store(self) -> Store:
        """Return the files that travel."""
        return Store(Path(self.root))

    @property
    def version(self) -> str:
        """Return the version of the code that is on the nannies."""
        return self._functions.version

    async def stream(self, comm: Any, wants: Sequence[Sequence[str]]) -> Any:
        """Send files of the lock to a nanny; nothing else leaves the store."""
        allowed = {self.parcel.digest, *(row.digest for _, rows in self.parcel.rows for row in rows)}
        await self.sender.serve(comm, [one for one in wants if one[0] in allowed])
        return Status.dont_reply

    async def lacks(self) -> list[tuple[str, str]]:
        """Return which of the client's files are not here yet."""
        return [one for one in self.parcel.files if not self.store.has(*one)]

    async def put(self, sha256: str, file_name: str, offset: int, data: bytes, *, last: bool) -> dict[str, Any]:
        """Take the next part of a file from the client; only files of the lock are taken."""
        allowed = {row.digest for _, rows in self.parcel.rows for row in rows if row.digest}
        try:
            if offset == 0:
                self._coming[sha256] = Incoming(self.store, sha256, file_name, allowed=allowed)
            self._coming[sha256].write(offset, data)
            if last:
                self._coming.pop(sha256).finish()
        except (OSError, RefusedError, KeyError) as error:
            self._coming.pop(sha256, None)
            return {"status": "refused", "error": str(error)}
        return {"status": "OK"}

    async def survey(self) -> dict[str, Any]:
        """Return which files the hosts need that are to be carried, and are not here."""
        rollout = self._rollout()
        seats, _ = await rollout.seats()
        wanted = await rollout.survey(hosts_of(seats))
        carried = {row.digest: row for need in wanted if not isinstance(need, str) for row in need.carried}
        here = {digest for digest, row in carried.items() if digest and self.store.has(digest, row.file_name)}
        return {"lacking": [(row.digest, row.url) for digest, row in carried.items() if digest not in here]}

    async def sync(self, **orders: Any) -> dict[str, Any]:
        """Bring the lock to every host and return the accounts; the arguments are those of `Orders`."""
        async with self.syncing:
            traffic = self.sender.traffic
            before = traffic.sent
            told = await self._rollout().bring(Orders(**orders))
            self.last = {
                **told,
                "digest": self.parcel.digest,
                "sent": traffic.sent - before,
                "most_in_flight": traffic.most,
            }
        self._scheduler.log_event(TOPIC, {"action": "sync", "hosts": _counts(told["hosts"])})
        return self.last

    async def join(
        self, *, environment: str, nanny: str, packages: Sequence[Any] | None = None, **told: Any
    ) -> dict[str, Any]:
        """Tell a nanny that joins what its host needs before a worker starts there."""
        rollout = self._rollout()
        if packages is not None:
            self.environments.learn(environment, packages)
        elif environment not in self.environments.known:
            return {"ask": True}
        (host,) = hosts_of([seat_of(nanny, nanny, nanny, told)])
        need = rollout.needs_of(host, environment)
        fault = need if isinstance(need, str) else None
        if fault is None and not isinstance(need, str) and need.empty:
            return {"status": "unchanged", "variables": rollout.variables}
        fault = fault or rollout.obstacle(host)
        if fault is not None or isinstance(need, str):
            return self._refused(host, fault or "")
        wanted = [(row.digest, row.file_name) for row in need.carried]
        return {"status": "install", "lock": self.parcel.digest, "wanted": wanted, "offline": self.parcel.offline}

    async def joined(self, *, nanny: str, outcome: dict[str, Any]) -> dict[str, Any]:
        """Note what came of an installation on a nanny that joins; return what its worker is to know."""
        self._scheduler.log_event(TOPIC, {"action": "join", "nanny": nanny, **outcome})
        variables = self._rollout().variables
        if outcome.get("status") == "failed":
            return {**outcome, "variables": {**variables, **_fault(str(outcome.get("error")))}}
        return {**outcome, "variables": variables}

    async def result(self) -> dict[str, Any]:
        """Return the accounts of the last sync."""
        return self.last

    async def _send_agents(self) -> None:
        """Give the agent to the nannies that are there and to those to come; one that cannot be reached is left out."""
        scheduler = self._scheduler
        scheduler.nanny_plugins[self.name] = self._functions.agent
        await settled(scheduler)
        nannies = [one.nanny for one in scheduler.workers.values() if one.nanny]
        agent = {"plugin": self._functions.agent, "name": self.name}
        await each([partial(_added, scheduler, nanny, agent) for nanny in nannies])

    def _refused(self, host: Host, fault: str) -> dict[str, Any]:
        _LOG.error("condasync: %s keeps its environment: %s", host.label, fault)
        return {"status": "failed", "error": fault, "variables": _fault(fault)}

    def _rollout(self) -> Rollout:
        return Rollout(
            scheduler=self._scheduler,
            parcel=self.parcel,
            functions=self._functions,
            environments=self.environments,
        )

    def _unpack(self) -> None:
        """Put the lock and the files that came along onto the disk; remove what no lock needs any more."""
        wanted = {self.parcel.digest, *(row.digest for _, rows in self.parcel.rows for row in rows if row.digest)}
        self.store.keep_only(wanted)
        self.store.put(self.parcel.digest, LOCK_NAME, zlib.decompress(self.parcel.text))
        for sha256, file_name, data in self.parcel.contents:
            self.store.put(sha256, file_name, data)

    def _parcel_without_contents(self) -> None:
        self.parcel = replace(self.parcel, text=b"", contents=())


async def _added(scheduler: Any, nanny: str, agent: dict[str, Any]) -> None:
    await scheduler.rpc(nanny).plugin_add(**agent)


def _fault(error: str) -> dict[str, str]:
    return {"CONDASYNC_FAULT": error[:500], "CONDASYNC_LOCK_DIGEST": ""}


def _counts(hosts: Sequence[dict[str, Any]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for host in hosts:
        counts[host["status"]] = counts.get(host["status"], 0) + 1
    return counts
