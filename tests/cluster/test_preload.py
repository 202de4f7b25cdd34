"""Workers from the lock: real schedulers and nannies, started with the preload from the test's own environment."""

from __future__ import annotations

import contextlib
import fcntl
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
from distributed import Client

from condasync.cluster.manifest import read_lock
from condasync.cluster.preload import MODULE as PRELOAD
from condasync.cluster.remote.parcel import Orders
from condasync.cluster.sync import sync
from condasync.cluster.worker_prefix import default_prefix
from tests.cluster.world.locks import digest_of, export_lock
from tests.cluster.world.processes import DaskProcesses, Started, wait
from tests.cluster.world.project import MODULE, write_project
from tests.cluster.world.tasks import EXECUTABLE, PROCESS, connected, on_workers, task, version_of, worker_logs

pytestmark = pytest.mark.filterwarnings("ignore:Mismatched versions found")  # the test's environment has more packages

OUTSIDE = Path(sys.executable)
NANNY = ("--preload-nanny", PRELOAD)
VARIABLES = (
    "{key: value for key, value in __import__('os').environ.items() if key in "
    "('CONDASYNC_LOCK', 'CONDASYNC_LOCK_DIGEST', 'CONDASYNC_PREFIX', 'CONDASYNC_FAULT', 'CONDA_PREFIX')}"
)


@pytest.fixture(scope="module")
def lock(world_folder: Path, dask_channel: Path, world_cache: Path) -> Path:
    """Return a lock of dask, condasync and a local project."""
    project = write_project(world_folder / "preload-project", "0.1")
    return export_lock(world_folder / "preload", dask_channel, cache=world_cache, project=project)


@pytest.fixture
def processes(dask_processes: DaskProcesses) -> DaskProcesses:
    """Return a starter of nannies whose scheduler runs, from the test's environment."""
    dask_processes.scheduler(OUTSIDE)
    return dask_processes


def _told(lock: Path, digest: str | None = None) -> dict[str, str]:
    return {"CONDASYNC_LOCK": str(lock), "CONDASYNC_LOCK_DIGEST": digest or digest_of(lock)}


def _by_name(client: Client, answers: Mapping[str, Any]) -> dict[str, Any]:
    workers = client.scheduler_info(n_workers=-1)["workers"]
    return {str(workers[address]["name"]): answer for address, answer in answers.items()}


def test_workers_run_from_the_lock(lock: Path, processes: DaskProcesses, world_cache: Path) -> None:
    """Two nannies of one host and a nanny pair make one prefix; their workers run from it, and do after a restart."""
    nannies = [
        processes.nanny("one", OUTSIDE, *NANNY, environ=_told(lock)),
        processes.nanny("two", OUTSIDE, *NANNY, "--nworkers", "2", environ=_told(lock)),
    ]
    prefix = default_prefix(world_cache, digest_of(lock))
    with connected(processes.address, 3) as client:
        assert set(on_workers(client, EXECUTABLE).values()) == {f"{prefix}/bin/python"}
        assert task(client, version_of(MODULE)).result(60) == "0.1"
        for variables in on_workers(client, VARIABLES).values():
            assert variables == {
                **_told(lock),
                "CONDASYNC_PREFIX": str(prefix),
                "CONDASYNC_FAULT": "",
                "CONDA_PREFIX": str(prefix),
            }
        before = set(on_workers(client, PROCESS).values())
        client.restart(timeout=60)
        client.wait_for_workers(3, timeout=60)
        assert before.isdisjoint(on_workers(client, PROCESS).values())
        assert set(on_workers(client, EXECUTABLE).values()) == {f"{prefix}/bin/python"}
        assert task(client, version_of(MODULE)).result(60) == "0.1"
    assert [path.name for path in prefix.parent.iterdir()] == [prefix.name]
    for nanny in nannies:
        assert nanny.output().count("going on in") == 1, nanny.output()


def test_other_ways_to_start(lock: Path, processes: DaskProcesses, world_cache: Path, tmp_path: Path) -> None:
    """`--preload`, without a nanny, by `dask spec`, by the script `dask`, told by dask's configuration: all work."""
    configured = {"DASK_CONDASYNC__LOCK": str(lock), "DASK_CONDASYNC__DIGEST": digest_of(lock)}
    configured["DASK_CONDASYNC__PREFIX"] = str(tmp_path / "named")
    processes.nanny("plain", OUTSIDE, "--preload", PRELOAD, environ=_told(lock))
    processes.nanny("alone", OUTSIDE, "--no-nanny", f"--preload={PRELOAD}", environ=configured)
    spec = '{"cls": "dask.distributed.Nanny", "opts": {"name": "spec", "nthreads": 1, "preload_nanny": ["%s"]}}'
    arguments = ("-m", "distributed.cli.dask_spec", "--spec", spec % PRELOAD, processes.address)
    processes.run("spec", OUTSIDE, *arguments, environ=_told(lock))
    script = (str(OUTSIDE.with_name("dask")), "worker", processes.address, "--name", "script", "--nthreads", "1")
    processes.run("script", OUTSIDE, *script, *NANNY, environ=_told(lock))
    prefix = default_prefix(world_cache, digest_of(lock))
    with connected(processes.address, 4) as client:
        assert _by_name(client, on_workers(client, EXECUTABLE)) == {
            "plain": f"{prefix}/bin/python",
            "alone": f"{tmp_path}/named/bin/python",
            "spec": f"{prefix}/bin/python",
            "script": f"{prefix}/bin/python",
        }
        assert set(on_workers(client, version_of(MODULE)).values()) == {"0.1"}


