"""The world itself: what the tests of the cluster stand on."""

from __future__ import annotations

from pathlib import Path

from tests.build.python_channel import install, run_python, run_script
from tests.cluster.world.locks import digest_of, export_lock
from tests.cluster.world.processes import DaskProcesses
from tests.cluster.world.project import MODULE, NAME, write_project
from tests.cluster.world.tasks import EXECUTABLE, PREFIX, connected, on_workers, task


def test_prefix_carries_a_worker(base_prefix: Path) -> None:
    """A prefix of the channel imports distributed and runs condasync from itself."""
    found = run_python(base_prefix, "import distributed, rattler, sys; print(distributed.__file__); print(sys.prefix)")
    assert found.splitlines()[0].startswith(f"{base_prefix}/lib/")
    assert found.splitlines()[1] == str(base_prefix)
    assert run_script(base_prefix, "condasync", "--help").startswith("Usage: condasync")


def test_lock_follows_the_project(dask_channel: Path, world_cache: Path, tmp_path: Path) -> None:
    """The lock holds the project of the moment; its package installs and tells its version."""
    seen = []
    for version in ("0.1", "0.2"):
        project = write_project(tmp_path / "src", version)
        lock = export_lock(tmp_path / "out", dask_channel, cache=world_cache, packages=(), project=project)
        local = lock.parent / "condasync-channel"
        specs = [f"{NAME} =={version}"]
        prefix = install(tmp_path / version, [local, dask_channel], specs, cache=tmp_path / "cache")
        assert run_python(prefix, f"import {MODULE}; print({MODULE}.VERSION)") == version
        seen.append(digest_of(lock))
    assert seen[0] != seen[1]


def test_cluster_of_processes_runs_tasks(base_prefix: Path, dask_processes: DaskProcesses) -> None:
    """A scheduler and two nannies from the prefix come up, work, and are gone afterwards."""
    python = base_prefix / "bin" / "python"
    address = dask_processes.scheduler(python)
    for name in ("one", "two"):
        dask_processes.nanny(name, python)
    with connected(address, 2) as client:
        assert set(on_workers(client, EXECUTABLE).values()) == {str(python)}
        assert task(client, PREFIX).result(60) == str(base_prefix)
    dask_processes.close()
    assert all(one.ended for one in dask_processes.started)
