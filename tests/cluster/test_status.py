"""How far workers are from a lock: asked of fake machines over real connections, told as table and JSON."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from typing import Any

import dask.config
import pytest
from rich.console import Console

from condasync.cli.cluster_result import status_result
from condasync.cli.run import CommandResult
from condasync.cluster.connect import Door, connected
from condasync.cluster.manifest import ReadLock
from condasync.cluster.status import ClusterStatus, status
from condasync.errors import ApplyError
from tests.cluster.fake_hosts import Counted, FakeWorker, Machine
from tests.cluster.fake_locks import read_lock_of
from tests.cluster.simulation import simulate

pytestmark = [
    pytest.mark.filterwarnings("ignore:Creating scratch directories"),  # a busy disk is no fault
    pytest.mark.usefixtures("quiet_dask"),
]


def row(name: str, version: str, *, build: str = "0", digest: str = "a") -> list[str | None]:
    """Return a package as a worker tells it."""
    url = f"https://conda.anaconda.org/conda-forge/linux-64/{name}-{version}-{build}.conda"
    return ["conda", name, version, build, url, digest * 64]


ROWS = [row("dask-core", "2026.1.2"), row("numpy", "2.1.0"), ["pip", "wheel-only", "1.0", None, None, None]]


def status_of(machines: list[Machine], workers: int, read: ReadLock) -> ClusterStatus:
    """Return the status of a cluster of fake machines."""
    found: list[ClusterStatus] = []

    def ask(address: str) -> None:
        with connected(Door(address=address)) as client:
            found.append(status(client, read))

    async def story(scheduler: Any, _workers: list[FakeWorker]) -> None:
        await asyncio.to_thread(ask, scheduler.address)

    simulate(machines, workers, story, register=True)
    return found[0]


def shown(result: CommandResult) -> str:
    """Return a result as a wide terminal shows it."""
    out = io.StringIO()
    Console(file=out, width=200, color_system=None).print(result.text)
    return out.getvalue()


def test_equal_workers_are_equal(tmp_path: Path) -> None:
    """Exit 0; each host is asked for a digest, one of them for its packages."""
    counted = Counted()
    machines = [Machine(f"host{at}", ROWS, ROWS, counted) for at in range(3)]
    read = read_lock_of(ROWS, tmp_path / "conda-lock.yml")
    found = status_of(machines, 6, read)
    assert found.equal
    assert counted.asked == {"seat": 6, "environment": 3, "packages": 1}
    result = status_result(found, read, as_json=False)
    assert (result.exit_code, result.data["equal"]) == (0, True)
    assert "host0, host1, host2" not in shown(result)  # prefixes differ: one line each
    assert "3 of 3 hosts run" in shown(result)


def test_every_difference_is_named(tmp_path: Path) -> None:
    """Another version, another build, one too few and one too many, a distribution of pip: each by its name."""
    there = [row("dask-core", "2025.1.0"), row("numpy", "2.1.0", build="1"), row("extra", "1.0")]
    machines = [Machine("host", there, [], Counted())]
    read = read_lock_of([*ROWS, row("libpq", "17.0")], tmp_path / "conda-lock.yml")
    result = status_result(status_of(machines, 1, read), read, as_json=False)
    assert result.exit_code == 1
    text = shown(result)
    for line in (
        "dask-core: the worker has 2025.1.0, the lock 2026.1.2",
        "numpy 2.1.0: another build",
        "libpq: the worker lacks 17.0",
        "extra: the worker has 1.0, the lock does not",
        "wheel-only (pip): the worker lacks 1.0",
        "2 lacking, 1 too many, 2 other than locked",
        "0 of 1 hosts run",
    ):
        assert line in text
    (host,) = result.data["hosts"]
    assert host["difference"]["counts"] == {"added": 2, "removed": 1, "changed": 2}


def test_what_is_not_a_package_is_told_too(tmp_path: Path) -> None:
    """Workers older than their prefix, without a nanny, that do not answer, of another platform."""
    machines = [
        Machine("stale", ROWS, ROWS, Counted(), changed=9e12),
        Machine("bare", [row("numpy", "1.0")], ROWS, Counted(), nanny=False),
        Machine("mute", ROWS, ROWS, Counted(), answers=False),
        Machine("mac", ROWS, ROWS, Counted(), subdir="osx-arm64"),
    ]
    read = read_lock_of(ROWS, tmp_path / "conda-lock.yml")
    found = status_of(machines, 4, read)
    assert [(host.host.host, host.equal) for host in found.hosts] == [("bare", False), ("mac", False), ("stale", False)]
    text = shown(status_result(found, read, as_json=False))
    assert "changed since these workers started: w0000" in text
    assert "without a nanny, so nothing can restart them: w0001" in text
    assert "w0002: does not answer" in text
    assert "the lock is not for osx-arm64" in text
    assert not found.equal


def test_a_scheduler_that_takes_no_code_is_told(tmp_path: Path) -> None:
    """Its administrator forbade it: exit 7 with the setting, no traceback."""
    read = read_lock_of(ROWS, tmp_path / "conda-lock.yml")
    forbidden = {"distributed.scheduler.blocked-handlers": ["run_function"]}
    with dask.config.set(forbidden), pytest.raises(ApplyError, match="explicitly disallowed") as raised:
        status_of([], 0, read)
    assert "distributed.scheduler.blocked-handlers" in raised.value.hints[0]
