"""Bad input on the command line: a clear error, the right exit code, no traceback, nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Cli

CONDASYNC = Path(sys.executable).with_name("condasync")
FAULTS: dict[str, tuple[str, bytes, int, str]] = {
    "bad requirement": ("requirements.txt", b"numpy\nfoo bar baz\n", 3, "requirements.txt:2"),
    "bad YAML": ("environment.yml", b"dependencies:\n  - numpy\n - pandas\n", 3, "environment.yml:"),
    "bad TOML": ("pyproject.toml", b"[project\n", 3, "pyproject.toml"),
    "no UTF-8": ("requirements.txt", b"numpy\n# caf\xe9\xff\n", 3, "requirements.txt:2"),
    "bad MatchSpec": ("environment.yml", b"dependencies:\n  - numpy ==\n", 3, "environment.yml:2"),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_malformed_input_names_file_and_line(cli: Cli, tmp_path: Path, fault: str) -> None:
    """A malformed input file is exit 3, and the message says where."""
    name, content, code, place = FAULTS[fault]
    (tmp_path / name).write_bytes(content)
    ran = cli("export", "-f", tmp_path / name, "--offline", "-o", "out")
    assert ran.code == code
    assert ran.err.startswith("error: ")
    assert place in ran.err
    assert not Path("out").exists()


def test_missing_file(cli: Cli) -> None:
    """A file that is not there is exit 3."""
    ran = cli("export", "-f", "nowhere.txt", "--offline")
    assert ran.code == 3
    assert "nowhere.txt" in ran.err


def test_a_working_folder_that_is_gone(tmp_path: Path) -> None:
    """Whoever stands in a folder that was removed, or in a prefix that was replaced, is told so: it is no bug."""
    (tmp_path / "gone").mkdir()
    command = ["sh", "-c", f"cd gone && rmdir ../gone && exec {CONDASYNC} check"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("error: the folder that you are in is no longer there\nhint: ")


def test_a_folder_instead_of_a_lock(cli: Cli, tmp_path: Path) -> None:
    """A folder says which file in it is meant."""
    ran = cli("apply", tmp_path, "--prefix", tmp_path / "env")
    assert ran.code == 6
    assert ran.err == f"error: {tmp_path}: is a folder\nhint: name the lock in it: {tmp_path}/conda-lock.yml\n"


def test_folder_that_is_no_environment(cli: Cli, tmp_path: Path) -> None:
    """A prefix that is none says what was looked for and what to do."""
    ran = cli("export", "--prefix", tmp_path, "--offline")
    assert ran.code == 3
    assert "not an environment" in ran.err
    assert "hint: or read a file instead: -f FILE" in ran.err


def test_unknown_platform(cli: Cli, tmp_path: Path) -> None:
    """A platform that condasync does not know is a usage error that names those it knows."""
    (tmp_path / "requirements.txt").write_text("numpy\n", encoding="utf-8")
    ran = cli("export", "-f", tmp_path / "requirements.txt", "--platform", "amiga-68k")
    assert ran.code == 2
    assert ran.err.startswith("error: unknown platform: amiga-68k\nhint: known are linux-64")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("export", "--nonsense"), "No such option"),
        (("export", "--pin", "tight"), "tight"),
        (("export", "--virtual-package", "glibc"), "virtual package"),
        (("export", "--python", "three"), "not a Python version"),
        (("export", "--prefix", "x", "-f", "y"), "exclude each other"),
    ],
)
def test_usage_errors_are_exit_2(cli: Cli, tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    """What cannot be meant is exit 2, as text and as an envelope."""
    (tmp_path / "r.txt").write_text("numpy\n", encoding="utf-8")
    given = arguments if "-f" in arguments else (*arguments, "-f", str(tmp_path / "r.txt"), "--offline")
    ran = cli(*given)
    assert ran.code == 2
    assert says in ran.err
    assert [error["code"] for error in cli(*given, "--json").envelope["errors"]] == ["usage"]


def test_channel_directory_that_is_not_there(cli: Cli, tmp_path: Path) -> None:
    """A local channel that does not exist is exit 8, not an empty channel."""
    (tmp_path / "r.txt").write_text("numpy\n", encoding="utf-8")
    ran = cli("export", "-f", tmp_path / "r.txt", "-c", tmp_path / "nowhere")
    assert ran.code == 8
    assert "there is no such channel directory" in ran.err


def test_secret_of_a_channel_reaches_no_output(cli: Cli, tmp_path: Path) -> None:
    """A password in a channel URL is in no message, even when the channel cannot be reached."""
    (tmp_path / "r.txt").write_text("numpy\n", encoding="utf-8")
    channel = "http://user:pa55word@127.0.0.1:9/t/t0ken/chan"
    for extra in ((), ("--json",)):
        ran = cli("export", "-f", tmp_path / "r.txt", "-c", channel, "--offline", *extra)
        assert ran.code == 8
        assert "pa55word" not in ran.out + ran.err
        assert "t0ken" not in ran.out + ran.err


def test_secret_of_an_index_reaches_no_file(cli: Cli, tmp_path: Path) -> None:
    """A password in an index URL of a requirements file is in no output file and no report."""
    text = "--index-url https://user:pa55word@example.org/simple\nnumpy\n"
    (tmp_path / "requirements.txt").write_text(text, encoding="utf-8")
    ran = cli("export", "-f", tmp_path / "requirements.txt", "--offline", "--python", "3.12", "-o", "out", "--json")
    assert ran.code == 0, ran.err
    written = "".join(path.read_text(encoding="utf-8") for path in Path("out").iterdir())
    assert "pa55word" not in written + ran.out + ran.err


def test_unwritable_folder(cli: Cli, tmp_path: Path) -> None:
    """An output folder below a file cannot be made: exit 6, the file stays."""
    (tmp_path / "r.txt").write_text("numpy\n", encoding="utf-8")
    ran = cli("export", "-f", tmp_path / "r.txt", "--offline", "--python", "3.12", "-o", tmp_path / "r.txt" / "out")
    assert ran.code == 6
    assert (tmp_path / "r.txt").read_text(encoding="utf-8") == "numpy\n"


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc to know that the program runs")
@pytest.mark.parametrize("wait", [0.0, 0.1, 0.2, 0.3])
def test_interrupt_leaves_nothing_behind(tmp_path: Path, cache_dir: Path, wait: float) -> None:
    """Ctrl-C while the engine runs is exit 130 with one line, and no file or all of them."""
    (tmp_path / "r.txt").write_text("numpy\npandas\ndistributed\n", encoding="utf-8")
    running = subprocess.Popen(
        [CONDASYNC, "export", "-f", "r.txt", "--offline", "--python", "3.12", "-o", "out"],
        cwd=tmp_path,
        env={**os.environ, "CONDASYNC_CACHE_DIR": str(cache_dir)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
    while running.poll() is None and not children.read_text(encoding="utf-8"):
        time.sleep(0.01)
    time.sleep(wait)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert (running.returncode, err) in {(130, "error: interrupted\n"), (0, "")}
    names = sorted(path.name for path in (tmp_path / "out").glob("*"))
    all_files = ["conda-lock.yml", "environment.yml", "virtual-packages.yaml"]
    # Interrupted after the files were written, or quicker than the signal: then all of them are there.
    assert names in ([], all_files) if running.returncode else names == all_files


def test_two_exports_at_once_do_not_mix(tmp_path: Path, cache_dir: Path) -> None:
    """Two exports into one folder end with the files of one of them."""
    environ = {**os.environ, "CONDASYNC_CACHE_DIR": str(cache_dir)}
    (tmp_path / "one.txt").write_text("numpy\n", encoding="utf-8")
    (tmp_path / "two.txt").write_text("requests\n", encoding="utf-8")
    command = [str(CONDASYNC), "export", "--offline", "--python", "3.12"]
    alone = {}
    for name in ("one", "two"):
        subprocess.run([*command, "-f", f"{name}.txt", "-o", name], cwd=tmp_path, env=environ, check=True)
        alone[name] = {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
    both = [
        subprocess.Popen([*command, "-f", f"{name}.txt", "-o", "out"], cwd=tmp_path, env=environ)
        for name in ("one", "two")
    ]
    assert {one.wait(timeout=120) for one in both} <= {0, 6}
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} in list(alone.values())
