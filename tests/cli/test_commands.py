"""`capture`, `why`, `verify`, `snapshot`: what each says, as text and as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import rattler

import condasync

if TYPE_CHECKING:
    from tests.cli.conftest import Cli


@pytest.fixture
def lock(cli: Cli, tmp_path: Path) -> Path:
    """Return a lock that condasync wrote."""
    (tmp_path / "requirements.txt").write_text("pandas\nrequests\n", encoding="utf-8")
    ran = cli("export", "-f", tmp_path / "requirements.txt", "--offline", "--python", "3.12", "-o", tmp_path / "out")
    assert ran.code == 0, ran.err
    return tmp_path / "out" / "conda-lock.yml"


def test_version(cli: Cli) -> None:
    """`--version` prints name and version."""
    assert cli("--version").out == f"condasync {condasync.__version__}\n"


def test_python_dash_m_is_the_same_program() -> None:
    """`python -m condasync` works where the script is not on PATH."""
    done = subprocess.run([sys.executable, "-m", "condasync", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"condasync {condasync.__version__}\n"


def test_capture_of_files(cli: Cli, tmp_path: Path) -> None:
    """Capture shows each listed package with the line that lists it."""
    path = tmp_path / "requirements.txt"
    path.write_text("numpy>=2\nPyYAML==6.0.2\n", encoding="utf-8")
    ran = cli("capture", "-f", path)
    assert ran.code == 0
    assert ran.out.splitlines()[0] == f"files {path}: Python not stated, 2 by pip"
    data = cli("capture", "-f", path, "--json").data
    assert [(row["package"], row["version"], row["listed"]) for row in data["packages"]] == [
        ("numpy", None, [f"{path}:1"]),
        ("PyYAML", "6.0.2", [f"{path}:2"]),
    ]


def test_capture_of_a_venv(cli: Cli, tmp_path: Path) -> None:
    """Capture of a venv names its kind, prefix and Python."""
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    data = cli("capture", "--prefix", venv, "--json").data
    assert (data["kind"], data["prefix"], data["packages"]) == ("venv", str(venv), [])
    assert data["python"] == ".".join(str(part) for part in sys.version_info[:3])


def test_why_tells_every_source(cli: Cli, tmp_path: Path) -> None:
    """`why` shows the outcome and what each source said."""
    (tmp_path / "requirements.txt").write_text("matplotlib\n", encoding="utf-8")
    ran = cli("why", "Matplotlib", "-f", tmp_path / "requirements.txt", "--offline", "--python", "3.12")
    assert ran.code == 0
    assert "is taken from conda: matplotlib-base" in ran.out
    assert {"reviewed", "channel", "grayskull"} <= {line.partition("(")[0].strip() for line in ran.out.splitlines()[2:]}
    assert ran.out.splitlines()[-1].startswith("note: offline: conda-forge is the bundled snapshot of ")


def test_why_of_a_name_that_is_not_captured(cli: Cli, tmp_path: Path) -> None:
    """`why` answers for any PyPI name, and says that the environment does not have it."""
    (tmp_path / "requirements.txt").write_text("numpy\n", encoding="utf-8")
    ran = cli("why", "brotli", "-f", tmp_path / "requirements.txt", "--offline", "--python", "3.12", "--json")
    assert ran.data["captured"] is False
    assert [(row["outcome"], row["conda_names"]) for row in ran.data["outcomes"]] == [("mapped", ["brotli-python"])]


def test_verify_passes_a_good_lock(cli: Cli, lock: Path) -> None:
    """A lock that export wrote is consistent."""
    ran = cli("verify", lock, "--offline", "--json")
    assert (ran.code, ran.envelope["status"]) == (0, "ok")
    assert ran.data["checked"]["linux-64"] > 20
    assert [finding for finding in ran.data["findings"] if finding["severity"] == "error"] == []


def test_verify_names_the_engine(cli: Cli, lock: Path) -> None:
    """`--solver` chooses the engine that verifies, and the report names it; the lock names the one that export had."""
    ran = cli("verify", lock, "--offline", "--solver", "rattler", "--json")
    assert ran.data["engine"] == {"name": "rattler", "version": rattler.__version__}
    assert (
        f"checked by condasync and rattler {rattler.__version__}"
        in cli("verify", lock, "--offline", "--solver", "rattler").out
    )
    verified = next(line for line in lock.read_text(encoding="utf-8").splitlines() if "condasync_engine: " in line)
    assert verified.split()[1] in {"rattler", "libmamba"}


def rows_of(text: str) -> tuple[str, list[str]]:
    """Return a lock's head and its rows as text."""
    head, *rows = text.split("- name: ")
    return head, rows