def test_faults_are_told_and_nothing_hangs(
    lock: Path, processes: DaskProcesses, dask_channel: Path, world_cache: Path, tmp_path: Path
) -> None:
    """A worker with a fault runs where it was started, says so in both logs and in its variables."""
    broken = tmp_path / "broken.yml"
    broken.write_text("version: 1\npackage: nonsense\n", encoding="utf-8")
    gone = tmp_path / "gone.yml"
    gone.write_text(lock.read_text(encoding="utf-8").replace(dask_channel.as_uri(), "file:///none"), encoding="utf-8")
    small = export_lock(tmp_path / "small", dask_channel, cache=world_cache, packages=("zict",))
    told = {
        "mismatch": (NANNY, _told(lock, "0" * 64)),
        "plain": (("--preload", PRELOAD), _told(lock, "0" * 64)),
        "broken": (NANNY, _told(broken)),
        "gone": (NANNY, {**_told(gone), "CONDASYNC_CACHE_DIR": str(tmp_path / "empty"), "CONDASYNC_OFFLINE": "1"}),
        "small": (NANNY, _told(small)),
        "silent": (NANNY, {}),
        "late": ((), {**_told(lock), "DASK_DISTRIBUTED__WORKER__PRELOAD": f"['{PRELOAD}']"}),
    }
    expected = {
        "mismatch": f"is another lock than was meant: its sha256 is {digest_of(lock)}, expected is {'0' * 64}",
        "plain": f"its sha256 is {digest_of(lock)}, expected is {'0' * 64}",
        "broken": "broken.yml",
        "gone": "/none/linux-64/annotated-doc-",
        "small": "no worker starts from it: ModuleNotFoundError: No module named 'distributed'",
        "silent": "no lock is named for this worker",
        "late": f"`dask worker --preload-nanny {PRELOAD}`",
    }
    started = {
        name: processes.nanny(name, OUTSIDE, *options, environ=environ) for name, (options, environ) in told.items()
    }
    with connected(processes.address, len(told)) as client:
        assert set(on_workers(client, EXECUTABLE).values()) == {str(OUTSIDE)}
        variables = _by_name(client, on_workers(client, VARIABLES))
        logs = _by_name(client, worker_logs(client))
        for name, text in expected.items():
            assert text in variables[name]["CONDASYNC_FAULT"], name
            assert (variables[name]["CONDASYNC_LOCK_DIGEST"], variables[name]["CONDASYNC_PREFIX"]) == ("", ""), name
            assert any(level == "ERROR" and text in line for level, line in logs[name]), name
            assert text in started[name].output(), name
        client.restart(timeout=60)
        client.wait_for_workers(len(told), timeout=60)
        assert _by_name(client, on_workers(client, VARIABLES)) == variables
        hosts = sync(client, read_lock(lock), Orders(restart=True, rolling=False, drain=0.0))["hosts"]
        assert [host["status"] for host in hosts] == ["failed"]
        assert "its workers did not start from a lock's prefix" in hosts[0]["error"]
        assert _by_name(client, on_workers(client, VARIABLES)) == variables


def test_fault_can_stop_the_worker(lock: Path, processes: DaskProcesses) -> None:
    """`condasync.on-fault: stop` ends the process with apply's exit code; no worker is started."""
    stop = {**_told(lock, "0" * 64), "DASK_CONDASYNC__ON_FAULT": "stop"}
    for name, options in {"nanny": NANNY, "worker": ("--preload", PRELOAD)}.items():
        nanny = processes.nanny(name, OUTSIDE, *options, environ=stop)
        assert nanny.wait_for_end() == 6
        assert "no worker is started" in nanny.output()
        assert "Start worker at" not in nanny.output()


def test_lock_without_condasync(
    processes: DaskProcesses, dask_channel: Path, world_cache: Path, tmp_path: Path
) -> None:
    """The prefix needs dask, not condasync: the preload has done its work when the prefix's Python starts."""
    lock = export_lock(tmp_path / "out", dask_channel, cache=world_cache, packages=("distributed",))
    environ = {**_told(lock), "DASK_DISTRIBUTED__WORKER__PRELOAD": f"['{PRELOAD}']"}
    for name, options in {"one": NANNY, "two": ("--preload", PRELOAD)}.items():
        processes.nanny(name, OUTSIDE, *options, environ=environ)
    with connected(processes.address, 2) as client:
        prefix = default_prefix(world_cache, digest_of(lock))
        assert set(on_workers(client, EXECUTABLE).values()) == {f"{prefix}/bin/python"}
        found = on_workers(client, "__import__('importlib.util').util.find_spec('condasync')")
        assert set(found.values()) == {None}


