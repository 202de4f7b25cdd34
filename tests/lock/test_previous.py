"""The lock that lies where an export writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.errors import LockFileError, OutputError
from condasync.lock import conda_lock_v1
from condasync.lock.previous import previous_lock
from condasync.model.lockfile import LockFile, LockMetadata

LOCK = LockFile(packages=(), metadata=LockMetadata(content_hash=(), channels=(), platforms=(), sources=()))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the lock lies."""
    return tmp_path / "conda-lock.yml"


@pytest.mark.parametrize("force", [False, True])
def test_nothing_there_and_a_lock_of_condasync(path: Path, *, force: bool) -> None:
    """None without a file; ours is read either way."""
    assert previous_lock(path, force=force) is None
    path.write_text(conda_lock_v1.dumps(LOCK), encoding="utf-8")
    assert previous_lock(path, force=force) == LOCK


@pytest.mark.parametrize(
    ("text", "message"),
    [("version: 2\n", "the version 2 is not known"), ("package: [", "not YAML"), ("", "not a lock file")],
)
def test_a_lock_that_cannot_be_read_stops_the_export(path: Path, text: str, message: str) -> None:
    """Before any work, with the way out; `force` gives it up."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LockFileError, match=message) as raised:
        previous_lock(path, force=False)
    assert "or overwrite it: --force" in raised.value.hints
    assert raised.value.facts["path"] == str(path)
    assert previous_lock(path, force=True) is None


def test_a_lock_of_another_tool_is_not_ours(path: Path) -> None:
    """It is not overwritten unless forced; then what it holds still stays."""
    path.write_text(conda_lock_v1.dumps(LOCK).partition("version")[1] + ": 1\n" + _rest(), encoding="utf-8")
    with pytest.raises(OutputError, match="condasync did not write it"):
        previous_lock(path, force=False)
    assert previous_lock(path, force=True) == LOCK


def _rest() -> str:
    return conda_lock_v1.dumps(LOCK).partition("version: 1\n")[2]
