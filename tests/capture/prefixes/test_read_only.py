"""The law of capture: it changes no byte of what it reads."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from condasync.capture.prefixes.detect import source_for_prefix


@pytest.mark.parametrize("damage", [None, "broken interpreter"])
def test_a_venv_is_unchanged(
    tmp_path: Path,
    make_venv: Callable[..., Path],
    write_dist: Callable[..., Path],
    tree_digest: Callable[[Path], Mapping[str, str]],
    damage: str | None,
) -> None:
    """Proves that neither the interpreter, which could cache bytecode, nor the reader leaves anything behind."""
    site = make_venv(tmp_path / "venv")
    write_dist(site, "httpx", "0.27")
    (site / "sitecustomize.py").write_text("import later\n")
    (site / "later.py").write_text("")
    (site / "code.pth").write_text("import later\n")
    if damage:
        (tmp_path / "venv" / "bin" / "python").unlink()
        (tmp_path / "venv" / "bin" / "python").symlink_to("/gone")
    before = tree_digest(tmp_path)
    assert source_for_prefix(tmp_path / "venv").capture().packages
    assert before == tree_digest(tmp_path)
    assert not list(tmp_path.rglob("__pycache__"))


def test_an_interpreter_with_its_own_library_is_unchanged(
    tmp_path: Path, tree_digest: Callable[[Path], Mapping[str, str]]
) -> None:
    """Proves for a self-contained prefix, which starts without bytecode, that asking its Python writes none."""
    base = Path(sys.base_prefix)
    minor = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    prefix = tmp_path / "python"
    (prefix / "bin").mkdir(parents=True)
    shutil.copy2(Path(sys._base_executable).resolve(), prefix / "bin" / "python3")  # type: ignore[attr-defined]
    ignored = shutil.ignore_patterns("__pycache__", "site-packages", "dist-packages", "test", "tests", "config-*")
    shutil.copytree(base / "lib" / minor, prefix / "lib" / minor, ignore=ignored)
    (prefix / "lib" / minor / "site-packages").mkdir()
    for library in (base / "lib").glob("libpython*"):
        shutil.copy2(library, prefix / "lib" / library.name)
    start = subprocess.run([prefix / "bin" / "python3", "-I", "-S", "-B", "-c", ""], check=False)
    if start.returncode != 0:
        pytest.skip("this build of Python does not run when it is copied elsewhere")
    before = tree_digest(prefix)
    environment = source_for_prefix(prefix).capture()
    assert (environment.kind, environment.packages) == ("interpreter", ())
    assert before == tree_digest(prefix)
    assert not list(prefix.rglob("__pycache__"))


def test_a_conda_prefix_is_unchanged(
    conda_prefix: Path,
    write_dist: Callable[..., Path],
    write_record: Callable[..., Path],
    tree_digest: Callable[[Path], Mapping[str, str]],
) -> None:
    """Proves that records and site-packages stay as they are, broken ones included."""
    site = conda_prefix / "lib" / "python3.11" / "site-packages"
    write_dist(site, "httpx", "0.27")
    (site / "~umpy-1.0.dist-info").mkdir()
    write_record(conda_prefix, "tzdata", "2024a").with_name("broken.json").write_text("{")
    before = tree_digest(conda_prefix)
    environment = source_for_prefix(conda_prefix).capture()
    assert [f.code for f in environment.findings] == ["unreadable-conda-meta", "broken-distribution"]
    assert before == tree_digest(conda_prefix)
