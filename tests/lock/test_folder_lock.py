"""Where folders cannot be locked, a lock file keeps other writers out."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from condasync.errors import OutputError
from condasync.lock import folder_lock


def test_a_lock_file_of_another_writer_is_an_error_that_names_it(tmp_path: Path) -> None:
    """The file stays after a crash, so the hint says which file to remove."""
    file = tmp_path / ".condasync.lock"
    folder_lock._create(file, time.monotonic())
    with pytest.raises(OutputError) as raised:
        folder_lock._create(file, time.monotonic() - 1)
    assert raised.value.message == f"another condasync is writing to {tmp_path}"
    assert raised.value.hints == (f"if no other condasync runs, remove {file}",)
    file.unlink()
    folder_lock._create(file, time.monotonic() - 1)
    assert file.exists()


def test_nothing_stays_where_folders_can_be_locked(tmp_path: Path) -> None:
    """The same folder twice in one call is held once, and the lock leaves no file."""
    with folder_lock.sole_writer([tmp_path, tmp_path], patience=0):
        assert list(tmp_path.iterdir()) == []
    assert list(tmp_path.iterdir()) == []
