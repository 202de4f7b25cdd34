"""A real cluster follows a lock: scheduler and nannies as processes, workers from prefixes that `apply` made."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from condasync import CondaSync
from condasync.cluster.sync import result
from tests.cluster.world.locks import export_lock
from tests.cluster.world.processes import DaskProcesses
from tests.cluster.world.project import MODULE, write_project
from tests.cluster.world.tasks import PROCESS, connected, on_workers, task, version_of

# the test's own environment has more than the workers'
pytestmark = pytest.mark.filterwarnings("ignore:Mismatched versions found")


@dataclass(frozen=True, slots=True)
class Cluster:
    """Hold a running cluster of two hosts (two prefixes stand for them) and the lock that it follows."""

    processes: DaskProcesses
    lock: Path
    folder: Path
    cache: Path
    channel: Path

    def condasync(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        """Run a command of condasync on the client's machine and return its envelope."""
        done = subprocess.run(
            [sys.executable, "-m", "condasync", *arguments, "--json"],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "CONDASYNC_CACHE_DIR": str(self.cache)},
        )
        assert done.returncode == code, done.stdout + done.stderr
        envelope: dict[str, Any] = json.loads(done.stdout)
        return envelope

    def export(self, version: str) -> None:
        """Let the local project become another version, and the lock with it."""
        write_project(self.folder / "project", version)
        export_lock(self.folder / "locked", self.channel, cache=self.cache, project=self.folder / "project")

    def prefix(self, name: str) -> Path:
        """Make a prefix of the lock and return its Python."""
        prefix = self.folder / name
        self.condasync("apply", str(self.lock), "--prefix", str(prefix))
        return prefix / "bin" / "python"

    def nanny(self, name: str, python: Path) -> None:
        """Start a nanny on the host that a prefix stands for."""
        self.processes.nanny(
            name, python, "--nanny", environ={"CONDASYNC_CACHE_DIR": str(self.folder / f"cache-{name}")}
        )


@pytest.fixture
def cluster(
    tmp_path: Path, bare_prefix: Path, dask_channel: Path, world_cache: Path, dask_processes: DaskProcesses
) -> Cluster:
    """Return a scheduler without condasync and the nannies `one` and `two`, both with version 0.1 of a project."""
    made = Cluster(dask_processes, tmp_path / "locked" / "lock" / "conda-lock.yml", tmp_path, world_cache, dask_channel)
    made.export("0.1")
    dask_processes.scheduler(bare_prefix / "bin" / "python")
    for name in ("one", "two"):
        made.nanny(name, made.prefix(name))
    return made


def test_sync_brings_a_changed_project_to_a_running_cluster(cluster: Cluster) -> None:
    """Tasks see 0.2 after a rolling sync, results of tasks that saw 0.1 are still there, a new worker has 0.2."""
    address, lock = cluster.processes.address, str(cluster.lock)
    late = cluster.prefix("late")
    with connected(address, 2) as client:
        before = [task(client, version_of(MODULE)) for _ in range(4)]
        scattered = client.scatter("kept")  # type: ignore[no-untyped-call]
        assert [one.result() for one in before] == ["0.1"] * 4
        assert cluster.condasync("cluster", "status", address, lock)["data"]["equal"]
        cluster.export("0.2")
        assert not cluster.condasync("cluster", "status", address, lock, code=1)["data"]["equal"]
        old = set(on_workers(client, PROCESS).values())
        told = cluster.condasync("cluster", "sync", address, lock, "--rolling")["data"]
        assert [(one["status"], one["changes"], one["restarted"]) for one in told["hosts"]] == [
            ("installed", 1, ["one"]),
            ("installed", 1, ["two"]),
        ]
        client.wait_for_workers(2, timeout=60)
        now = set(on_workers(client, PROCESS).values())
        assert not now & old
        assert task(client, version_of(MODULE)).result() == "0.2"
        assert [one.result() for one in before] == ["0.1"] * 4
        assert scattered.result() == "kept"

        told = cluster.condasync("cluster", "sync", address, lock)["data"]
        assert [(one["status"], one["restarted"]) for one in told["hosts"]] == [("unchanged", [])] * 2
        assert told["sent"] == 0
        assert set(on_workers(client, PROCESS).values()) == now

        cluster.nanny("late", late)
        client.wait_for_workers(3, timeout=120)
        assert set(on_workers(client, version_of(MODULE)).values()) == {"0.2"}
        assert cluster.condasync("cluster", "status", address, lock)["data"]["equal"]


def test_a_host_that_fails_keeps_its_environment(cluster: Cluster) -> None:
    """Without condasync on a host, the sync names it and what to do there, exit 7; the other host goes on."""
    address, lock = cluster.processes.address, str(cluster.lock)
    shutil.rmtree(next((cluster.folder / "two").glob("lib/python*/site-packages/condasync")))
    with connected(address, 2) as client:
        client.register_plugin(CondaSync(lock))
        assert {one["status"] for one in result(client)["hosts"]} == {"unchanged"}
        cluster.export("0.2")
        envelope = cluster.condasync("cluster", "sync", address, lock, code=7)
        assert [one["status"] for one in envelope["data"]["hosts"]] == ["installed", "failed"]
        (error,) = envelope["errors"]
        assert error["prefix"] == str(cluster.folder / "two")
        assert "has no condasync" in error["message"]
        client.wait_for_workers(2, timeout=60)
        assert sorted(on_workers(client, version_of(MODULE)).values()) == ["0.1", "0.2"]
        hosts = cluster.condasync("cluster", "status", address, lock, code=1)["data"]["hosts"]
        assert [bool(host["faults"]) for host in hosts] == [False, True]
