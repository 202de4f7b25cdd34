"""Libraries of the system on the command line: in the lock, in the report, on request only, and in doctor's answer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.system.conftest import elf

if TYPE_CHECKING:
    from tests.cli.conftest import Cli


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a virtual environment with one package that links a library from LD_LIBRARY_PATH."""
    prefix = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", prefix], check=True)
    (site,) = prefix.glob("lib/python3*/site-packages")
    info = site / "made_up_thing-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: made-up-thing\nVersion: 1.0\n", encoding="utf-8")
    (info / "RECORD").write_text("made_up/_x.so,,\n", encoding="utf-8")
    (site / "made_up").mkdir()
    (site / "made_up" / "_x.so").write_bytes(elf(["libyaml-0.so.2", "libc.so.6"]))
    libraries = tmp_path / "libraries"
    libraries.mkdir()
    (libraries / "libyaml-0.so.2").write_bytes(elf(soname="libyaml-0.so.2"))
    monkeypatch.setenv("LD_LIBRARY_PATH", str(libraries))
    return prefix


def test_export_locks_the_library_with_its_proof(cli: Cli, prefix: Path) -> None:
    """The outcome says who links it; environment.yml asks for it; the lock holds it."""
    ran = cli("export", "--prefix", prefix, "--offline", "-o", "out", "--json")
    assert ran.code == 0
    (outcome,) = [row for row in ran.data["outcomes"] if row["manager"] == "system"]
    assert (outcome["outcome"], outcome["conda_names"]) == ("system", ["yaml"])
    assert outcome["evidence"][0]["source"] == "linked"
    assert "made_up/_x.so" in outcome["evidence"][0]["detail"]
    assert [row["name"] for row in outcome["locked"]] == ["yaml"]
    assert ran.data["counts"]["system"] == 1
    assert "  - yaml==" in Path("out/environment.yml").read_text(encoding="utf-8")
    assert "name: yaml" in Path("out/conda-lock.yml").read_text(encoding="utf-8")


def test_summary_shows_a_row(cli: Cli, prefix: Path) -> None:
    """Package, manager, use, conda package and version."""
    ran = cli("export", "--prefix", prefix, "--offline", "-o", "out")
    assert "System (1)" in ran.out
    assert "linked by" in ran.out


def test_none_looks_at_nothing(cli: Cli, prefix: Path) -> None:
    """Then the lock is as it was before there was such a stage."""
    ran = cli("export", "--prefix", prefix, "--offline", "-o", "out", "--system", "none", "--json")
    assert ran.code == 0
    assert ran.data["counts"]["system"] == 0
    assert [row for row in ran.data["outcomes"] if row["manager"] == "system"] == []


def test_other_platforms_have_their_own_outcomes(cli: Cli, prefix: Path) -> None:
    """The same library is asked for there; a platform without it says so."""
    both = ("--platform", "linux-64", "--platform", "osx-arm64")
    ran = cli("export", "--prefix", prefix, "--offline", "-o", "out", "--json", *both)
    (outcome,) = [row for row in ran.data["outcomes"] if row["manager"] == "system"]
    assert outcome["outcome"] == "system"


def test_why_explains_a_package_of_the_system(cli: Cli, prefix: Path, tmp_path: Path) -> None:
    """By the name that the report gives it."""
    ran = cli("why", str(tmp_path / "libraries" / "libyaml-0.so.2"), "--prefix", prefix, "--offline")
    assert ran.code == 0
    assert "taken from conda: yaml" in ran.out


def test_doctor_names_limit_place_and_cure(cli: Cli, prefix: Path) -> None:
    """The system's library and the package without equivalent are met, with the command that takes care of each."""
    ran = cli("doctor", "--prefix", prefix, "--offline", "--json")
    assert ran.code == 0
    limits = {row["number"]: row for row in ran.data["limits"]}
    assert sorted(limits) == [1, 2, 3, 4, 5, 6]
    assert [number for number, row in sorted(limits.items()) if row["met"]] == [1, 5]
    assert "made_up/_x.so" in limits[1]["where"][0]
    assert limits[1]["cure"] == f"condasync export --prefix {prefix}"
    assert all(row["cure"] is None for row in limits.values() if not row["met"])
    text = cli("doctor", "--prefix", prefix, "--offline").out
    assert "1. packages of the system (apt, homebrew ...) are used: met" in text
    assert "4. local projects must come along: not met" in text
    assert not Path("out").exists()
