"""docs/hook.md: its examples are run, or read where the launcher is not here."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from condasync.cli.app import invoke
from condasync.hook.launch import read_launch
from condasync.hook.launcher_files import KINDS
from condasync.hook.prepared import digest_of
from tests.cluster.world.channel import worker_channel
from tests.cluster.world.locks import export_lock
from tests.hook.conftest import WORKER, synthetic_lock, write_lock

_PAGE = (Path(__file__).parents[2] / "docs" / "hook.md").read_text(encoding="utf-8")
_BLOCKS = dict(re.findall(r"^```python\n# (\S+)\n(.*?)^```", _PAGE, re.MULTILINE | re.DOTALL))
_COMMANDS = re.findall(r"^\$ condasync (hook --for .*)$", _PAGE, re.MULTILINE)
_ENVIRONMENT = "channels: [conda-forge]\ndependencies:\n  - python =3.11\nplatforms: [linux-64]\n"
_SBATCH = """\
#!/bin/sh
cp "$1" job.sh
bash job.sh > job.log 2>&1 &
echo $! > job.pid
echo "Submitted batch job 1"
"""
_SCANCEL = """\
#!/bin/sh
kill `cat job.pid`
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, hook_cache: Path) -> Path:
    """Return a folder with a lock that an environment.yml of the user's is the source of."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "environment.yml").write_text(_ENVIRONMENT, encoding="utf-8")
    command = [sys.executable, "-m", "condasync", "export", "-f", "environment.yml", "--offline"]
    environ = {**os.environ, "CONDASYNC_CACHE_DIR": str(hook_cache), "PIP_NO_INDEX": "1"}
    subprocess.run(command, cwd=folder, env=environ, capture_output=True, check=True)
    return folder


@pytest.fixture
def locked(here: Path, made: Path) -> Path:
    """Return a fresh lock in the working folder."""
    shutil.copytree(made, here, dirs_exist_ok=True)
    return here / "conda-lock.yml"


def _run(*command: str) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_command(here: Path, locked: Path) -> None:
    """`condasync hook -- python job.py`."""
    (here / "job.py").write_text(_BLOCKS["job.py"], encoding="utf-8")
    seen = _run(sys.executable, "-m", "condasync", "hook", "--", sys.executable, "job.py")
    assert seen == ["6", str(digest_of(locked))]


def test_the_python_block(here: Path, locked: Path) -> None:
    """`synced_cluster` around a cluster of processes."""
    (here / "local.py").write_text(_BLOCKS["local.py"], encoding="utf-8")
    assert _run(sys.executable, "local.py") == ["6"]
    assert locked.is_file()


def test_the_first_half(here: Path, locked: Path) -> None:
    """`prepare` alone."""
    (here / "fresh.py").write_text(_BLOCKS["fresh.py"], encoding="utf-8")
    assert _run(sys.executable, "fresh.py") == ["conda-lock.yml", str(digest_of(locked)), "False"]


@pytest.mark.parametrize("command", _COMMANDS)
def test_commands_that_write_files(command: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every `--for` of the page works on a lock that has what the launchers need."""
    monkeypatch.setenv("HOME", str(here))
    write_lock(here, synthetic_lock(*WORKER))
    words = [os.path.expanduser(word) for word in shlex.split(command.partition(" >> ")[0])]  # noqa: PTH111
    assert invoke(words) == 0
    assert "-o" not in words or Path(words[words.index("-o") + 1]).is_file()


def test_the_page_knows_every_kind() -> None:
    """No kind is without its example, and what Python there is can be read."""
    assert {command.split()[2] for command in _COMMANDS} | {"shell"} == set(KINDS)
    for name, text in _BLOCKS.items():
        compile(text, name, "exec")


def test_a_submitted_job_works_in_the_locks_prefix(here: Path, hook_cache: Path) -> None:
    """Slurm's place is taken by programs that run the job: the node makes the prefix, the worker runs from it.

    A job script of one's own then finds the same prefix.
    """
    channel = worker_channel(here / "channel", ("distributed",))
    lock = export_lock(here / "it's locked", channel, cache=hook_cache, packages=("distributed",))
    config = here / "home/.config/dask/condasync.yaml"
    assert invoke(["hook", "--for", "jobqueue", "--lock", str(lock), "-o", str(config)]) == 0
    assert invoke(["hook", "--for", "slurm", "--lock", str(lock), "-o", "condasync.sh"]) == 0
    texts = {"on_slurm.py": _BLOCKS["on_slurm.py"], "sbatch": _SBATCH, "scancel": _SCANCEL}
    for name, text in texts.items():
        (here / name).write_text(text, encoding="utf-8")
        (here / name).chmod(0o755)
    environ = {
        "HOME": str(here / "home"),
        "PATH": f"{here}:/usr/bin:/bin",
        "CONDASYNC_CACHE_DIR": str(hook_cache),
    }
    command = [sys.executable, "on_slurm.py"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    log = here / "job.log"
    assert done.returncode == 0, done.stderr + (log.read_text(encoding="utf-8") if log.exists() else "")
    prefix = hook_cache / "prefixes" / read_launch(lock).digest[:16]
    assert done.stdout == f"{prefix}\n"
    script = '. ./condasync.sh\necho "$CONDA_PREFIX" "$CONDASYNC_LOCK"\ncommand -v python\n'
    again = subprocess.run(["sh", "-c", script], env=environ, capture_output=True, text=True, check=False)
    assert again.stdout == f"{prefix} {lock}\n{prefix}/bin/python\n", again.stderr
