"""`condasync hook` as a process: what a user, a job script and a CI job see of it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from condasync.hook.prepared import digest_of
from tests.cli.conftest import Cli

Hook: TypeAlias = Callable[..., "subprocess.CompletedProcess[str]"]
_MADE_OF = ("-f", "requirements.txt", "-c", "bundled", "--python", "3.11", "--offline")
_JOB = """\
import os, sys
print(os.environ["CONDASYNC_LOCK"], os.environ["CONDASYNC_LOCK_DIGEST"], sys.stdin.read(), *sys.argv[1:])
sys.exit(int(sys.argv[-1]))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path) -> Path:
    """Return a folder with a fresh lock and its inputs."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "requirements.txt").write_text("numpy==1.26.4\n", encoding="utf-8")
    environ = {**os.environ, "CONDASYNC_CACHE_DIR": str(cache_dir), "PIP_NO_INDEX": "1"}
    command = [sys.executable, "-m", "condasync", "hook", *_MADE_OF]
    subprocess.run(command, cwd=folder, env=environ, capture_output=True, check=True)
    return folder


@pytest.fixture
def hook(cli: Cli) -> Hook:
    """Return a runner of `condasync hook` as a process, in an empty folder with a job and inputs."""
    del cli  # it made the folder
    Path("job.py").write_text(_JOB, encoding="utf-8")
    Path("requirements.txt").write_text("numpy==1.26.4\n", encoding="utf-8")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "condasync", "hook", *words]
        return subprocess.run(command, input="stdin", capture_output=True, text=True, check=False)

    return run


def test_stale_lock_is_refreshed_and_the_exit_code_passed_on(hook: Hook) -> None:
    """A lock that is missing, then stale, then fresh: the job runs with it each time, and ends as it wants."""
    lock = Path("conda-lock.yml").absolute()
    first = hook(*_MADE_OF, "--", sys.executable, "job.py", "--offline", "7")
    assert first.returncode == 7, first.stderr
    assert first.stdout == f"{lock} {digest_of(lock)} stdin --offline 7\n"
    assert first.stderr == f"condasync: {lock} is stale: there is none yet; making it anew\n"
    Path("requirements.txt").write_text("numpy==2.0.0\n", encoding="utf-8")
    before = digest_of(lock)
    second = hook("-f", "requirements.txt", "--offline", "--", sys.executable, "job.py", "0")
    assert (second.returncode, second.stdout) == (0, f"{lock} {digest_of(lock)} stdin 0\n")
    assert digest_of(lock) != before
    assert "numpy 1.26.4 became 2.0.0" in second.stderr
    third = hook("-f", "requirements.txt", "--", sys.executable, "job.py", "3")
    assert (third.returncode, third.stderr) == (3, "")


def test_the_command_needs_no_separator(hook: Hook, made: Path) -> None:
    """As with env, options end at the first word; a signal ends the process itself."""
    shutil.copytree(made, ".", dirs_exist_ok=True)
    done = hook("-f", "requirements.txt", "sh", "-c", 'echo "$0 $1"', "--json", "-h")
    assert (done.returncode, done.stdout) == (0, "--json -h\n")
    assert hook("-f", "requirements.txt", "--", "sh", "-c", "kill -KILL $$").returncode == -signal.SIGKILL


def test_a_job_in_the_background_stays_deaf_to_ctrl_c(hook: Hook, made: Path) -> None:
    """Signals that are ignored when the hook starts are ignored by the command, as without the hook."""
    del hook  # it made the folder
    shutil.copytree(made, ".", dirs_exist_ok=True)
    job = "condasync hook -f requirements.txt -- sh -c 'kill -INT $$; echo survived'"
    script = f"trap '' INT; exec {sys.executable} -m {job}"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "survived\n"), done.stderr


def test_what_cannot_be_started(hook: Hook, made: Path) -> None:
    """127 for a command that is not there, 126 for one that cannot be executed; the message is ours."""
    shutil.copytree(made, ".", dirs_exist_ok=True)
    missing = hook("-f", "requirements.txt", "--", "no-such-command")
    assert (missing.returncode, missing.stdout) == (127, "")
    assert missing.stderr.startswith("error: 'no-such-command': No such file or directory\nhint: ")
    plain = hook("-f", "requirements.txt", "--", "./job.py")
    assert plain.returncode == 126
    assert plain.stderr.startswith("error: './job.py': Permission denied\nhint: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--bogus", "--", "touch", "ran"), "error: No such option: --bogus"),
        (("--bogus", "--", "touch", "--json"), "error: No such option: --bogus"),
        (("--pin", "never", "--", "touch", "ran"), "error: "),
        (("-f", "none.txt", "--", "touch", "ran"), "none.txt"),
        (("-f", "requirements.txt", "-p", "x", "--", "touch", "ran"), "exclude each other"),
        (("--check", "-f", "requirements.txt", "--", "touch", "ran"), "is stale: there is none yet"),
        (("--json", "--", "touch", "ran"), "--json and a COMMAND exclude each other"),
        (("--lock", "x.yml", "--", "touch", "ran"), "--lock is for --for"),
        (("-f", "requirements.txt", "-c", "./nowhere", "--", "touch", "ran"), "nowhere"),
    ],
)
def test_what_goes_wrong_before_the_command_is_125(hook: Hook, words: tuple[str, ...], said: str) -> None:
    """When condasync fails, nothing is run and the exit code cannot be taken for the command's."""
    done = hook(*words)
    assert (done.returncode, done.stdout) == (125, "")
    assert said in done.stderr
    assert not Path("ran").exists()


