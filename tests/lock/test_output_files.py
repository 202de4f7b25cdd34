"""All files or none: a fault, a full disk or Ctrl-C leaves the old files as they were."""

from __future__ import annotations

import gc
import os
import resource
import stat
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from condasync.errors import OutputError
from condasync.lock.folder_lock import sole_writer
from condasync.lock.output_files import OutputFile, write_all

AS_ROOT = os.geteuid() == 0


def ours(text: str) -> bool:
    """Return whether a text is one that these tests wrote."""
    return text.startswith("ours")


def file(path: Path, text: str) -> OutputFile:
    """Return an output file that may replace our own."""
    return OutputFile(path=path, text=text, is_ours=ours)


def contents(folder: Path) -> dict[str, str]:
    """Return every file of a folder, hidden ones included."""
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_new_files_are_written_and_nothing_else_stays(tmp_path: Path) -> None:
    """Missing folders are made, the umask decides the mode, no temporary file stays."""
    folder = tmp_path / "new" / "folder"
    previous = os.umask(0o027)
    try:
        changed = write_all([file(folder / "a", "ours é\n"), file(folder / "b", "ours\r\n")])
    finally:
        os.umask(previous)
    assert changed == (folder / "a", folder / "b")
    assert (folder / "a").read_bytes() == "ours é\n".encode()
    assert (folder / "b").read_bytes() == b"ours\r\n"
    assert sorted(path.name for path in folder.iterdir()) == ["a", "b"]
    assert stat.S_IMODE((folder / "a").stat().st_mode) == 0o640


def test_equal_content_is_not_touched(tmp_path: Path) -> None:
    """A file that has its content already keeps inode and time, also when a person wrote it."""
    (tmp_path / "a").write_text("not ours", encoding="utf-8")
    (tmp_path / "b").write_text("ours 1", encoding="utf-8")
    before = (tmp_path / "a").stat()
    assert write_all([file(tmp_path / "a", "not ours"), file(tmp_path / "b", "ours 2")]) == (tmp_path / "b",)
    after = (tmp_path / "a").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_the_mode_of_a_replaced_file_stays(tmp_path: Path) -> None:
    """An executable or private file stays one."""
    (tmp_path / "a").write_text("ours 1", encoding="utf-8")
    (tmp_path / "a").chmod(0o600)
    write_all([file(tmp_path / "a", "ours 2")])
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def test_a_file_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    """One foreign file among several stops all of them."""
    (tmp_path / "a").write_text("ours 1", encoding="utf-8")
    (tmp_path / "b").write_bytes(b"theirs \xff")
    with pytest.raises(OutputError) as raised:
        write_all([file(tmp_path / "a", "ours 2"), file(tmp_path / "b", "ours 2"), file(tmp_path / "c", "ours 2")])
    assert raised.value.message == f"{tmp_path / 'b'} exists and condasync did not write it"
    assert raised.value.hints == ("write to another folder: -o DIR",)
    assert raised.value.exit_code == 6
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
    assert (tmp_path / "a").read_text(encoding="utf-8") == "ours 1"
    assert (tmp_path / "b").read_bytes() == b"theirs \xff"


