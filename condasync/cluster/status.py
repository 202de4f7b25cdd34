"""How far the workers of a cluster are from a lock: every package, every worker, one question per host."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from distributed import Client

from condasync.cluster.carry import Carried
from condasync.cluster.manifest import ReadLock
from condasync.cluster.remote import probe
from condasync.cluster.remote.protocol import Host, hosts_of, seat_of
from condasync.cluster.sync import refusal
from condasync.model.plan import Contents, Plan, PresentPackage
from condasync.model.url import redact
from condasync.plan.contents import contents_of_lock
from condasync.plan.diff import diff


@dataclass(frozen=True, slots=True, kw_only=True)
class HostStatus:
    """State one host: `plan` leads from what it has to the lock, None when `fault` says why that is not known.

    `digests` and `faults` are what the preload and the sync left in the workers, each once; `stale` and `without_nanny`
    name workers.
    """

    host: Host
    plan: Plan | None
    fault: str | None = None
    digests: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    without_nanny: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Return whether the host has what the lock says, and its workers run it."""
        return self.plan is not None and self.plan.empty and not self.stale and not self.faults


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterStatus:
    """State a whole cluster; `silent` are (worker, reason) of workers that do not answer."""

    digest: str
    hosts: tuple[HostStatus, ...]
    silent: tuple[tuple[str, str], ...] = ()

    @property
    def equal(self) -> bool:
        """Return whether every worker has what the lock says."""
        return not self.silent and all(host.equal for host in self.hosts)


def status(client: Client, read: ReadLock) -> ClusterStatus:
    """Return how the workers of a cluster differ from a lock. Nothing is changed, and workers need no condasync.

    Each worker tells where it runs in some hundred bytes; one per host the digest of its packages; one per different
    environment the packages.
    """
    workers = {address: (name, nanny) for address, name, nanny in _on_scheduler(client)}
    told = _run(client, Carried(probe.seat), tuple(workers))
    answers = {one: answer for one, answer in told.items() if isinstance(answer, dict)}
    hosts = hosts_of([seat_of(one, *workers[one], answer) for one, answer in answers.items()])
    asked = _ask_hosts(client, hosts, probe.environment)
    digests = {host.seats[0].address: host for host in hosts}
    by_digest = {str(answer): digests[one] for one, answer in asked.items() if isinstance(answer, str)}
    packages = _ask_hosts(client, tuple(by_digest.values()), probe.packages)
    known = {digest: packages[host.seats[0].address] for digest, host in by_digest.items()}
    wanted = {contents.platform: contents for contents in contents_of_lock(read.lock)}
    return ClusterStatus(
        digest=read.digest,
        hosts=tuple(_host_status(host, wanted, known.get(asked[host.seats[0].address]), answers) for host in hosts),
        silent=tuple(
            (workers[one][0], str(why) or type(why).__name__) for one, why in told.items() if one not in answers
        ),
    )


def contents_of_rows(rows: Sequence[Sequence[str | None]], platform: str) -> Contents:
    """Return the packages that `probe.packages` tells of, in the terms of a comparison.

    A channel is none of them: a mirror gives the same file, and local packages lie elsewhere on each machine.
    """
    return Contents(platform=platform, packages=tuple(_present(*row) for row in rows))


def _present(
    manager: str | None, name: str | None, version: str | None, build: str | None, _url: str | None, digest: str | None
) -> PresentPackage:
    return PresentPackage(
        manager="conda" if manager == "conda" else "pip",
        name=name or "",
        version=version,
        build=build,
        digest=digest,
    )


def _host_status(
    host: Host, wanted: Mapping[str, Contents], rows: Any, answers: Mapping[str, Mapping[str, Any]]
) -> HostStatus:
    plan, fault = None, None
    if host.subdir not in wanted:
        fault = f"the lock is not for {host.subdir}"
    elif not isinstance(rows, (list, tuple)):
        fault = f"its packages cannot be read: {rows}"
    else:
        plan = diff([contents_of_rows(rows, host.subdir)], [wanted[host.subdir]])
    left = [answers[seat.address]["variables"] for seat in host.seats]
    return HostStatus(
        host=host,
        plan=plan,
        fault=fault,
        digests=_each_once(one.get("CONDASYNC_LOCK_DIGEST") for one in left),
        faults=_each_once(one.get("CONDASYNC_FAULT") for one in left),
        stale=tuple(seat.name for seat in host.seats if seat.stale),
        without_nanny=tuple(seat.name for seat in host.seats if not seat.nanny),
    )


def _each_once(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(redact(value) for value in values if value))


def _ask_hosts(client: Client, hosts: Sequence[Host], question: Callable[[str], Any]) -> dict[str, Any]:
    """Return the answer of one worker per host, by its address; hosts with equal prefixes are asked together."""
    answers: dict[str, Any] = {}
    for prefix in dict.fromkeys(host.prefix for host in hosts):
        askers = tuple(host.seats[0].address for host in hosts if host.prefix == prefix)
        answers |= _run(client, Carried(question), askers, prefix)
    return answers


def _run(client: Client, function: Carried, workers: Sequence[str], *arguments: str) -> dict[str, Any]:
    """Return what a function says on workers, by address; an exception where it could not be asked."""
    if not workers:
        return {}
    answers: dict[str, Any] = client.run(function, *arguments, workers=list(workers), on_error="return")
    return answers


def _on_scheduler(client: Client) -> list[tuple[str, str, str | None]]:
    try:
        answer = client.run_on_scheduler(Carried(probe.roster))  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise refusal(error) from error
    told: list[tuple[str, str, str | None]] = answer
    return told