def test_verify_finds_a_removed_package(cli: Cli, lock: Path) -> None:
    """Removing one record that others need is found, by name."""
    head, rows = rows_of(lock.read_text(encoding="utf-8"))
    lock.write_text("- name: ".join([head, *(row for row in rows if not row.startswith("numpy\n"))]), encoding="utf-8")
    ran = cli("verify", lock, "--offline", "--json")
    assert (ran.code, ran.envelope["status"]) == (1, "no")
    assert ("missing-dependency", "pandas") in {(each["code"], each["package"]) for each in ran.data["findings"]}


def test_verify_finds_a_changed_version(cli: Cli, lock: Path) -> None:
    """A version that is not the channel's for that file is found."""
    head, rows = rows_of(lock.read_text(encoding="utf-8"))
    changed = [row.replace("version: ", "version: 9", 1) if row.startswith("numpy\n") else row for row in rows]
    lock.write_text("- name: ".join([head, *changed]), encoding="utf-8")
    ran = cli("verify", lock, "--offline")
    assert ran.code == 1
    assert "not consistent" in ran.out


def test_verify_finds_a_duplicate(cli: Cli, lock: Path) -> None:
    """One name twice for one platform is found."""
    head, rows = rows_of(lock.read_text(encoding="utf-8"))
    lock.write_text("- name: ".join([head, *rows, rows[0]]), encoding="utf-8")
    ran = cli("verify", lock, "--offline", "--json")
    assert ran.code == 1
    assert [each["code"] for each in ran.data["findings"]] == ["duplicate-package"]


def test_verify_finds_an_old_glibc(cli: Cli, lock: Path) -> None:
    """A target whose glibc is older than what a package was built for is found."""
    ran = cli("verify", lock, "--offline", "--virtual-package", "__glibc=2.12", "--json")
    assert ran.code == 1
    assert "virtual-package" in {finding["code"] for finding in ran.data["findings"]}


@pytest.mark.parametrize(
    ("content", "says"), [(None, "no such file"), (b"\xff\xfe\x00", "not UTF-8"), (b"version: 1\n", "a required value")]
)
def test_verify_of_what_is_no_lock(cli: Cli, tmp_path: Path, content: bytes | None, says: str) -> None:
    """A lock that cannot be read is exit 6 and says why."""
    path = tmp_path / "broken.yml"
    if content is not None:
        path.write_bytes(content)
    ran = cli("verify", path, "--offline")
    assert ran.code == 6
    assert says in ran.err


def test_snapshot_info(cli: Cli) -> None:
    """The bundled snapshot states its date, its size and its sources."""
    data = cli("snapshot", "info", "--json").data
    assert data["channel"] == "conda-forge"
    assert data["size"] < 4_000_000
    assert {subdir for subdir, _ in data["counts"]} == {"linux-64", "noarch", "osx-arm64"}
    assert all(len(source["sha256"]) == 64 for source in data["sources"])
    assert "conda-forge as of " in cli("snapshot", "info").out


def test_snapshot_create_makes_a_channel_that_exports(cli: Cli, tmp_path: Path) -> None:
    """A channel made for some packages is enough to lock them elsewhere, without conda-forge."""
    made = tmp_path / "channel"
    ran = cli("snapshot", "create", "python=3.12", "pandas", "--offline", "-o", made)
    assert ran.code == 0, ran.err
    assert json.loads((made / "linux-64" / "repodata.json").read_text(encoding="utf-8"))["packages.conda"]
    (tmp_path / "requirements.txt").write_text("pandas\n", encoding="utf-8")
    options = ("--python", "3.12", "-c", made, "-o", tmp_path / "out")
    assert cli("export", "-f", tmp_path / "requirements.txt", *options).code == 0


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_snapshot_locks_the_scientific_stack(cli: Cli, tmp_path: Path, python: str) -> None:
    """The bundled snapshot is enough for the stack of the README on each Python that the demo may run with."""
    names = "numpy pandas dask[complete] distributed pyarrow matplotlib scipy scikit-learn psutil requests PyYAML"
    (tmp_path / "requirements.txt").write_text("\n".join(names.split()), encoding="utf-8")
    ran = cli(
        *("export", "-f", tmp_path / "requirements.txt", "--offline", "--python", python, "-o", "out", "--strict"),
        "--json",
    )
    assert ran.code == 0, ran.out
    assert ran.data["python"] == python