def test_a_symbolic_link_stays_and_its_file_is_replaced(tmp_path: Path) -> None:
    """A lock that is kept elsewhere through a link is written there."""
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "lock").write_text("ours 1", encoding="utf-8")
    (tmp_path / "lock").symlink_to("kept/lock")
    (tmp_path / "dangling").symlink_to("kept/other")
    write_all([file(tmp_path / "lock", "ours 2"), file(tmp_path / "dangling", "ours 3")])
    assert (tmp_path / "lock").is_symlink()
    assert (tmp_path / "dangling").is_symlink()
    assert contents(tmp_path / "kept") == {"lock": "ours 2", "other": "ours 3"}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.mkdir(), "{path} is a folder"),
        (os.mkfifo, "{path} is no regular file"),
        (lambda path: path.symlink_to(path.name), "cannot write to {path.parent}: Too many levels of symbolic links"),
        (lambda path: path.symlink_to("nowhere/x"), "cannot write to {path.parent}/nowhere: No such file or directory"),
    ],
)
def test_what_is_no_file_is_an_error(tmp_path: Path, make: Callable[[Path], Any], message: str) -> None:
    """A folder, a pipe, a link in a circle, a link to a folder that is not there: nothing is written."""
    make(tmp_path / "b")
    with pytest.raises(OutputError) as raised:
        write_all([file(tmp_path / "a", "ours"), file(tmp_path / "b", "ours")])
    assert raised.value.message == message.format(path=tmp_path / "b")
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_folder_below_a_file_is_an_error(tmp_path: Path) -> None:
    """The output folder cannot be made, and folders made on the way there go again."""
    (tmp_path / "plain").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot write to"):
        write_all([file(tmp_path / "made" / "a", "ours"), file(tmp_path / "plain" / "below" / "b", "ours")])
    assert [path.name for path in tmp_path.iterdir()] == ["plain"]


@pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")
def test_without_permission_nothing_changes(tmp_path: Path) -> None:
    """An unwritable folder is told as such."""
    (tmp_path / "a").write_text("ours 1", encoding="utf-8")
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="no permission to write to"):
            write_all([file(tmp_path / "a", "ours 2")])
    finally:
        tmp_path.chmod(0o700)
    assert contents(tmp_path) == {"a": "ours 1"}


@pytest.mark.skipif(not AS_ROOT, reason="only root can become somebody who may not write")
def test_as_another_user_nothing_changes(tmp_path: Path) -> None:
    """In a folder of root, a process without its rights gets the error, and a write-protected file counts as well."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.name.startswith(("test_", "popen-", "pytest-")):  # what the test runner made for root alone
            folder.chmod(0o755)
    (tmp_path / "a").write_text("ours 1", encoding="utf-8")
    told = run(tmp_path, "os.setuid(65534)", "write_all([file(folder / 'a', 'ours 2')])")
    assert told == f"OutputError: no permission to write to {tmp_path}"
    tmp_path.chmod(0o777)
    (tmp_path / "a").chmod(0o444)
    told = run(tmp_path, "os.setuid(65534)", "write_all([file(folder / 'a', 'ours 2'), file(folder / 'b', 'ours 2')])")
    assert told == f"OutputError: no permission to write to {tmp_path}"
    assert contents(tmp_path) == {"a": "ours 1"}


def test_when_files_may_not_grow_nothing_changes(tmp_path: Path) -> None:
    """The system refuses to write beyond a size, as on a full disk: the first file, too, stays the old one."""
    (tmp_path / "a").write_text("ours 1", encoding="utf-8")
    limit = f"resource.setrlimit(resource.RLIMIT_FSIZE, (1000, {resource.RLIM_INFINITY}))"
    told = run(tmp_path, limit, "write_all([file(folder / 'a', 'ours 2'), file(folder / 'b', 'ours' * 1000)])")
    assert told == "OutputError: no space left to write the files"
    assert contents(tmp_path) == {"a": "ours 1"}


@pytest.mark.skipif(not AS_ROOT or sys.platform != "linux", reason="needs a file system of its own")
def test_on_a_full_disk_nothing_changes(tmp_path: Path) -> None:
    """A disk of 64 KiB holds the old file and not the new ones."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tmp_path], check=False)
    if mounted.returncode != 0:
        pytest.skip("cannot mount here")
    try:
        (tmp_path / "a").write_text("ours 1", encoding="utf-8")
        with pytest.raises(OutputError, match="no space left"):
            write_all([file(tmp_path / "a", "ours 2"), file(tmp_path / "b", "ours" * 100_000)])
        assert contents(tmp_path) == {"a": "ours 1"}
    finally:
        subprocess.run(["umount", tmp_path], check=True)


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # Ctrl-C may fall between an open and its with
@pytest.mark.parametrize("old", [{"a": "ours 1", "b": "ours 1"}, {"b": "ours 1"}, {}])
def test_ctrl_c_at_any_moment_leaves_all_or_none(tmp_path: Path, old: dict[str, str]) -> None:
    """Ctrl-C before and after every single call: the old files whole, or the new ones, and nothing left behind."""
    new = {"a": "ours 2", "b": "ours 2"}
    outcomes = set()
    moment = 0
    while True:
        folder = tmp_path / str(moment)
        folder.mkdir()
        for name, text in old.items():
            (folder / name).write_text(text, encoding="utf-8")
        interrupted = _interrupt(moment, [file(folder / name, text) for name, text in new.items()])
        assert contents(folder) in (old, new), moment
        outcomes.add((interrupted, contents(folder) == new))
        if not interrupted:
            break
        moment += 1
    gc.collect()  # here, where its warnings are expected
    assert moment > 50
    assert (True, False) in outcomes
    assert (False, True) in outcomes


