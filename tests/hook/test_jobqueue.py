"""dask-jobqueue reads the prologue, and jobs that it submits make the prefix and work in it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import dask.config
import pytest
import yaml  # type: ignore[import-untyped]
from dask_jobqueue.htcondor import HTCondorJob
from dask_jobqueue.lsf import LSFJob
from dask_jobqueue.moab import MoabJob
from dask_jobqueue.oar import OARJob
from dask_jobqueue.pbs import PBSJob
from dask_jobqueue.sge import SGEJob
from dask_jobqueue.slurm import SLURMJob

from condasync.errors import UsageError
from condasync.hook.jobqueue import SYSTEMS, jobqueue, shell
from condasync.hook.launch import read_launch
from condasync.hook.prologue import prologue
from tests.hook.conftest import WORKER, row, synthetic_lock, write_lock

_SIZE: dict[str, Any] = {"cores": 1, "memory": "1 GB"}
_JOBS: dict[str, tuple[Any, dict[str, Any]]] = {
    "htcondor": (HTCondorJob, {"disk": "1 GB"}),
    "lsf": (LSFJob, {"use_stdin": True, "lsf_units": "mb"}),
    "moab": (MoabJob, {}),
    "oar": (OARJob, {"memory_per_core_property_name": "not_applicable"}),
    "pbs": (PBSJob, {}),
    "sge": (SGEJob, {}),
    "slurm": (SLURMJob, {}),
}


def _script(system: str, config: dict[str, Any]) -> str:
    kind, more = _JOBS[system]
    flat = {f"jobqueue.{system}.{key}": value for key, value in config["jobqueue"][system].items()}
    with dask.config.set(flat):
        return str(kind(scheduler="tcp://127.0.0.1:8786", name="0", **_SIZE, **more).job_script())


def test_every_system_has_its_part(tmp_path: Path) -> None:
    """The file names each system of dask-jobqueue that runs a shell; all of them say the same."""
    write_lock(tmp_path, synthetic_lock(*WORKER))
    launch = read_launch(tmp_path)
    settings = yaml.safe_load(jobqueue(launch))["jobqueue"]
    assert set(settings) == set(SYSTEMS) == set(_JOBS)
    for one in settings.values():
        assert one == {"python": '"$CONDASYNC_PREFIX/bin/python"', "job-script-prologue": list(prologue(launch))}


@pytest.mark.parametrize("system", SYSTEMS)
def test_job_scripts_hold_the_prologue(system: str, tmp_path: Path) -> None:
    """The real job class of each system puts every line before the worker, which starts with the prefix's Python."""
    folder = tmp_path / "it's $HOME"
    write_lock(folder, synthetic_lock(*WORKER))
    launch = read_launch(folder)
    script = _script(system, yaml.safe_load(jobqueue(launch)))
    if system == "htcondor":  # one line, quoted by the rules of submit files
        assert "$(" not in "".join(prologue(launch))
        script = script.replace("''", "'").replace('""', '"').replace("; ", "\n")
    at = [script.index(line.replace("; ", "\n") if system == "htcondor" else line) for line in prologue(launch)]
    assert at == sorted(at)
    assert at[-1] < script.index('"$CONDASYNC_PREFIX/bin/python" -m distributed.cli.dask_worker')


@pytest.mark.parametrize("shell_name", ["sh", "bash"])
def test_the_lock_is_checked_before_anything_is_made(shell_name: str, tmp_path: Path) -> None:
    """A lock that changed since ends the job with a word of it; nothing is installed."""
    folder = tmp_path / "it's $HOME"
    path = write_lock(folder, synthetic_lock(row("python", "3.11.9")))
    text = shell(read_launch(folder))
    path.write_text(path.read_text(encoding="utf-8") + "# another\n", encoding="utf-8")
    environ = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    command = [shell_name, "-c", f"{text}echo reached"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"condasync: {path} is not the lock that this job was made for: it was made anew")
    assert "condasync hook --for" in done.stderr
    assert not (tmp_path / ".cache").exists()


@pytest.mark.parametrize(
    ("variables", "place"),
    [
        ({}, "/home/ann/.cache/condasync/prefixes/{}"),
        ({"XDG_CACHE_HOME": "/scratch/xdg"}, "/scratch/xdg/condasync/prefixes/{}"),
        ({"CONDASYNC_CACHE_DIR": "/scratch/my own", "XDG_CACHE_HOME": "/scratch/xdg"}, "/scratch/my own/prefixes/{}"),
        ({"CONDASYNC_PREFIX": "/scratch/env", "CONDASYNC_CACHE_DIR": "/scratch/own"}, "/scratch/env"),
    ],
)
def test_the_prefix_is_where_the_preload_would_make_it(variables: dict[str, str], place: str, tmp_path: Path) -> None:
    """The cache folder of condasync holds the prefix unless the job names another one."""
    write_lock(tmp_path, synthetic_lock(*WORKER))
    launch = read_launch(tmp_path)
    (line,) = [line for line in prologue(launch) if line.startswith("export CONDASYNC_PREFIX=")]
    command = ["sh", "-c", f'{line}; echo "$CONDASYNC_PREFIX"']
    done = subprocess.run(command, env={"HOME": "/home/ann", **variables}, capture_output=True, text=True, check=True)
    assert done.stdout == f"{place.format(launch.digest[:16])}\n"


def test_a_lock_without_workers_is_refused(tmp_path: Path) -> None:
    """Without distributed no worker starts; a plain shell prologue needs none."""
    write_lock(tmp_path, synthetic_lock(row("python", "3.11.9")))
    with pytest.raises(UsageError, match="locks no distributed"):
        jobqueue(read_launch(tmp_path))
    assert "CONDASYNC_PREFIX" in shell(read_launch(tmp_path))
