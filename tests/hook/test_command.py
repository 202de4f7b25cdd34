"""Running the user's command: exit codes, signals, what cannot be started. Every test starts real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from condasync.hook.command import CommandNotExecutableError, CommandNotFoundError, run_and_wait

WAYS = ("replace_process", "run_and_wait")
_DRIVER = """\
import os, sys
from condasync.errors import CondasyncError
from condasync.hook.command import replace_process, run_and_wait
try:
    sys.exit({way}(sys.argv[1:], {{**os.environ, "TOLD": "yes"}}))
except CondasyncError as error:
    print(type(error).__name__, error.message, file=sys.stderr)
    sys.exit(error.exit_code)
"""


def _driven(way: str, command: Sequence[str | Path], **settings: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", _DRIVER.format(way=way), *map(str, command)]
    return subprocess.run(
        words, input="from outside\n", capture_output=True, text=True, check=False, env={**os.environ, **settings}
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_command_runs_as_if_nothing_stood_before_it(way: str) -> None:
    """Arguments, environment, both ends of its pipes and the exit code are the command's own."""
    done = _driven(way, ["sh", "-c", 'cat; echo "$TOLD $1"; echo wrong >&2; exit 7', "sh", "--an option"])
    assert (done.returncode, done.stdout, done.stderr) == (7, "from outside\nyes --an option\n", "wrong\n")


def test_a_signal_ends_it_as_shells_tell_it() -> None:
    """Replaced, the process ends by the signal itself; waited for, with 128 + its number."""
    command = ["sh", "-c", "kill -TERM $$"]
    assert _driven("replace_process", command).returncode == -signal.SIGTERM
    assert _driven("run_and_wait", command).returncode == 128 + signal.SIGTERM


@pytest.mark.parametrize("way", WAYS)
def test_signals_that_python_ignores_are_as_usual_again(way: str) -> None:
    """A command that writes to a closed pipe dies of SIGPIPE, as it does without condasync."""
    seen = _driven(way, ["sh", "-c", "sh -c 'kill -PIPE $$; echo survived'; echo $?"])
    assert seen.stdout == f"{128 + signal.SIGPIPE}\n"


@pytest.mark.parametrize("way", WAYS)
def test_a_command_that_is_not_there(way: str, tmp_path: Path) -> None:
    """127, as shells and env say."""
    for name in ("no-such-command", tmp_path / "none", f"{__file__}/below-a-file"):
        done = _driven(way, [name])
        assert done.returncode == 127
        assert done.stderr.startswith("CommandNotFoundError")


@pytest.mark.parametrize("way", WAYS)
def test_a_command_that_cannot_be_executed(way: str, tmp_path: Path) -> None:
    """126, as shells and env say."""
    plain = tmp_path / "plain"
    plain.write_text("#!/bin/sh\n", encoding="utf-8")
    done = _driven(way, [plain])
    assert done.returncode == 126
    assert done.stderr.startswith("CommandNotExecutableError")
    assert "Permission denied" in done.stderr


def test_a_script_without_interpreter_is_given_to_sh(tmp_path: Path) -> None:
    """A file that is executable and has no #! line runs in sh, by its path and by its name."""
    script = tmp_path / "job"
    script.write_text('echo "ran $1"; exit 3\n', encoding="utf-8")
    script.chmod(0o755)
    by_path = _driven("replace_process", [script, "a b"])
    by_name = _driven("replace_process", ["job", "c"], PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert (by_path.returncode, by_path.stdout) == (3, "ran a b\n")
    assert (by_name.returncode, by_name.stdout) == (3, "ran c\n")


def test_ctrl_c_is_the_commands_own_business(tmp_path: Path) -> None:
    """Waited for, the process goes on after Ctrl-C until the command has made of it what it wants."""
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    command = ["sh", "-c", f"trap 'exit 9' INT; echo > {ready}; while :; do sleep 0.05; done"]
    words = [sys.executable, "-c", _DRIVER.format(way="run_and_wait"), *command]
    with subprocess.Popen(words, start_new_session=True) as process:
        ready.read_text(encoding="utf-8")
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(30) == 9


def test_what_cannot_be_started_is_told_by_its_own_error(tmp_path: Path) -> None:
    """The errors carry the exit codes and say what to do."""
    with pytest.raises(CommandNotFoundError, match="'no-such-command': No such file") as missing:
        run_and_wait(["no-such-command"], {"PATH": str(tmp_path)})
    with pytest.raises(CommandNotExecutableError, match="Permission denied") as plain:
        run_and_wait([str(Path(__file__))], {})
    assert (missing.value.exit_code, plain.value.exit_code) == (127, 126)
    assert missing.value.hints
    assert plain.value.hints