def _interrupt(moment: int, files: list[OutputFile]) -> bool:
    """Write the files with KeyboardInterrupt raised at the n-th call or return; return whether it came to that."""
    events = 0
    armed = True

    def profile(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal events
        if event in {"call", "return", "c_call", "c_return"}:
            events += 1
            if armed and events == moment + 1:
                raise KeyboardInterrupt

    sys.setprofile(profile)
    try:
        write_all(files)
        armed = False
    except KeyboardInterrupt:
        return True
    finally:
        sys.setprofile(None)
    return False


def test_two_writers_at_once_do_not_mix(tmp_path: Path) -> None:
    """Six processes write three files again and again; at any time all three are of one writer."""
    code = program(
        "for turn in range(30):",
        "    text = f'ours {name} {turn}' * 500",
        "    write_all([file(folder / one, text) for one in ('a', 'b', 'c')])",
        "    with sole_writer([folder]):",
        "        assert len({(folder / one).read_text() for one in ('a', 'b', 'c')}) == 1",
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(number)]) for number in range(6)]
    assert [writer.wait() for writer in writers] == [0] * 6
    texts = contents(tmp_path)
    assert sorted(texts) == ["a", "b", "c"]
    assert len(set(texts.values())) == 1


def test_a_writer_that_never_ends_is_an_error(tmp_path: Path) -> None:
    """Another process holds the folder: an error instead of waiting for ever; when it is killed, its hold ends."""
    code = program("with sole_writer([folder]):", "    print('held', flush=True)", "    sys.stdin.read()")
    command = [sys.executable, "-c", code, str(tmp_path), "x"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(OutputError, match="another condasync is writing to"), sole_writer([tmp_path], patience=0):
            pass
        holder.kill()
        holder.wait()
    assert write_all([file(tmp_path / "a", "ours")]) == (tmp_path / "a",)
    assert contents(tmp_path) == {"a": "ours"}


def program(*lines: str) -> str:
    """Return a program that imports what the lines use; its arguments are the folder and a name."""
    head = """
        import os, resource, sys
        from pathlib import Path
        from condasync.errors import OutputError
        from condasync.lock.folder_lock import sole_writer
        from condasync.lock.output_files import OutputFile, write_all

        folder, name = Path(sys.argv[1]), sys.argv[2]

        def file(path, text):
            return OutputFile(path=path, text=text, is_ours=lambda text: text.startswith("ours"))
    """
    return textwrap.dedent(head) + "\n".join(lines)


def run(folder: Path, before: str, line: str) -> str:
    """Run a line in a process of its own, and return the error that it tells."""
    code = program(before, "try:", f"    {line}", "except OutputError as error:", "    print('OutputError:', error)")
    done = subprocess.run(
        [sys.executable, "-c", code, folder, "x"], capture_output=True, text=True, check=False, cwd=Path.cwd()
    )
    assert done.stderr == ""
    return done.stdout.strip()
