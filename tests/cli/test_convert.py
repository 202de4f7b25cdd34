"""`condasync convert`: a lock in another format, on stdout or in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.lock import conda_lock_v1
from condasync.model.lockfile import LockedPackage, LockFile, LockMetadata
from tests.cli.conftest import Cli

URL = "https://example.org/channel/linux-64/zlib-1.3.1-h1_2.conda"


@pytest.fixture
def lock(cli: Cli) -> Path:
    """Return a lock of one package for two platforms in the working directory."""
    del cli  # makes the working directory
    rows = tuple(
        LockedPackage(
            manager="conda",
            name="zlib",
            version="1.3.1",
            platform=platform,
            url=URL.replace("linux-64", platform),
            md5="0" * 32,
            sha256="1" * 64,
            build="h1_2",
        )
        for platform in ("linux-64", "win-64")
    )
    metadata = LockMetadata(
        content_hash=(("linux-64", "0" * 64), ("win-64", "0" * 64)),
        channels=("https://example.org/channel",),
        platforms=("linux-64", "win-64"),
        sources=(),
    )
    path = Path("conda-lock.yml")
    path.write_text(conda_lock_v1.dumps(LockFile(packages=rows, metadata=metadata)), encoding="utf-8")
    return path


def test_the_text_is_on_stdout_and_what_is_lost_on_stderr(cli: Cli, lock: Path) -> None:
    """So that it can be piped."""
    ran = cli("convert", lock, "--format", "explicit", "--platform", "linux-64")
    assert ran.code == 0
    assert ran.out.splitlines()[2:] == ["# platform: linux-64", "@EXPLICIT", f"{URL}#sha256:{'1' * 64}"]
    ran = cli("convert", lock, "--format", "pylock")
    assert ran.err == "warning: 2 conda packages are not in it: it holds wheels only, to be installed beside them\n"


def test_a_file_is_written_and_read_again(cli: Cli, lock: Path) -> None:
    """To pixi.lock and back nothing is lost that both formats know."""
    assert cli("convert", lock, "--format", "pixi", "-o", "pixi.lock").out == "wrote pixi.lock\n"
    assert cli("diff", lock, "pixi.lock").out == f"{lock} and pixi.lock: no difference\n"
    ran = cli("convert", "pixi.lock", "--format", "conda-lock", "-o", "sub/conda-lock.yml", "--json")
    assert ran.data == {
        "format": "conda-lock-v1",
        "platforms": ["linux-64", "win-64"],
        "file": "sub/conda-lock.yml",
        "text": None,
        "findings": [],
    }
    assert cli("diff", lock, "sub/conda-lock.yml").out.endswith("no difference\n")


def test_json_holds_the_text(cli: Cli, lock: Path) -> None:
    """For programs."""
    ran = cli("convert", lock, "--format", "conda-lock-v1", "--json")
    assert ran.data["text"] == lock.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--format", "tar"), 2, "unknown format: tar"),
        (("--format", "explicit"), 2, "explicit holds one platform, the lock has linux-64, win-64"),
        (("--format", "explicit", "--platform", "osx-64"), 2, "the lock has no osx-64"),
        (("--format", "pixi-lock", "-o", "mine.txt"), 6, "mine.txt exists and condasync did not write it"),
        ((), 2, "--format"),
    ],
)
def test_what_is_refused(cli: Cli, lock: Path, arguments: tuple[str, ...], code: int, message: str) -> None:
    """Nothing is guessed, nothing of the user's is overwritten."""
    Path("mine.txt").write_text("mine\n", encoding="utf-8")
    ran = cli("convert", lock, *arguments)
    assert ran.code == code
    assert message in ran.err
    assert Path("mine.txt").read_text(encoding="utf-8") == "mine\n"
