"""Many environments locked by a Dask cluster: a real scheduler and workers that share no folder with the project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from condasync.cluster.export_all import job_for, written
from condasync.cluster.export_job import ExportJob, ExportReply, carried_variables, export_here
from condasync.errors import UsageError
from condasync.settings import NamedEnvironment, read_settings
from tests.cluster.world.processes import DaskProcesses

PYTHON = Path(sys.executable)
PROJECT = """\
[tool.condasync.environments.small]
inputs = ["small.txt"]

[tool.condasync.environments.both]
inputs = ["small.txt", "more.yml"]
platforms = ["linux-64", "osx-arm64"]
output = "locks/both"
"""
OFFLINE = ("--offline", "--python", "3.12")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """Hold what one command line did."""

    code: int
    out: str
    err: str

    @property
    def envelope(self) -> dict[str, Any]:
        """Return the JSON that it printed."""
        found: dict[str, Any] = json.loads(self.out)
        return found


Export: TypeAlias = Callable[..., Ran]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a project with two environments, which is the working directory."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "small.txt").write_text("-r included.txt\n", encoding="utf-8")
    (folder / "included.txt").write_text("certifi\n", encoding="utf-8")
    (folder / "more.yml").write_text("dependencies: [zlib]\n", encoding="utf-8")
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def export(project: Path, world_cache: Path) -> Export:
    """Return `condasync export --all` in a process of its own, in the project's folder."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "CONDASYNC_"))}
    environ |= {"CONDASYNC_CACHE_DIR": str(world_cache), "PIP_NO_INDEX": "1"}

    def run(*words: str, env: dict[str, str] | None = None) -> Ran:
        command = [str(PYTHON), "-m", "condasync", "export", "--all", *words]
        done = subprocess.run(
            command, cwd=project, env=environ | (env or {}), capture_output=True, text=True, check=False
        )
        return Ran(code=done.returncode, out=done.stdout, err=done.stderr)

    return run


@pytest.fixture
def cluster(dask_processes: DaskProcesses) -> str:
    """Return the address of a scheduler with two workers, whose working folders are not the project's."""
    address = dask_processes.scheduler(PYTHON)
    for name in ("one", "two"):
        dask_processes.nanny(name, PYTHON)
    return address


