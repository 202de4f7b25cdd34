"""The state of a cluster, and what a sync did to it, as tables and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from condasync.model.plan import Change, ChangeKind, Plan
from condasync.report.diff import diff_data
from condasync.report.rows import Row
from condasync.report.summary import table

_SHOWN = 8
_DIGEST = 12
_KINDS: tuple[ChangeKind, ...] = ("added", "removed", "changed")


def host_data(
    *, host: str, prefix: str, python: str, workers: Sequence[str], plan: Plan | None, facts: Mapping[str, Any]
) -> Row:
    """Return one host of `data.hosts` of `cluster status --json`; `facts` are stated beside the rest."""
    return {
        "host": host,
        "prefix": prefix,
        "python": python,
        "workers": list(workers),
        **facts,
        "difference": None if plan is None else diff_data(plan),
    }


def status_text(rows: Sequence[Row], *, silent: Sequence[Row], lock: str, digest: str) -> RenderableType:
    """Return one table over all hosts, the differences by name, and a closing line."""
    groups = _groups(rows)
    cells = [_status_cells(members) for members in groups]
    parts: list[RenderableType] = [table("Hosts", ("host", "prefix", "workers", "lock", "packages"), cells)]
    for members in groups:
        parts += _notes(members)
    parts += [Text(f"{one['worker']}: does not answer: {one['reason']}") for one in silent]
    equal = sum(1 for row in rows if row["equal"])
    parts.append(Text(f"{equal} of {len(rows)} hosts run {lock} ({digest[:_DIGEST]})"))
    return Group(*parts)


def sync_text(told: Mapping[str, Any], *, lock: str) -> RenderableType:
    """Return one table over all hosts and a closing line."""
    hosts: Sequence[Mapping[str, Any]] = told["hosts"]
    cells = [
        (
            one["host"],
            one["prefix"],
            one["status"],
            str(one["changes"]),
            _size(one["received"]),
            f"{len(one['restarted'])} of {len(one['workers'])}",
        )
        for one in hosts
    ]
    parts: list[RenderableType] = [
        table("Hosts", ("host", "prefix", "result", "changes", "received", "restarted"), cells)
    ]
    changed = sum(1 for one in hosts if one["status"] in {"installed", "restarted"})
    failed = sum(1 for one in hosts if one["status"] == "failed")
    hosts_changed = "1 host" if changed == 1 else f"{changed} hosts"
    closing = f"{lock}: {hosts_changed} changed, {len(hosts) - changed - failed} up to date"
    parts.append(Text(f"{closing}{f', {failed} failed' if failed else ''}; sent {_size(told['sent'])}"))
    return Group(*parts)


def _groups(rows: Sequence[Row]) -> list[list[Row]]:
    """Return the hosts in groups of the same state, each group shown as one line."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        same = ("prefix", "python", "equal", "fault", "faults", "digests", "stale", "without_nanny", "difference")
        key = repr([bool(row[name]) if name in {"stale", "without_nanny"} else row[name] for name in same])
        groups.setdefault(key, []).append(row)
    return list(groups.values())


def _status_cells(members: Sequence[Row]) -> tuple[str, ...]:
    first = members[0]
    workers = sum(len(_list(row["workers"])) for row in members)
    digests = [str(digest)[:_DIGEST] for digest in _list(first["digests"])]
    return (
        _named(members),
        str(first["prefix"]),
        str(workers),
        ", ".join(digests) or "-",
        str(first["summary"]),
    )


def _notes(members: Sequence[Row]) -> list[RenderableType]:
    first = members[0]
    lines = [str(change) for change in _list(first["changes"])]
    shown = lines[:_SHOWN] + ([f"and {len(lines) - _SHOWN} more: --json shows all"] if len(lines) > _SHOWN else [])
    stale = [str(name) for row in members for name in _list(row["stale"])]
    bare = [str(name) for row in members for name in _list(row["without_nanny"])]
    if stale:
        shown.append(f"changed since these workers started: {_few(stale)}")
    if bare and not first["equal"]:
        shown.append(f"without a nanny, so nothing can restart them: {_few(bare)}")
    shown += [f"fault: {fault}" for fault in _list(first["faults"])]
    return [Text(f"{_named(members)}:"), *(Text(f"  {line}") for line in shown)] if shown else []


def change_line(change: Change) -> str:
    """Return one difference between a worker and the lock as people read it."""
    name = change.name if change.manager == "conda" else f"{change.name} (pip)"
    before = change.before.version if change.before else None
    after = change.after.version if change.after else None
    match change.kind:
        case "added":
            return f"{name}: the worker lacks {after}"
        case "removed":
            return f"{name}: the worker has {before}, the lock does not"
        case "changed":
            if before == after:
                return f"{name} {after}: another {' and '.join(change.facts)}"
            return f"{name}: the worker has {before}, the lock {after}"


def status_summary(plan: Plan | None, fault: str | None) -> str:
    """Return in a few words how far a host is from the lock."""
    if plan is None:
        return fault or "not known"
    if plan.empty:
        return "as locked"
    lacking, surplus, other = (len(plan.of_kind(kind)) for kind in _KINDS)
    counts = ((lacking, "lacking"), (surplus, "too many"), (other, "other than locked"))
    return ", ".join(f"{number} {what}" for number, what in counts if number)


def _named(members: Sequence[Row]) -> str:
    return _few([str(row["host"]) for row in members])


def _few(names: Sequence[str], most: int = 3) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:  # noqa: PLR2004
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"
