"""Which engine solves where the preferred one is installed and cannot run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Cli


@pytest.fixture
def requirements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file to export, beside a libmambapy that lacks a library."""
    package = tmp_path / "site" / "libmambapy"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("import a_library_that_is_missing", encoding="utf-8")
    (package / "version.py").write_text('version_info = ("2", "3", "4")\n', encoding="utf-8")
    monkeypatch.syspath_prepend(str(package.parent))
    path = tmp_path / "requirements.txt"
    path.write_text("dask\n", encoding="utf-8")
    return path


def test_auto_takes_the_engine_that_runs(cli: Cli, requirements: Path) -> None:
    """`auto` exports and verifies with rattler, and a warning says why it was not libmamba."""
    ran = cli("export", "-f", requirements, "--python", "3.12", "--offline", "-o", "out", "--json")
    assert ran.code == 0
    assert ran.data["engine"]["name"] == "rattler"
    told = [one["text"] for one in ran.data["findings"] if one["code"] == "engine-fallback"]
    assert len(told) == 1
    assert told[0].startswith("rattler solves instead of libmamba: libmambapy 2.3.4 cannot be used: ")
    verified = cli("verify", "out/conda-lock.yml", "--offline", "--json")
    assert verified.code == 0
    assert verified.data["engine"]["name"] == "rattler"
    assert [one["code"] for one in verified.data["findings"]].count("engine-fallback") == 1


def test_libmamba_by_name_is_an_error(cli: Cli, requirements: Path) -> None:
    """`--solver libmamba` means libmamba: exit 5 with the reason, and nothing is written."""
    ran = cli("export", "-f", requirements, "--python", "3.12", "--offline", "-o", "out", "--solver", "libmamba")
    assert ran.code == 5
    assert "error: libmambapy 2.3.4 cannot be used: " in ran.err
    assert not Path("out/conda-lock.yml").exists()
