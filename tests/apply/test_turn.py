"""The turns of applies, and what is cleared away."""

from __future__ import annotations

import fcntl
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path

from condasync.apply.place import ASIDE, MARKER, TREE, Place, place_of
from condasync.apply.turn import turn
from condasync.apply.work_folder import clear_stale, is_busy, work_folder


def test_one_after_the_other(tmp_path: Path) -> None:
    """The second waits until the first is done and says that it waits; no lock file is left."""
    place, order, heard = place_of(tmp_path / "env"), list[str](), list[str]()
    waits = threading.Event()

    def second() -> None:
        def tell(text: str) -> None:
            heard.append(text)
            waits.set()

        with turn(place, tell=tell):
            order.append("second")

    with turn(place, tell=heard.append):
        thread = threading.Thread(target=second)
        thread.start()
        assert waits.wait(30)
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]
    assert heard == ["waiting for another apply of this prefix"]
    assert list(tmp_path.iterdir()) == []


def test_a_child_that_lives_on_keeps_the_turn(tmp_path: Path) -> None:
    """The lock belongs to whoever inherited it, also when the process that took it has ended."""
    place = place_of(tmp_path / "env")
    code = (
        "import os, subprocess, sys\n"
        "from pathlib import Path\n"
        "from condasync.apply.place import place_of\n"
        "from condasync.apply.turn import turn\n"
        "with turn(place_of(Path(sys.argv[1])), tell=print) as handle:\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'input()'], pass_fds=(handle,))\n"
        "    os._exit(0)\n"
    )
    waits, done = threading.Event(), threading.Event()

    def other() -> None:
        with turn(place, tell=lambda _: waits.set()):
            done.set()

    read, write = os.pipe()
    subprocess.run([sys.executable, "-c", code, str(place.target)], stdin=read, check=True)
    os.close(read)
    thread = threading.Thread(target=other)
    thread.start()
    assert waits.wait(30)
    assert not done.is_set()
    os.close(write)  # the child ends
    thread.join(30)
    assert done.is_set()


def test_a_lock_file_that_is_gone_is_no_turn(tmp_path: Path) -> None:
    """Who waited for a file that its holder removed waits again, for the one who made the next file."""
    place, done, heard = place_of(tmp_path / "env"), threading.Event(), queue.SimpleQueue[str]()
    first = _held(place)

    def waiting() -> None:
        with turn(place, tell=heard.put):
            done.set()

    thread = threading.Thread(target=waiting)
    thread.start()
    heard.get(timeout=30)
    place.lock_file.unlink()
    second = _held(place)
    os.close(first)
    heard.get(timeout=30)
    assert not done.is_set()
    os.close(second)
    thread.join(30)
    assert done.is_set()


def _held(place: Place) -> int:
    handle = os.open(place.lock_file, os.O_RDWR | os.O_CREAT)
    fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


def test_a_work_folder_is_marked_and_cleared_away(tmp_path: Path) -> None:
    """A work folder carries its marker, and goes with everything in it, also folders that may not be written."""
    place = place_of(tmp_path / "env")
    with work_folder(place) as folder:
        assert (folder / MARKER).is_file()
        assert is_busy(place)
        closed = folder / TREE / "closed"
        closed.mkdir(parents=True)
        (closed / "file").touch()
        closed.chmod(0o500)
    assert list(tmp_path.iterdir()) == []
    assert not is_busy(place)


def test_a_prefix_that_was_renamed_away_is_put_back(tmp_path: Path) -> None:
    """An apply that is interrupted between two renames puts the old prefix back instead of clearing it away."""
    place = place_of(tmp_path / "env")
    place.target.mkdir()
    (place.target / "mine").touch()
    with work_folder(place) as folder:
        place.target.rename(folder / ASIDE)
    assert (place.target / "mine").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["env"]


def test_every_stage_of_a_killed_one_is_cleared_away(tmp_path: Path) -> None:
    """An empty folder, a marked one, a full one: all go; folders of another prefix stay."""
    place = place_of(tmp_path / "env")
    for name, paths in {"a": (), "b": (MARKER,), "c": (MARKER, f"{TREE}/bin/tool")}.items():
        folder = tmp_path / f"{place.work_prefix}{name}"
        folder.mkdir()
        for path in paths:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).touch()
    other = Place(target=tmp_path / "env2")
    (tmp_path / f"{other.work_prefix}a").mkdir()
    clear_stale(place)
    assert [path.name for path in tmp_path.iterdir()] == [".env2.condasync-new-a"]


def test_names_with_special_characters(tmp_path: Path) -> None:
    """The name of a prefix is no pattern."""
    (tmp_path / ".env1.condasync-new-a").mkdir()
    clear_stale(place_of(tmp_path / "env[1]"))
    assert (tmp_path / ".env1.condasync-new-a").exists()
