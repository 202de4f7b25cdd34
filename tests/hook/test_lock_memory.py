"""What a lock cannot say: edits of local projects, and what stayed behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.hook.lock_memory import LockMemory, digests_of, local_paths
from condasync.hook.prepare import StaleLockError, prepare
from condasync.lock import conda_lock_v1
from tests.cluster.world.project import MODULE, write_project


@pytest.fixture
def memory(tmp_path: Path) -> LockMemory:
    """Return the memory of a lock that has local packages beside it."""
    (tmp_path / "condasync-channel").mkdir()
    return LockMemory(lock=tmp_path / "conda-lock.yml", folder=tmp_path / "cache" / "hook")


def test_a_lock_without_local_packages_has_no_sources(tmp_path: Path) -> None:
    """Nothing is read for it."""
    assert LockMemory(lock=tmp_path / "conda-lock.yml", folder=tmp_path).changes("ab") == ()


def test_an_edit_is_seen(memory: LockMemory, tmp_path: Path) -> None:
    """A project and a module are remembered with the lock; another content, and a project that is gone, are changes."""
    project, module = write_project(tmp_path / "src", "0.1"), tmp_path / "loose.py"
    module.write_text("A = 1\n", encoding="utf-8")
    paths = [str(project), str(module)]
    assert memory.changes("ab") == ("it is not known yet whether the sources of local projects changed",)
    memory.remember("ab", digests_of([*paths, str(tmp_path / "nowhere")]), [])
    assert memory.changes("ab") == ()
    module.touch()
    (project / "__pycache__").mkdir()
    (project / "__pycache__" / "x.pyc").write_bytes(b"")
    assert memory.changes("ab") == ()
    (project / MODULE / "__init__.py").write_text("VERSION = 'edited'\n", encoding="utf-8")
    module.unlink()
    assert memory.changes("ab") == (f"the sources in {project} changed", f"the sources in {module} changed")
    assert memory.changes("another lock") == ("it is not known yet whether the sources of local projects changed",)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"lock": "ab", "sources": {}}', '{"lock": "ab", "sources": [], "left_behind": []}']
)
def test_a_broken_memory_is_none(text: str, memory: LockMemory) -> None:
    """Whatever the cache holds, the worst is one look too many."""
    memory.remember("ab", {}, [])
    (file,) = memory.folder.iterdir()
    file.write_text(text, encoding="utf-8")
    assert memory.changes("ab") == ("it is not known yet whether the sources of local projects changed",)


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    """The hook works on; it looks each time."""
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    LockMemory(lock=tmp_path / "conda-lock.yml", folder=blocked / "hook").remember("ab", {}, [])
    assert blocked.read_text(encoding="utf-8") == ""


def test_what_stayed_behind_belongs_to_one_lock(memory: LockMemory) -> None:
    """It is told again as long as the lock is the same, and of no other lock."""
    assert memory.left_behind("ab") == ()
    memory.remember("ab", {}, ["tiny stays behind: no wheel"])
    assert memory.left_behind("ab") == ("tiny stays behind: no wheel",)
    assert memory.left_behind("another lock") == ()


def test_strict_trusts_strict_exports_only(memory: LockMemory) -> None:
    """A lock of which no strict export is remembered has to be looked at again; without --strict it has not."""
    text = ("it is not known to be what --strict wants",)
    assert memory.changes("ab", strict=True) == text
    memory.remember("ab", {}, [])
    assert (memory.changes("ab"), memory.changes("ab", strict=True)) == ((), text)
    memory.remember("ab", {}, [], strict=True)
    assert memory.changes("ab", strict=True) == memory.changes("ab") == ()


def test_paths_of_captured_rows() -> None:
    """Only local projects have one; each counts once."""
    rows = [{"package": "numpy"}, {"package": "a", "path": "/src/a"}, {"package": "b", "path": "/src/a"}]
    assert local_paths(rows) == ("/src/a",)


def test_the_lock_follows_the_sources(here: Path) -> None:
    """An edit without a new version makes the lock anew; without an edit nothing is solved again."""
    project = write_project(here / "src", "0.1")
    (here / "requirements.txt").write_text("numpy==1.26.4\n", encoding="utf-8")
    more = ["--include-module", str(project)]
    first = prepare(
        files=["requirements.txt"], channels=["bundled"], python="3.11", offline=True, output="out", more=more
    )
    assert any(
        row.name == "shared-project"
        for row in conda_lock_v1.loads(first.lock.read_text(encoding="utf-8"), path="lock").packages
    )
    assert prepare(files=["requirements.txt"], output="out", offline=True, more=more, refresh=False).stale == ()
    (project / MODULE / "__init__.py").write_text("VERSION = 'edited'\n", encoding="utf-8")
    with pytest.raises(StaleLockError, match="would change: local projects did"):
        prepare(files=["requirements.txt"], output="out", offline=True, more=more, refresh=False)
    second = prepare(files=["requirements.txt"], output="out", offline=True, more=more)
    assert second.stale == (f"the sources in {project} changed",)
    assert second.changed
