"""Changes of files and folders are seen, and only when they have come to rest."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from condasync.cluster.watch import Watched, next_change


def touched(path: Path, text: str) -> None:
    """Write a file as if some time had gone by since the last change."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before + 10**9, before + 10**9))


def steps(*acts: Callable[[], None]) -> tuple[Callable[[float], None], list[float]]:
    """Return what stands for waiting: each wait does the next act, then nothing more; and the waits so far."""
    todo, waits = list(acts), []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if todo:
            todo.pop(0)()

    return sleep, waits


def test_a_change_of_a_file_is_seen_after_it_rested(tmp_path: Path) -> None:
    """Two writes in a row are one change: what is returned is what stands after the second."""
    file = tmp_path / "conda-lock.yml"
    touched(file, "one")
    watched = Watched(files=(file,))
    sleep, waits = steps(lambda: None, lambda: touched(file, "three"), lambda: touched(file, "seventeen"))
    assert next_change(watched, watched.look(), sleep=sleep) == watched.look()
    assert len(waits) == 4


def test_a_change_that_is_taken_back_is_none(tmp_path: Path) -> None:
    """A file that came and went again between two looks at rest starts nothing."""
    file = tmp_path / "a.py"
    watched = Watched(trees=(tmp_path,))
    other = tmp_path / "b.py"
    sleep, waits = steps(lambda: touched(file, "x"), file.unlink, lambda: None, lambda: touched(other, "x"))
    now = next_change(watched, watched.look(), sleep=sleep)
    assert [one[0] for one in now] == [str(other)]
    assert len(waits) == 5


def test_a_tree_is_its_sources(tmp_path: Path) -> None:
    """Caches, hidden folders and what a build leaves are no sources; everything else is, at any depth."""
    for name in ("pkg/a.py", "pkg/deep/b.pyx", "pyproject.toml"):
        touched(tmp_path / name, "x")
    before = Watched(trees=(tmp_path,)).look()
    for name in ("pkg/__pycache__/a.pyc", ".git/index", "build/lib/a.py", "pkg.egg-info/PKG-INFO", "pkg/a.py~"):
        touched(tmp_path / name, "x")
    assert Watched(trees=(tmp_path,)).look() == before
    assert {Path(one[0]).name for one in before} == {"a.py", "b.pyx", "pyproject.toml"}


def test_a_folder_counts_by_its_own_time(tmp_path: Path) -> None:
    """In site-packages something installed is seen, something edited below is not: that is no installation."""
    (tmp_path / "pkg").mkdir()
    touched(tmp_path / "pkg" / "a.py", "x")
    watched = Watched(folders=(tmp_path,))
    before = watched.look()
    touched(tmp_path / "pkg" / "a.py", "changed")
    assert watched.look() == before
    os.utime(tmp_path, ns=(1, 1))
    assert watched.look() != before


def test_what_is_not_there_is_waited_for(tmp_path: Path) -> None:
    """A file that does not exist yet is no fault; its coming is a change."""
    watched = Watched(files=(tmp_path / "later",))
    before = watched.look()
    assert before == ()
    touched(tmp_path / "later", "x")
    assert watched.look() != before
