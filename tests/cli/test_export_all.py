"""Many environments of one project, locked by one command."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.lock import conda_lock_v1
from tests.cli.conftest import Cli

PROJECT = """\
[tool.condasync.environments.small]
inputs = ["small.txt"]

[tool.condasync.environments.both]
inputs = ["small.txt", "more.yml"]
platforms = ["linux-64", "osx-arm64"]
output = "locks/both"
"""
OFFLINE = ("--offline", "--python", "3.12")


@pytest.fixture
def project(cli: Cli) -> Path:
    """Return the pyproject.toml of a project with two environments, in the working directory."""
    del cli  # makes the working directory
    Path("small.txt").write_text("certifi\n", encoding="utf-8")
    Path("more.yml").write_text("dependencies: [zlib]\n", encoding="utf-8")
    path = Path("pyproject.toml")
    path.write_text(PROJECT, encoding="utf-8")
    return path


@pytest.mark.usefixtures("project")
def test_every_environment_is_locked(cli: Cli) -> None:
    """Each in its folder, for its platforms, with the options of the command line; a second run changes nothing."""
    ran = cli("export", "--all", *OFFLINE, "--format", "pixi-lock", "--json")
    assert ran.code == 0, ran.out
    assert list(ran.data["environments"]) == ["small", "both"]
    locks = {
        name: conda_lock_v1.loads((Path(name) / "conda-lock.yml").read_text(encoding="utf-8"), path=name)
        for name in ("small", "locks/both")
    }
    assert locks["small"].metadata.platforms == ("linux-64",)
    assert locks["locks/both"].metadata.platforms == ("linux-64", "osx-arm64")
    assert "zlib" in {row.name for row in locks["locks/both"].packages}
    assert Path("small/pixi.lock").is_file()
    again = cli("export", "--all", *OFFLINE)
    assert again.code == 0
    assert [line.rpartition("changed: ")[2] for line in again.out.splitlines()] == ["nothing", "nothing"]
    assert cli("export", "--all", *OFFLINE, "--check").code == 0


def test_one_that_fails_does_not_stop_the_others(cli: Cli, project: Path) -> None:
    """The exit code is the failure's, and the error names the environment."""
    project.write_text(PROJECT.replace("more.yml", "absent.yml"), encoding="utf-8")
    ran = cli("export", "--all", *OFFLINE)
    assert ran.code == 3
    assert "error: both: " in ran.err
    assert Path("small/conda-lock.yml").is_file()


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", (), "--all finds no environment"),
        (PROJECT, ("-f", "small.txt"), "--all and -f exclude each other"),
        (PROJECT, ("-o", "out"), "--all and -o exclude each other"),
        ("[tool.condasync]\nenvironments = 1\n", (), "a table of environments is wanted"),
        ("[tool.condasync.environments.x]\ninput = []\n", (), "inputs, platforms and output are wanted"),
        ("[tool.condasync.environments.x]\ninputs = []\n", (), "environments.x.inputs': a list of files is wanted"),
        ("[tool.condasync.environments.x]\ninputs = ['a']\nplatforms = 1\n", (), "a list of platforms is wanted"),
        ("[tool.condasync.environments.x]\ninputs = ['a']\noutput = 1\n", (), "a folder is wanted"),
    ],
)
def test_what_is_refused(cli: Cli, project: Path, text: str, options: tuple[str, ...], message: str) -> None:
    """Exit 2, with the place in pyproject.toml."""
    project.write_text(text, encoding="utf-8")
    ran = cli("export", "--all", *options)
    assert ran.code == 2
    assert message in ran.err
