"""What a user meets when packages contradict each other: exit 5, who needs what, and the same as facts."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Cli

ROWS = (
    ("python", "3.12.1", ()),
    ("dask-core", "2022.1.1", ("python >=3.8",)),
    ("dask-core", "2022.5.1", ("python >=3.8",)),
    ("distributed", "2022.5.1", ("python >=3.8", "dask-core 2022.5.1.*")),
)
CLASH = "distributed 2022.5.1 needs dask-core 2022.5.1, you have dask-core 2022.1.1"


@pytest.fixture
def channel(tmp_path: Path) -> Path:
    """Return a local channel of synthetic records, which carry no digest."""
    for subdir, rows in (("linux-64", ROWS), ("noarch", ())):
        packages = {
            f"{name}-{version}-0.conda": {
                "name": name,
                "version": version,
                "build": "0",
                "build_number": 0,
                "subdir": subdir,
                "depends": depends,
            }
            for name, version, depends in rows
        }
        repodata = {"info": {"subdir": subdir}, "packages": {}, "packages.conda": packages}
        (tmp_path / "channel" / subdir).mkdir(parents=True)
        (tmp_path / "channel" / subdir / "repodata.json").write_text(json.dumps(repodata), encoding="utf-8")
    return tmp_path / "channel"


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    """Return a file of two pins that clash."""
    path = tmp_path / "requirements.txt"
    path.write_text("dask==2022.1.1\ndistributed==2022.5.1\n", encoding="utf-8")
    return path


def test_the_clash_is_named(cli: Cli, channel: Path, requirements: Path) -> None:
    """`--pin exact` exits 5 with both packages, the requirement and a way out; nothing is written."""
    ran = cli("export", "-f", requirements, "-c", channel, "--pin", "exact", "--python", "3.12", "-o", "out")
    assert ran.code == 5
    assert ran.err.splitlines() == [
        "error: no environment for linux-64 holds all that was asked:",
        CLASH,
        "(dask-core is the conda package of dask)",
        "hint: --pin relax finds the nearest environment that works",
        "hint: ask for dask-core 2022.5.1",
    ]
    assert not Path("out").exists()


def test_the_clash_is_data(cli: Cli, channel: Path, requirements: Path) -> None:
    """`--json` has the conflict as facts, and still every outcome."""
    ran = cli("export", "-f", requirements, "-c", channel, "--pin", "exact", "--python", "3.12", "--json")
    assert (ran.code, ran.envelope["status"], ran.envelope["errors"][0]["code"]) == (5, "error", "unsolvable")
    assert CLASH in ran.envelope["errors"][0]["message"]
    (conflict,) = ran.data["conflicts"]
    assert conflict["packages"] == ["dask-core", "distributed"]
    assert conflict["chain"][-1] == {
        "package": "distributed 2022.5.1",
        "requires": "dask-core 2022.5.1.*",
        "found": "dask-core 2022.5.1",
    }
    assert [row["package"] for row in ran.data["outcomes"]] == ["dask", "distributed"]


@pytest.mark.parametrize("terminal", [True, False])
def test_colour_only_on_a_terminal(channel: Path, requirements: Path, cache_dir: Path, *, terminal: bool) -> None:
    """A terminal gets the same lines in colour; a pipe gets none."""
    ours, theirs = pty.openpty() if terminal else os.pipe()
    environ = {key: value for key, value in os.environ.items() if key not in {"NO_COLOR", "FORCE_COLOR"}}
    subprocess.run(
        [
            *(sys.executable, "-m", "condasync", "export", "-f", requirements, "-c", channel, "--pin", "exact"),
            *("--python", "3.12", "-o", "out"),
        ],
        cwd=requirements.parent,
        env={**environ, "CONDASYNC_CACHE_DIR": str(cache_dir), "TERM": "xterm-256color", "COLUMNS": "200"},
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        check=False,
    )
    os.close(theirs)
    shown = _read(ours)
    assert ("\x1b[1;36mdistributed 2022.5.1" in shown) is terminal
    assert (CLASH in shown) is not terminal
    assert "hint: ask for dask-core 2022.5.1" in shown


def _read(descriptor: int) -> str:
    """Return all that was written; a pty whose other end is closed says so with an error."""
    parts = []
    try:
        while part := os.read(descriptor, 65536):
            parts.append(part)
    except OSError:
        pass
    os.close(descriptor)
    return b"".join(parts).decode()


def test_contradictions_of_the_environment_are_findings(cli: Cli, channel: Path, tmp_path: Path) -> None:
    """What `pip check` finds in a captured environment is reported beside the result."""
    venv.create(tmp_path / "env", with_pip=False, symlinks=True)
    (site,) = (tmp_path / "env").glob("lib/python3*/site-packages")
    for name, version, requires in (("dask", "2022.1.1", ""), ("distributed", "2022.5.1", "dask==2022.05.1")):
        folder = site / f"{name}-{version}.dist-info"
        folder.mkdir()
        lines = [f"Name: {name}", f"Version: {version}", *([f"Requires-Dist: {requires}"] if requires else []), ""]
        (folder / "METADATA").write_text("\n".join(["Metadata-Version: 2.1", *lines]), encoding="utf-8")
    arguments = ("-c", channel, "--pin", "exact", "--python", "3.12", "--json")
    ran = cli("export", "--prefix", tmp_path / "env", *arguments)
    assert ran.code == 5
    (finding,) = [one for one in ran.data["findings"] if one["code"] == "inconsistent-pip"]
    assert finding["text"] == "distributed 2022.5.1 needs dask==2022.05.1, but dask 2022.1.1 is installed"


def test_what_the_verification_refuses_is_not_written(cli: Cli, channel: Path, tmp_path: Path) -> None:
    """A channel without md5 solves, but its answer is no lock: exit 1 says why, no file is made."""
    (tmp_path / "environment.yml").write_text(
        "channels: [x]\nplatforms: [linux-64]\ndependencies: [python=3.12, dask-core=2022.5.1]\n", encoding="utf-8"
    )
    ran = cli("export", "-f", tmp_path / "environment.yml", "-c", channel, "-o", "out", "--json")
    assert (ran.code, ran.envelope["status"]) == (1, "error")
    (error,) = ran.envelope["errors"]
    assert (error["code"], error["platform"]) == ("verification", "linux-64")
    assert set(error["findings"]) == {"no-md5"}
    assert "the channel states no md5 of" in error["message"]
    assert not Path("out").exists()
