"""Copies of prefixes by hard links."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from condasync.apply.clone import clone


def test_a_clone_is_the_same_files(tmp_path: Path) -> None:
    """Files are linked, records are copies, links lead where they led, modes and times of folders are kept."""
    old, new = tmp_path / "old", tmp_path / "new"
    (old / "bin").mkdir(parents=True)
    (old / "conda-meta").mkdir()
    for path in ("bin/tool", "conda-meta/history"):
        (old / path).write_text("x", encoding="utf-8")
    (old / "bin" / "relative").symlink_to("tool")
    (old / "bin" / "absolute").symlink_to(old / "bin" / "tool")
    (old / "bin" / "broken").symlink_to("nowhere")
    (old / "binaries").symlink_to(old / "bin")
    (old / "bin").chmod(0o2755)
    os.utime(old / "bin", (1e9, 1e9))
    seen = clone(old, new)
    assert (new / "bin/tool").stat().st_ino == (old / "bin/tool").stat().st_ino == seen["bin/tool"]
    assert (new / "conda-meta/history").stat().st_ino != (old / "conda-meta/history").stat().st_ino
    links = {path: os.readlink(new / path) for path in ("bin/relative", "bin/absolute", "bin/broken", "binaries")}  # noqa: PTH115
    assert links == {
        "bin/relative": "tool",
        "bin/absolute": str(old / "bin/tool"),
        "bin/broken": "nowhere",
        "binaries": "bin",
    }
    assert (new / "bin").stat().st_mode == (old / "bin").stat().st_mode
    assert (new / "bin").stat().st_mtime == 1e9
    assert seen.keys() == {"bin/tool", "conda-meta/history", *links}


def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    """A folder without the right to write is cloned with what it holds."""
    old, new = tmp_path / "old", tmp_path / "new"
    (old / "closed").mkdir(parents=True)
    (old / "closed" / "file").touch()
    (old / "closed").chmod(0o555)
    clone(old, new)
    assert (new / "closed" / "file").exists()
    assert (new / "closed").stat().st_mode & 0o777 == 0o555


def test_a_socket_stays_where_it_is(tmp_path: Path) -> None:
    """The socket of a running program is the same in the clone."""
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    with socket.socket(socket.AF_UNIX) as one:
        place = Path(os.path.relpath(old)) / "s"  # names of sockets are short
        one.bind(str(place))
        clone(old, new)
    assert (new / "s").is_socket()
    assert (new / "s").stat().st_ino == (old / "s").stat().st_ino
