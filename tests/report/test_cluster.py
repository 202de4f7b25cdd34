"""What people read of a sync."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from condasync.report.cluster import sync_text


def shown(hosts: list[dict[str, Any]], sent: int) -> str:
    """Return the text as a wide terminal shows it."""
    out = io.StringIO()
    Console(file=out, width=160, color_system=None).print(sync_text({"hosts": hosts, "sent": sent}, lock="lock.yml"))
    return out.getvalue()


def host(name: str, status: str, *, restarted: int = 0, received: int = 0) -> dict[str, Any]:
    """Return the account of a host with three workers."""
    return {
        "host": name,
        "prefix": "/opt/env",
        "workers": ["a", "b", "c"],
        "status": status,
        "changes": 2 if received else 0,
        "received": received,
        "restarted": ["a", "b", "c"][:restarted],
    }


def test_each_host_is_a_line() -> None:
    """What became of it, how much it received, how many of its workers were restarted; then the sums."""
    text = shown([host("n1", "installed", restarted=3, received=2048), host("n2", "unchanged")], 2048)
    (first,) = [line for line in text.splitlines() if line.startswith("n1")]
    assert first.split() == ["n1", "/opt/env", "installed", "2", "2.0", "KiB", "3", "of", "3"]
    assert "lock.yml: 1 host changed, 1 up to date; sent 2.0 KiB" in text


def test_failures_are_counted() -> None:
    """Hosts that were only restarted count as changed, those that failed by themselves."""
    hosts = [
        host("n1", "restarted", restarted=3),
        host("n2", "installed", restarted=3, received=5),
        host("n3", "failed"),
    ]
    assert "lock.yml: 2 hosts changed, 0 up to date, 1 failed; sent 3.0 GiB" in shown(hosts, 3 * 2**30)
