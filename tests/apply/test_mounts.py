"""File systems that are mounted inside a prefix."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from condasync.apply.clone import clone
from condasync.apply.mounts import is_mount_point, refuse_mounts
from condasync.errors import ApplyError

_LINE = "36 35 98:0 /mnt1 {place} rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n"


@pytest.mark.parametrize("name", ["data", "a folder", "deep/er"])
def test_a_mount_inside_is_refused(tmp_path: Path, name: str) -> None:
    """Anything that is mounted below the prefix is named, also with a space in its path."""
    table = _table(tmp_path, f"{tmp_path}/env/{name}".replace(" ", "\\040"))
    with pytest.raises(ApplyError, match=f"mounted inside, at {tmp_path}/env/{name}"):
        refuse_mounts(tmp_path / "env", table)


def test_other_mounts_do_not_matter(tmp_path: Path) -> None:
    """Mounts above, beside and of a similar name are nothing; neither is a system without such a table."""
    refuse_mounts(tmp_path / "env", _table(tmp_path, "/", str(tmp_path), f"{tmp_path}/env2", f"{tmp_path}/env"))
    refuse_mounts(tmp_path / "env", tmp_path / "no-table")


def test_a_folder_that_is_mounted_a_second_time_is_a_mount_point(tmp_path: Path) -> None:
    """It has the device of what it hides, and only the table tells; a folder beside it is none."""
    (tmp_path / "a env").mkdir()
    table = _table(tmp_path, "/", f"{tmp_path}/a\\040env")
    assert is_mount_point(tmp_path / "a env", table)
    assert not is_mount_point(tmp_path / "a", table)
    assert not is_mount_point(tmp_path / "a env", tmp_path / "no-table")


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/pts is a mount of Linux")
def test_the_systems_own_table() -> None:
    """The table of this system is read."""
    with pytest.raises(ApplyError, match="mounted inside, at /dev/"):
        refuse_mounts(Path("/dev"))


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no second file system is in reach")
def test_another_device_is_refused_when_it_is_copied(tmp_path: Path) -> None:
    """Where no table tells, the devices do."""
    with pytest.raises(ApplyError, match="a file system is mounted inside"):
        clone(Path("/dev"), tmp_path / "new")


def _table(folder: Path, *places: str) -> Path:
    path = folder / "mountinfo"
    path.write_text("".join(_LINE.format(place=place) for place in places), encoding="utf-8")
    return path
