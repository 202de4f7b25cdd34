"""Where things lie in an environment is read from its files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from condasync.capture.prefixes.layout import (
    executable_of,
    is_there,
    minor_of_site_folder,
    names_in,
    read_pyvenv_cfg,
    shown,
    site_folders,
    version_of_venv,
)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("home = /usr/bin\nversion = 3.11.7\n", "3.11.7"),
        ("HOME=/usr/bin\nversion_info = 3.12.1.final.0\n", "3.12.1"),
        ("version_info = 3.14.0rc1\n", "3.14.0rc1"),
        ("version = unknown\n", None),
        ("no setting at all\n", None),
    ],
)
def test_pyvenv_cfg_of_every_maker(tmp_path: Path, text: str, version: str | None) -> None:
    """Proves that the files of venv, virtualenv and uv give the version."""
    (tmp_path / "pyvenv.cfg").write_bytes(text.encode() + b"prompt = \xff\n")
    assert version == version_of_venv(read_pyvenv_cfg(tmp_path))


def test_the_site_folder_of_a_version(tmp_path: Path) -> None:
    """Proves that only folders of the stated version count."""
    for name in ("python3.9", "python3.11"):
        (tmp_path / "lib" / name / "site-packages").mkdir(parents=True)
    assert site_folders(tmp_path, "3.11.7") == (tmp_path / "lib/python3.11/site-packages",)
    assert site_folders(tmp_path, "3.12.0") == ()


def test_without_a_version_the_newest_python_counts(tmp_path: Path) -> None:
    """Proves that versions are compared as numbers and other folders passed over."""
    for name in ("python3.9", "python3.11", "perl5.36"):
        (tmp_path / "lib" / name / "site-packages").mkdir(parents=True)
    (folder,) = site_folders(tmp_path, None)
    assert (folder, minor_of_site_folder(folder)) == (tmp_path / "lib/python3.11/site-packages", "3.11")


def test_the_windows_layout_says_no_version(tmp_path: Path) -> None:
    """Proves that Lib/site-packages is found, and that its path gives no version."""
    (tmp_path / "Lib" / "site-packages").mkdir(parents=True)
    (folder,) = site_folders(tmp_path, None)
    assert (folder, minor_of_site_folder(folder)) == (tmp_path / "Lib" / "site-packages", None)


@pytest.mark.parametrize("name", ["bin/python", "bin/python3", "Scripts/python.exe", "python.exe"])
def test_the_executable_of_every_platform(tmp_path: Path, name: str) -> None:
    """Proves that a link to an interpreter that is gone still counts: the environment is broken, not absent."""
    assert executable_of(tmp_path) is None
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).symlink_to(tmp_path / "gone")
    assert executable_of(tmp_path) == tmp_path / name


def test_names_are_sorted(tmp_path: Path) -> None:
    """Proves that a listing has one order on every file system."""
    for name in ("b", "a", "C"):
        (tmp_path / name).touch()
    assert names_in(tmp_path) == ("C", "a", "b")


def test_any_path_can_be_shown_and_looked_for() -> None:
    """Proves that names which are no UTF-8 print, and that absurd ones do not raise."""
    assert shown(Path(os.fsdecode(b"/caf\xe9"))) == "/caf?"
    assert not is_there(Path("/" + "x" * 5000))
    assert not is_there(Path("/a\0b"))
