"""From what a cluster told to what a command says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from condasync.cli.run import CommandResult
from condasync.cluster.manifest import ReadLock
from condasync.cluster.status import ClusterStatus, HostStatus
from condasync.errors import ApplyError
from condasync.report.cluster import change_line, host_data, status_summary, status_text, sync_text
from condasync.report.rows import Row


def status_result(status: ClusterStatus, read: ReadLock, *, as_json: bool) -> CommandResult:
    """Return the answer of `cluster status`: exit code 1 when a worker differs."""
    rows = [_host_row(host) for host in status.hosts]
    silent: list[Row] = [{"worker": worker, "reason": reason} for worker, reason in status.silent]
    text = "" if as_json else status_text(rows, silent=silent, lock=str(read.path), digest=read.digest)
    data: dict[str, Any] = {
        "lock": str(read.path),
        "digest": read.digest,
        "equal": status.equal,
        "hosts": [{name: value for name, value in row.items() if name not in {"changes", "summary"}} for row in rows],
        "silent": silent,
    }
    return CommandResult(data=data, text=text, exit_code=int(not status.equal))


def _host_row(status: HostStatus) -> Row:
    changes = [change_line(change) for change in status.plan.changes] if status.plan is not None else []
    return host_data(
        host=status.host.host,
        prefix=status.host.prefix,
        python=status.host.python,
        workers=[seat.name for seat in status.host.seats],
        plan=status.plan,
        facts={
            "equal": status.equal,
            "fault": status.fault,
            "faults": list(status.faults),
            "digests": list(status.digests),
            "stale": list(status.stale),
            "without_nanny": list(status.without_nanny),
            "changes": changes,
            "summary": status_summary(status.plan, status.fault),
        },
    )


def sync_result(told: Mapping[str, Any], read: ReadLock, *, as_json: bool) -> CommandResult:
    """Return the answer of `cluster sync`: exit code 7 when a host was not brought to the lock."""
    errors = tuple(_host_error(host) for host in told["hosts"] if host["status"] == "failed") + tuple(
        ApplyError(f"{one['worker']}: does not answer: {one['reason']}", worker=str(one["worker"]))
        for one in told["silent"]
    )
    return CommandResult(
        data={"lock": str(read.path), **told},
        text="" if as_json else sync_text(told, lock=str(read.path)),
        exit_code=ApplyError.exit_code if errors else 0,
        errors=errors,
    )


def _host_error(host: Mapping[str, Any]) -> ApplyError:
    return ApplyError(
        f"{host['host']}: {host['prefix']}: {host['error']}",
        hints=tuple(host["hints"]),
        host=str(host["host"]),
        prefix=str(host["prefix"]),
    )