def test_other_programs_go_on(lock: Path, processes: DaskProcesses, tmp_path: Path) -> None:
    """A program that has nannies inside is not replaced; its workers say why they do not run from the lock."""
    program = tmp_path / "program.py"
    program.write_text(
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        f"    options = dict(preload_nanny=['{PRELOAD}'], dashboard_address=':0', n_workers=1, threads_per_worker=1)\n"
        "    with LocalCluster(**options) as cluster, cluster.get_client() as client:\n"
        "        print(client.run(eval, \"__import__('os').environ['CONDASYNC_FAULT']\"))\n"
        "    print('ended by itself')\n",
        encoding="utf-8",
    )
    begun = processes.run("program", OUTSIDE, str(program), environ=_told(lock))
    assert begun.wait_for_end() == 0
    assert "the worker belongs to another program" in begun.output()
    assert "ended by itself" in begun.output()


def test_prefix_brings_itself_up_to_date(
    lock: Path, processes: DaskProcesses, dask_channel: Path, world_cache: Path, tmp_path: Path
) -> None:
    """A nanny from the named prefix itself changes it to a newer lock before its worker starts."""
    named = {"CONDASYNC_PREFIX": str(tmp_path / "prefix")}
    first = processes.nanny("first", OUTSIDE, *NANNY, environ={**_told(lock), **named})
    with connected(processes.address, 1) as client:
        assert task(client, version_of(MODULE)).result(60) == "0.1"
    first.process.terminate()
    first.wait_for_end()
    project = write_project(tmp_path / "project", "0.2")
    newer = export_lock(tmp_path / "out", dask_channel, cache=world_cache, project=project)
    processes.nanny("second", tmp_path / "prefix" / "bin" / "python", *NANNY, environ={**_told(newer), **named})
    with connected(processes.address, 1) as client:
        assert task(client, version_of(MODULE)).result(60) == "0.2"
        assert set(on_workers(client, EXECUTABLE).values()) == {f"{tmp_path}/prefix/bin/python"}


def test_signal_ends_a_nanny_that_still_prepares(lock: Path, processes: DaskProcesses, tmp_path: Path) -> None:
    """A batch system need not wait for the prefix: the nanny that waits for another apply ends at once."""
    with (tmp_path / ".prefix.condasync-lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        nanny = processes.nanny(
            "one", OUTSIDE, *NANNY, environ={**_told(lock), "CONDASYNC_PREFIX": f"{tmp_path}/prefix"}
        )
        wait(lambda: str(held.name) in _files_of_children(nanny), nanny.output)
        nanny.process.terminate()
        assert nanny.wait_for_end() == -signal.SIGTERM
    assert not (tmp_path / "prefix").exists()


def _files_of_children(started: Started) -> set[str]:
    """Return the files that the children of a process hold open."""
    found: set[str] = set()
    for child in psutil.Process(started.process.pid).children():
        with contextlib.suppress(psutil.Error):  # it may be gone, or not yet what it becomes
            found |= {file.path for file in child.open_files()}
    return found


def test_own_preloads_stay(lock: Path, processes: DaskProcesses, tmp_path: Path) -> None:
    """Preloads and their arguments that the user named run with a fault and without."""
    mine = tmp_path / "mine.py"
    mine.write_text(
        "import os\nimport click\n@click.command()\n@click.option('--number')\n"
        "def dask_setup(worker, number):\n    os.environ['TOLD'] = number\n",
        encoding="utf-8",
    )
    options = (*NANNY, "--preload", str(mine), "--number", "7")
    processes.nanny("right", OUTSIDE, *options, environ=_told(lock))
    processes.nanny("wrong", OUTSIDE, *options, environ=_told(lock, "0" * 64))
    configured = {"DASK_DISTRIBUTED__WORKER__PRELOAD": f"['{mine}']"}
    configured["DASK_DISTRIBUTED__WORKER__PRELOAD_ARGV"] = "['--number', '7']"
    processes.nanny("config", OUTSIDE, *NANNY, environ={**_told(lock, "0" * 64), **configured})
    told = "__import__('os').environ['TOLD']"
    with connected(processes.address, 3) as client:
        assert set(on_workers(client, told).values()) == {"7"}
        logs = _by_name(client, worker_logs(client))
        errors = {name: [line for level, line in lines if level == "ERROR"] for name, lines in logs.items()}
        assert {name: len(lines) for name, lines in errors.items()} == {"right": 0, "wrong": 1, "config": 1}


def test_scheduler_is_no_worker(dask_processes: DaskProcesses) -> None:
    """A scheduler that is given the preload comes up and says that it is for workers."""
    dask_processes.scheduler(OUTSIDE, "--preload", PRELOAD)
    dask_processes.started[0].wait_for_output(f"{PRELOAD} is for workers; it does nothing in a Scheduler")
    assert not dask_processes.started[0].ended
