"""What was written into the old prefix while the new one was made."""

from __future__ import annotations

import os
from pathlib import Path

from condasync.apply.carry import carry_late_files
from condasync.apply.clone import clone


def test_late_files_come_along(tmp_path: Path) -> None:
    """New files and files that were replaced come; removed ones stay removed in neither; bytecode and records stay."""
    old, new = tmp_path / "old", tmp_path / "new"
    for path in ("conda-meta/x.json", "lib/mine.txt", "lib/package.py", "lib/gone.txt"):
        _write(old / path, "first")
    seen = clone(old, new)
    _write(new / "lib/package.py", "of the new package")
    (old / "lib/late-link").symlink_to("late.txt")
    for path in ("lib/late.txt", "late/folder/late.txt", "lib/__pycache__/m.pyc", "conda-meta/late.json"):
        _write(old / path, "late")
    for path in ("lib/mine.txt", "lib/package.py"):
        _write(old / path, "replaced")
    assert carry_late_files(old, new, seen) == ()
    assert (new / "lib/late.txt").read_text(encoding="utf-8") == "late"
    assert os.readlink(new / "lib/late-link") == "late.txt"  # noqa: PTH115
    assert (new / "late/folder/late.txt").read_text(encoding="utf-8") == "late"
    assert (new / "lib/mine.txt").read_text(encoding="utf-8") == "replaced"
    assert (new / "lib/package.py").read_text(encoding="utf-8") == "of the new package"
    assert not (new / "lib/__pycache__").exists()
    assert not (new / "conda-meta/late.json").exists()


def test_what_cannot_come_is_told(tmp_path: Path) -> None:
    """A late file below what is a file in the new prefix cannot come, and a finding names it."""
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    seen = clone(old, new)
    _write(old / "data/late.txt", "late")
    _write(new / "data", "of a package")
    found = carry_late_files(old, new, seen)
    assert [(finding.code, finding.where) for finding in found] == [("late-file-lost", "data/late.txt")]


def test_writing_goes_on_in_what_is_open(tmp_path: Path) -> None:
    """A log that a program holds open since before the clone is the same file in the new prefix."""
    old, new = tmp_path / "old", tmp_path / "new"
    _write(old / "log.txt", "one ")
    with (old / "log.txt").open("a", encoding="utf-8") as log:
        clone(old, new)
        log.write("two")
    assert (new / "log.txt").read_text(encoding="utf-8") == "one two"


def _write(path: Path, text: str) -> None:
    """Write a new file, as programs do that rename theirs into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.rename(path)