def test_a_conflict_is_told_with_its_hints(hook: Hook) -> None:
    """What the export says of an environment that does not solve reaches the user of the hook."""
    Path("requirements.txt").write_text("numpy==1.26.4\nnumpy==2.0.0\n", encoding="utf-8")
    done = hook(*_MADE_OF, "--pin", "exact", "--", "touch", "ran")
    assert done.returncode == 125
    assert "error: no environment for linux-64 holds all that was asked" in done.stderr
    assert "hint: " in done.stderr


def test_without_a_command_the_lock_is_made_fresh(cli: Cli) -> None:
    """For scripts that submit jobs: text, or the value with --json; the exit codes are the usual ones."""
    Path("requirements.txt").write_text("numpy==1.26.4\n", encoding="utf-8")
    lock = Path("conda-lock.yml").absolute()
    stale = cli("hook", "--check", "-f", "requirements.txt", "--json")
    assert (stale.code, stale.envelope["errors"][0]["code"]) == (1, "stale-lock")
    made = cli("hook", *_MADE_OF, "--json")
    assert made.code == 0
    assert made.data["environment"]["CONDASYNC_LOCK"] == made.data["lock"] == str(lock)
    assert (made.data["digest"], made.data["changed"]) == (digest_of(lock), True)
    fresh = cli("hook", "--check", "-f", "requirements.txt")
    assert (fresh.code, fresh.out) == (0, f"{lock}: fresh, sha256 {digest_of(lock)}\n")


def test_what_stays_behind_is_told(cli: Cli) -> None:
    """A job may need it: the warning comes on stderr, and in the value."""
    Path("requirements.txt").write_text("numpy==1.26.4\nno-such-package-anywhere==1.0\n", encoding="utf-8")
    done = cli("hook", *_MADE_OF, "--json")
    assert done.code == 0
    (text,) = done.data["left_behind"]
    assert f"condasync: warning: {text}\n" in done.err


def test_further_options_reach_the_export(cli: Cli) -> None:
    """Options that only an export understands are handed on as they stand."""
    Path("requirements.txt").write_text("numpy==1.26.4\nno-such-package-anywhere==1.0\n", encoding="utf-8")
    done = cli("hook", *_MADE_OF, "--strict", "--json")
    assert done.code != 0
    assert "no-such-package-anywhere stays behind" in done.envelope["errors"][0]["message"]


def test_ctrl_c_while_the_lock_is_made(hook: Hook) -> None:
    """Ctrl-C before the command runs ends everything with 130."""
    del hook  # it made the folder
    Path("requirements.txt").unlink()
    os.mkfifo("requirements.txt")  # whoever reads it waits
    words = [sys.executable, "-m", "condasync", "hook", *_MADE_OF, "--", "touch", "ran"]
    with (
        subprocess.Popen(words, start_new_session=True, stderr=subprocess.PIPE, text=True) as process,
        Path("requirements.txt").open("w", encoding="utf-8"),  # opens when the export reads
    ):
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted" in said
    assert not Path("ran").exists()


def test_names_of_the_package_are_loaded_when_asked_for() -> None:
    """Importing the package loads no part of the hook; an unknown name is an AttributeError as usual."""
    code = (
        "import sys, condasync\n"
        "assert not [name for name in sys.modules if name.startswith('condasync.')]\n"
        "assert condasync.prepare.__module__ == 'condasync.hook.prepare'\n"
        "assert 'distributed' not in sys.modules\n"
        "assert callable(condasync.synced_cluster)\n"
        "assert not hasattr(condasync, 'unheard_of')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_files_of_launchers_are_printed_or_written(cli: Cli, made: Path) -> None:
    """`--for` prints; with -o it writes, replaces what it wrote itself, and nothing else."""
    shutil.copytree(made, ".", dirs_exist_ok=True)
    printed = cli("hook", "--for", "dockerfile")
    assert printed.code == 0
    assert printed.out.startswith("# Made by `condasync hook --for dockerfile` ")
    written = cli("hook", "--for", "dockerfile", "-o", "Dockerfile", "--lock", ".")
    assert (written.code, written.out) == (0, "wrote Dockerfile\n")
    assert Path("Dockerfile").read_text(encoding="utf-8") == printed.out
    assert cli("hook", "--for", "apptainer", "-o", "Dockerfile", "--json").data["kind"] == "apptainer"
    Path("Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    theirs = cli("hook", "--for", "dockerfile", "-o", "Dockerfile", "--json")
    assert (theirs.code, theirs.envelope["errors"][0]["code"]) == (6, "output")
    assert theirs.envelope["errors"][0]["hints"] == ["write another file: -o FILE"]
    assert Path("Dockerfile").read_text(encoding="utf-8") == "FROM scratch\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--for", "dockerfile"), 6, "no such file"),
        (("--for", "shell", "--lock", "other"), 6, "no such file"),
        (("--for", "nothing"), 2, "nothing"),
        (("--for", "shell", "--", "ls"), 2, "exclude each other"),
    ],
)
def test_what_is_refused_of_files(cli: Cli, words: tuple[str, ...], code: int, said: str) -> None:
    """Writing files runs nothing, so that the exit codes are the usual ones."""
    done = cli("hook", *words, "--json") if "--" not in words else cli("hook", *words)
    assert done.code == code
    assert said in (done.envelope["errors"][0]["message"] if "--" not in words else done.err)


def test_data_of_a_file_is_its_text(cli: Cli, made: Path) -> None:
    """Programs get the text in the envelope."""
    data = cli("hook", "--for", "slurm", "--lock", made, "--json").data
    assert (data["kind"], data["file"]) == ("slurm", None)
    assert f"CONDASYNC_LOCK_DIGEST={digest_of(made / 'conda-lock.yml')}\n" in data["text"]
