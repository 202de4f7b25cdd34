"""Two folders change places."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from condasync.apply.exchange import exchanged, put_in_place


@pytest.mark.parametrize("exchange", [None, lambda _one, _other: False], ids=["at once", "by two renames"])
def test_the_new_takes_the_place_of_the_old(tmp_path: Path, exchange: Callable[[Path, Path], bool] | None) -> None:
    """The new folder is at the target, and the old one is where the answer says, on every file system."""
    tree, target = _folder(tmp_path / "new", "new"), _folder(tmp_path / "env", "old")
    old = put_in_place(tree, target, tmp_path / "aside", exchange=exchange)
    assert (target / "which").read_text(encoding="utf-8") == "new"
    assert old is not None
    assert (old / "which").read_text(encoding="utf-8") == "old"


def test_a_second_rename_that_fails_takes_the_first_back(tmp_path: Path) -> None:
    """When the new one cannot take the place, the old one is there again."""
    tree, target = _folder(tmp_path / "new", "new"), _folder(tmp_path / "env", "old")

    def lost(one: Path, _other: Path) -> bool:
        one.rename(tmp_path / "somewhere")
        return False

    with pytest.raises(FileNotFoundError):
        put_in_place(tree, target, tmp_path / "aside", exchange=lost)
    assert (target / "which").read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize("empty", [True, False])
def test_nothing_was_there(tmp_path: Path, *, empty: bool) -> None:
    """Where nothing or an empty folder was, the new folder is simply there."""
    tree, target = _folder(tmp_path / "new", "new"), tmp_path / "env"
    if empty:
        target.mkdir()
    assert put_in_place(tree, target, tmp_path / "aside") is None
    assert (target / "which").read_text(encoding="utf-8") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["env"]


def test_the_exchange_is_one_step(tmp_path: Path) -> None:
    """On Linux and macOS the names change in one call: there is always a folder at the target."""
    tree, target = _folder(tmp_path / "new", "new"), _folder(tmp_path / "env", "old")
    inodes = (tree.stat().st_ino, target.stat().st_ino)
    assert exchanged(tree, target)
    assert (target.stat().st_ino, tree.stat().st_ino) == inodes


def test_a_fault_is_no_lack_of_support(tmp_path: Path) -> None:
    """A target that is gone is an error, and both stay as they are."""
    tree = _folder(tmp_path / "new", "new")
    with pytest.raises(FileNotFoundError):
        exchanged(tree, tmp_path / "gone")
    assert os.listdir(tmp_path) == ["new"]  # noqa: PTH208


def _folder(path: Path, text: str) -> Path:
    path.mkdir()
    (path / "which").write_text(text, encoding="utf-8")
    return path
