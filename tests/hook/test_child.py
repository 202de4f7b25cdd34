"""Commands of condasync in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from condasync.errors import CondasyncError, LockFileError, UsageError
from condasync.hook.child import answer_of


def test_an_answer_comes_back(here: Path) -> None:
    """The envelope of a command is returned as it is."""
    (here / "requirements.txt").write_text("numpy==1.26.4\n", encoding="utf-8")
    envelope = answer_of(["capture", "-f", "requirements.txt"])
    assert envelope["status"] == "ok"
    assert [one["package"] for one in envelope["data"]["packages"]] == ["numpy"]


def test_errors_keep_their_type_and_facts(here: Path) -> None:
    """What the process says of an error is raised as that error, hints and facts included."""
    with pytest.raises(LockFileError, match="no such file") as caught:
        answer_of(["check", "missing.yml"])
    assert caught.value.hints == ("write one first: condasync export",)
    assert caught.value.facts["path"] == "missing.yml"
    assert caught.value.exit_code == 6
    with pytest.raises(UsageError, match="No such option"):
        answer_of(["check", "--bogus"])
    del here


def test_a_process_that_says_nothing_usable_is_an_error(here: Path) -> None:
    """Without an envelope the exit code and the last words are told."""
    with pytest.raises(CondasyncError, match="condasync check ended with 0") as caught:
        answer_of(["check", "--help"])
    assert caught.value.hints == ("run it by itself: condasync check --help",)
    assert here.is_dir()


def test_an_interpreter_that_is_gone_is_an_error(tmp_path: Path) -> None:
    """A program that embeds Python says so, instead of an error of the system."""
    code = (
        f"import sys; sys.executable = {str(tmp_path / 'none')!r}\n"
        "from condasync.hook.child import answer_of\n"
        "answer_of(['check'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "CondasyncError: condasync check cannot be started with" in done.stderr


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 has no -P")
def test_modules_of_the_working_folder_do_not_get_in_the_way(here: Path) -> None:
    """A file of the user that is called like a module of Python is not loaded by condasync."""
    for name in ("json.py", "typer.py", "condasync.py"):
        (here / name).write_text("raise SystemExit('the wrong module')\n", encoding="utf-8")
    with pytest.raises(LockFileError, match="no such file"):
        answer_of(["check"])
