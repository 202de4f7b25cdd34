"""Brings a lock to every host of a cluster: ask, install once per host, restart. Runs on the scheduler."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from condasync.cluster.remote.parcel import Functions, Orders, Parcel
from condasync.cluster.remote.probe import digest_of
from condasync.cluster.remote.protocol import (
    Host,
    Needs,
    Seat,
    hosts_of,
    needs,
    python_fault,
    restart_order,
    seat_of,
)
from condasync.cluster.remote.restart import called, each, restart, restart_gently, settled

_LOG = logging.getLogger("distributed.condasync")
_REMEMBERED = 256
_NO_NANNY = "its workers were started without a nanny: nothing can restart them"


@dataclass(slots=True)
class HostAccount:
    """Say what became of one host: `status` is unchanged, installed, restarted or failed.

    `restarted` and `kept` name workers; those kept still run what was there before, `kept` says why. `received` is in
    bytes.
    """

    host: Host
    status: str = "unchanged"
    error: str = ""
    hints: tuple[str, ...] = ()
    changes: int = 0
    received: int = 0
    restarted: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)

    def failed(self, error: str, *hints: str) -> None:
        """Note that this host could not be brought to the lock."""
        self.status, self.error, self.hints = "failed", error, hints

    def row(self) -> dict[str, Any]:
        """Return the account as plain values."""
        return {
            "host": self.host.host,
            "prefix": self.host.prefix,
            "workers": [seat.name for seat in self.host.seats],
            "status": self.status,
            "error": self.error or None,
            "hints": list(self.hints),
            "changes": self.changes,
            "received": self.received,
            "restarted": self.restarted,
            "kept": [{"worker": name, "reason": reason} for name, reason in self.kept.items()],
        }


@dataclass(slots=True)
class Environments:
    """Remember the packages behind digests of environments, so that each is asked for once."""

    known: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    def learn(self, digest: str, present: Sequence[Any]) -> None:
        """Remember one environment if it is what its digest says; the oldest is forgotten when there are many.

        It is not when the prefix changed between two questions, or when somebody tells tales.
        """
        if digest_of([list(row) for row in present]) != digest:
            return
        self.known[digest] = tuple(present)
        while len(self.known) > _REMEMBERED:
            del self.known[next(iter(self.known))]


@dataclass(slots=True)
class Rollout:
    """One lock on its way to the hosts of a scheduler."""

    scheduler: Any
    parcel: Parcel
    functions: Functions
    environments: Environments

    async def seats(self) -> tuple[tuple[Seat, ...], dict[str, str]]:
        """Return where every worker runs, and (worker, reason) of those that do not answer."""
        workers = list(self.scheduler.workers.values())
        told = await each([partial(called, self.scheduler, one.address, self.functions.seat) for one in workers])
        found, silent = [], {}
        for one, answer in zip(workers, told, strict=True):
            if isinstance(answer, BaseException):
                silent[str(one.name)] = str(answer) or type(answer).__name__
            else:
                found.append(seat_of(one.address, str(one.name), one.nanny, answer))
        return tuple(found), silent

    async def survey(self, hosts: Sequence[Host]) -> list[Needs | str]:
        """Return what each host needs, or why that cannot be told."""
        jobs = [partial(self._ask, host.seats[0].address, self.functions.environment, host.prefix) for host in hosts]
        digests = await each(jobs)
        askers = {digest: host for host, digest in zip(hosts, digests, strict=True) if isinstance(digest, str)}
        unknown = [digest for digest in askers if digest not in self.environments.known]
        lists = await each(
            [
                partial(self._ask, askers[one].seats[0].address, self.functions.packages, askers[one].prefix)
                for one in unknown
            ]
        )
        for digest, present in zip(unknown, lists, strict=True):
            if not isinstance(present, BaseException):
                self.environments.learn(digest, present)
        return [self.needs_of(host, digest) for host, digest in zip(hosts, digests, strict=True)]

    def needs_of(self, host: Host, digest: object) -> Needs | str:
        """Return what a host with an environment needs, or why that cannot be told."""
        rows = self.parcel.rows_for(host.subdir)
        if rows is None:
            return f"the lock is not for {host.subdir}"
        present = self.environments.known.get(digest) if isinstance(digest, str) else None
        if present is None:
            return f"its packages cannot be read{f': {digest}' if isinstance(digest, BaseException) else ''}"
        return needs(rows, present)

    async def bring(self, orders: Orders) -> dict[str, Any]:
        """Bring every host to the lock and return the accounts as plain values."""
        await settled(self.scheduler)
        seats, silent = await self.seats()
        accounts = [HostAccount(host=host) for host in hosts_of(seats)]
        wanted = await self.survey([account.host for account in accounts])
        todo = [
            (account, need)
            for account, need in zip(accounts, wanted, strict=True)
            if self._is_to_install(account, need)
        ]
        await each([partial(self._install, account, need) for account, need in todo if isinstance(need, Needs)])
        await each([partial(self._look_again, account) for account, _ in todo if account.status == "unchanged"])
        if orders.restart:
            stale = [one for one in accounts if one.status == "installed" or (not one.error and one.host.stale)]
            await self._restart(stale, orders)
        await self._relabel([account.host for account in accounts if account.status == "unchanged"])
        return {
            "hosts": [account.row() for account in accounts],
            "silent": [{"worker": name, "reason": reason} for name, reason in silent.items()],
        }

    def obstacle(self, host: Host) -> str | None:
        """Return why nothing may be installed on a host whatever it needs, None when it may."""
        unprepared = next((seat.unprepared for seat in host.seats if seat.unprepared), "")
        if unprepared:
            return f"its workers did not start from a lock's prefix: {unprepared}"
        if (host.host, host.prefix) in self.parcel.own:
            return "its workers run in the environment that you work in, which stays as it is"
        return python_fault(self.parcel.rows_for(host.subdir) or (), host.python)

    def _is_to_install(self, account: HostAccount, need: Needs | str) -> bool:
        if isinstance(need, str):
            account.failed(need)
            return False
        if need.empty:
            return False
        host = account.host
        account.changes = len(need.rows) + len(need.surplus)
        fault = self.obstacle(host)
        if host.elected is None:
            account.failed(_NO_NANNY, f"run there: condasync apply LOCK --prefix {host.prefix}, then restart them")
        elif fault is not None:
            account.failed(fault, "start the workers from a prefix of their own, made by: condasync apply")
        else:
            return True
        return False

    async def _install(self, account: HostAccount, need: Needs) -> None:
        host = account.host
        elected = host.elected
        wanted = [(row.digest, row.file_name) for row in need.carried]
        try:
            done = await self.scheduler.rpc(elected.nanny if elected else "").condasync_install(
                lock=self.parcel.digest, prefix=host.prefix, wanted=wanted, offline=self.parcel.offline
            )
        except Exception as error:  # noqa: BLE001  one host's fault must not end the others
            done = {"status": "failed", "error": f"its nanny cannot be asked: {error!r}"}
        account.received = int(done.get("bytes", 0))
        if done.get("status") == "failed":
            account.failed(str(done.get("error")), *map(str, done.get("hints", ())))
            _LOG.error("condasync: %s keeps its environment: %s", host.label, account.error)
            await self._tell(host, account)
        else:
            account.status = str(done.get("status"))

    async def _look_again(self, account: HostAccount) -> None:
        """Take a host for installed where another one has done it meanwhile: machines may share a prefix."""
        for seat in account.host.seats:
            told = await called(self.scheduler, seat.address, self.functions.seat)
            if seat_of(seat.address, seat.name, seat.nanny, told).stale:
                account.status = "installed"

    async def _tell(self, host: Host, account: HostAccount) -> None:
        """Let the workers of a host know of a failure, so that `status` shows it without a restart."""
        values = {"CONDASYNC_FAULT": account.error}
        send = self.functions.set_variables
        await each([partial(called, self.scheduler, seat.address, send, values) for seat in host.seats])

    async def _relabel(self, hosts: Sequence[Host]) -> None:
        """Give the lock's digest to workers that came from a lock with the same packages."""
        seats = [seat for host in hosts for seat in host.seats if seat.digest not in {"", self.parcel.digest}]
        await each([partial(self._relabel_one, seat) for seat in seats])

    async def _relabel_one(self, seat: Seat) -> None:
        await called(self.scheduler, seat.address, self.functions.set_variables, self.variables)
        if seat.nanny:
            await self.scheduler.rpc(seat.nanny).condasync_variables(variables=self.variables)

    async def _restart(self, accounts: Sequence[HostAccount], orders: Orders) -> None:
        by_seat = {seat.address: account for account in accounts for seat in account.host.seats}
        for account in accounts:
            account.kept |= {seat.name: "it has no nanny" for seat in account.host.seats if not seat.nanny}
        order = restart_order([account.host for account in accounts])
        if orders.rolling:
            gently = partial(restart_gently, drain=orders.drain, count=self.functions.running_tasks)
            answers: list[Any] = []
            for seat in order:
                answers += await each([partial(gently, self.scheduler, seat, self.variables)])
        else:
            answers = await each([partial(restart, self.scheduler, seat, self.variables) for seat in order])
        for seat, answer in zip(order, answers, strict=True):
            account = by_seat[seat.address]
            if answer == "OK":
                account.restarted.append(seat.name)
            else:
                account.kept[seat.name] = str(answer)
        for account in accounts:
            if any(reason for reason in account.kept.values()):
                account.failed("not every worker was restarted", *_restart_hints(account))
            elif account.status == "unchanged":
                account.status = "restarted"

    @property
    def variables(self) -> dict[str, str]:
        """Return what workers of the lock carry in their environment."""
        return {"CONDASYNC_LOCK_DIGEST": self.parcel.digest, "CONDASYNC_FAULT": ""}

    async def _ask(self, address: str, function: bytes, prefix: str) -> Any:
        return await called(self.scheduler, address, function, prefix)


def _restart_hints(account: HostAccount) -> tuple[str, ...]:
    kept = ", ".join(f"{name}: {reason}" for name, reason in account.kept.items())
    return (kept, "restart these workers yourself; their environment is up to date")