def everything(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_cluster_locks_what_local_processes_lock(export: Export, cluster: str, project: Path) -> None:
    """Byte for byte the same files, options carried; over its own locks nothing changes; one failure stops no other."""
    words = (*OFFLINE, "--format", "pixi-lock")
    here = export(*words)
    assert here.code == 0, here.err
    alone = everything(project)
    for name in [name for name in alone if name.startswith(("small/", "locks/"))]:
        (project / name).unlink()
    there = export(*words, "--scheduler", cluster, "--json")
    assert there.code == 0, there.out + there.err
    assert everything(project) == alone
    assert list(there.envelope["data"]["environments"]) == ["small", "both"]
    assert there.envelope["data"]["environments"]["both"]["platforms"] == ["linux-64", "osx-arm64"]
    again = export(*words, "--scheduler", cluster)
    assert (again.code, again.err) == (0, "")
    assert [line.rpartition("changed: ")[2] for line in again.out.splitlines()] == ["nothing", "nothing"]
    assert export(*words, "--scheduler", cluster, "--check").code == 0
    (project / "locks/both/conda-lock.yml").write_text("somebody else's", encoding="utf-8")
    (project / "small/conda-lock.yml").unlink()
    failed = export(*words, "--scheduler", cluster)
    assert failed.code == 6
    assert "error: both: locks/both/conda-lock.yml exists and condasync did not write it" in failed.err
    assert everything(project) == {**alone, "locks/both/conda-lock.yml": b"somebody else's"}


def test_a_local_cluster_serves_too(export: Export, project: Path, world_cache: Path) -> None:
    """The address of distributed's LocalCluster is as good as any; a local project is locked here meanwhile."""
    (project / "mine").mkdir()
    (project / "mine/pyproject.toml").write_text('[project]\nname = "mine"\nversion = "1.0"\n', encoding="utf-8")
    (project / "small.txt").write_text("-e ./mine\n", encoding="utf-8")
    program = (
        "import sys\n"
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        "    with LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=':0') as cluster:\n"
        "        print(cluster.scheduler_address, flush=True)\n"
        "        sys.stdin.read()\n"
    )
    path = world_cache.parent / "local_cluster.py"
    path.write_text(program, encoding="utf-8")
    with subprocess.Popen([PYTHON, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        address = running.stdout.readline().strip()
        ran = export(*OFFLINE, "--no-build", "--scheduler", address, "--json")
        running.communicate()
    assert ran.code == 0, ran.out + ran.err
    assert (project / "locks/both/conda-lock.yml").is_file()
    assert (project / "small/conda-lock.yml").is_file()


def test_nobody_at_the_address(export: Export) -> None:
    """After a bounded wait: exit 8 with the address, and no file."""
    patience = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "0.5s"}
    ran = export(*OFFLINE, "--scheduler", "tcp://127.0.0.1:9", env=patience)
    assert ran.code == 8
    assert "error: tcp://127.0.0.1:9: no Dask scheduler answers within 0.5 s" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("address", ["nonsense://here", "tcp://127.0.0.1:port"])
def test_what_is_no_address(export: Export, address: str) -> None:
    """Exit 2 with an example."""
    ran = export(*OFFLINE, "--scheduler", address)
    assert (ran.code, "not an address" in ran.err) == (2, True), ran.err


def test_without_distributed(export: Export, tmp_path: Path) -> None:
    """The error names the extra to install."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "distributed.py").write_text("raise ImportError('not here')\n", encoding="utf-8")
    ran = export(*OFFLINE, "--scheduler", "tcp://127.0.0.1:9", env={"PYTHONPATH": str(hidden)})
    assert ran.code == 2
    assert "pip install 'condasync[dask]'" in ran.err


@pytest.mark.parametrize("command", ["status", "sync"])
def test_clusters_need_distributed(tmp_path: Path, command: str) -> None:
    """Both say which extra to install, and call nothing a bug."""
    (tmp_path / "distributed.py").write_text("raise ImportError('not here')\n", encoding="utf-8")
    done = subprocess.run(
        [PYTHON, "-m", "condasync", "cluster", command, "tcp://127.0.0.1:9"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert f"error: condasync cluster {command} needs distributed" in done.stderr
    assert "pip install 'condasync[dask]'" in done.stderr


def test_a_scheduler_without_all(project: Path) -> None:
    """One environment is nothing to spread."""
    words = ["export", "-f", "small.txt", "--scheduler", "tcp://127.0.0.1:9"]
    done = subprocess.run([PYTHON, "-m", "condasync", *words], cwd=project, capture_output=True, text=True, check=False)
    assert (done.returncode, "--scheduler goes with --all" in done.stderr) == (2, True)


def job(words: tuple[str, ...] = (), **facts: Any) -> ExportJob | None:
    """Return the job of an environment of the working directory."""
    named = NamedEnvironment(name="x", inputs=facts.pop("inputs", ("small.txt",)), output="out", **facts)
    return job_for(named, words, read_settings({}, Path.cwd()), {})


@pytest.mark.usefixtures("project")
def test_a_job_holds_what_a_worker_needs(tmp_path: Path) -> None:
    """Inputs and what they include, settings, tables, the files of the last export; folders of channels in full."""
    Path("out").mkdir()
    for name in ("conda-lock.yml", "environment.yml", "conda-linux-64.lock", "notes.txt"):
        Path("out", name).write_text(name, encoding="utf-8")
    Path("names.toml").write_text("", encoding="utf-8")
    (tmp_path / "outside.txt").write_text("attrs\n", encoding="utf-8")
    Path("channel/noarch").mkdir(parents=True)
    inputs = ("small.txt", "../outside.txt", str(Path("more.yml").absolute()))
    made = job(("-c", "./channel", "--names", "names.toml"), inputs=inputs, platforms=("osx-arm64",))
    assert made is not None
    assert sorted(name for name, _ in made.files) == [
        "../outside.txt",
        "included.txt",
        "more.yml",
        "names.toml",
        "out/conda-linux-64.lock",
        "out/conda-lock.yml",
        "out/environment.yml",
        "pyproject.toml",
        "small.txt",
    ]
    assert made.words == (
        *("-c", str(Path("channel").resolve()), "--names", "names.toml"),
        *("-f", "small.txt", "-f", "../outside.txt", "-f", "more.yml"),
        *("--platform", "osx-arm64", "-o", "out"),
    )


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("-e ./mine\n", ()),
        ("--find-links wheels\ncertifi\n", ()),
        ("one @ file:///somewhere/one-1.0-py3-none-any.whl\n", ()),
        ("-r /proc/self/cwd/included.txt\n", ()),
        ("certifi\n", ("--leftovers", "conda")),
        ("certifi\n", ("--include-module", "loose.py")),
    ],
)
def test_what_needs_this_machine_stays_here(text: str, words: tuple[str, ...]) -> None:
    """Local projects, folders of wheels and packages that are made here are nothing for another machine."""
    Path("mine").mkdir()
    Path("mine/pyproject.toml").write_text('[project]\nname = "mine"\nversion = "1.0"\n', encoding="utf-8")
    Path("wheels").mkdir()
    Path("small.txt").write_text(text, encoding="utf-8")
    assert job(words) is None


def test_only_what_decides_is_carried() -> None:
    """Settings of condasync and overrides of virtual packages go along, the cache folder and secrets do not."""
    environ = {
        "CONDASYNC_CACHE_DIR": "/here",
        "CONDASYNC_CHANNELS": "conda-forge",
        "CONDA_OVERRIDE_CUDA": "12",
        "MY_TOKEN": "secret",
        "PATH": "/bin",
    }
    assert carried_variables(environ) == (("CONDASYNC_CHANNELS", "conda-forge"), ("CONDA_OVERRIDE_CUDA", "12"))


@pytest.mark.usefixtures("project")
def test_a_worker_of_another_kind_refuses() -> None:
    """Another Python or another condasync could lock something else: it says so."""
    made = job()
    assert made is not None
    for other in (replace(made, python="3.7"), replace(made, version="0.0")):
        reply = export_here(other)
        assert (reply.envelope["exit_code"], reply.files) == (8, ())
        assert "the worker runs condasync" in reply.envelope["errors"][0]["message"]


@pytest.mark.usefixtures("project")
def test_what_changed_meanwhile_is_not_lost() -> None:
    """A file that somebody wrote while the worker was busy stays, and so do the others of the environment."""
    Path("out").mkdir()
    Path("out/conda-lock.yml").write_text("old", encoding="utf-8")
    made = job()
    assert made is not None
    Path("out/conda-lock.yml").write_text("newer", encoding="utf-8")
    reply = ExportReply(
        envelope={"exit_code": 0, "data": {}, "errors": []},
        files=(("out/environment.yml", b"made"), ("out/conda-lock.yml", b"made")),
    )
    envelope = written(made, reply)
    assert (envelope["exit_code"], envelope["errors"][0]["code"]) == (6, "output")
    assert "was changed while a worker locked it" in envelope["errors"][0]["message"]
    assert Path("out/conda-lock.yml").read_text(encoding="utf-8") == "newer"
    assert not Path("out/environment.yml").exists()


@pytest.mark.usefixtures("project")
def test_a_channel_that_is_none(tmp_path: Path) -> None:
    """What is no channel here is refused before anything is sent."""
    del tmp_path
    with pytest.raises(UsageError, match="not a channel"):
        job(("-c", "two words"))
