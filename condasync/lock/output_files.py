"""Writes a set of files all or none; whatever happens, the old ones stay whole."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from condasync.errors import OutputError
from condasync.lock.folder_lock import sole_writer

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DENIED: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_NEW_FILE_MODE: Final = 0o666  # the umask takes its part


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFile:
    """Name a file and its text. `is_ours` looks at the text of a file that stands there and allows to replace it."""

    path: Path
    text: str
    is_ours: Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """Replace `target` by `new`; the present file waits at `old` until all are replaced. `mode` is None without one."""

    target: Path
    new: Path
    old: Path
    content: bytes
    mode: int | None


def write_all(files: Sequence[OutputFile], *, first: Callable[[], object] | None = None) -> tuple[Path, ...]:
    """Write the files, all or none, and return the paths whose content changed.

    Missing folders are made. A symbolic link stays one: the file that it points to is replaced. A file with equal
    content is not touched. `first` runs once it is known that every file may be written, before any is. Raises
    OutputError: a file that is not ours, no place, no permission, not a file.
    """
    made: list[Path] = []
    try:
        for file in files:
            _make_folder(file.path.parent, made)
        targets = [_target(file.path) for file in files]
        with sole_writer([target.parent for target in targets]):
            changes = [change for file, target in zip(files, targets, strict=True) if (change := _change(file, target))]
            if first is not None:
                first()
            _replace_all(changes)
    except BaseException as error:
        _remove_folders(made)
        if isinstance(error, OSError):
            raise _explained(error) from error
        raise
    changed = {change.target for change in changes}
    return tuple(file.path for file, target in zip(files, targets, strict=True) if target in changed)


def _make_folder(folder: Path, made: list[Path]) -> None:
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        made.append(one)
        one.mkdir(exist_ok=True)


def _remove_folders(made: Sequence[Path]) -> None:
    for folder in reversed(made):
        with suppress(OSError):
            folder.rmdir()


def _target(path: Path) -> Path:
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():  # the link points to nowhere
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), target)
    return target


def _change(file: OutputFile, target: Path) -> _Change | None:
    """Return what there is to do for a file, None when its content is there already."""
    content = file.text.encode()
    mark = secrets.token_hex(6)
    change = _Change(
        target=target,
        new=target.with_name(f".{target.name}.{mark}.new"),
        old=target.with_name(f".{target.name}.{mark}.old"),
        content=content,
        mode=_mode(file.path, target),
    )
    if change.mode is None:
        return change
    present = target.read_bytes()
    if present == content:
        return None
    if not file.is_ours(present.decode("utf-8", errors="replace")):
        raise OutputError(
            f"{file.path} exists and condasync did not write it",
            hints=("write to another folder: -o DIR",),
            path=str(file.path),
        )
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), target)
    return change


def _mode(path: Path, target: Path) -> int | None:
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISREG(mode):
        return stat.S_IMODE(mode)
    kind = "a folder" if stat.S_ISDIR(mode) else "no regular file"
    raise OutputError(f"{path} is {kind}", hints=("write to another folder: -o DIR",), path=str(path))


def _replace_all(changes: Sequence[_Change]) -> None:
    """Write everything beside the old files first; then only renames are left, and those are undone when one fails."""
    begun: list[_Change] = []
    try:
        _rename_all(changes, begun)
        _remove_leftovers(changes)
    except BaseException:
        _to_the_end(partial(_undo, changes, begun))
        raise


def _rename_all(changes: Sequence[_Change], begun: list[_Change]) -> None:
    for change in changes:
        _write_new(change)
    for change in changes:
        if change.mode is not None:
            _keep_old(change)
    for change in changes:
        begun.append(change)
        change.new.replace(change.target)
    _sync_folders(changes)
    begun.clear()  # from here on the new files count, and nothing is to be undone


def _undo(changes: Sequence[_Change], begun: list[_Change]) -> None:
    _restore(begun)
    begun.clear()
    _remove_leftovers(changes)


def _to_the_end(step: Callable[[], None]) -> None:
    """Run a step that may be run again, to its end, also when Ctrl-C falls into it."""
    try:
        step()
    except KeyboardInterrupt:
        step()
        raise


def _write_new(change: _Change) -> None:
    descriptor = os.open(change.new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _NEW_FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(change.content)
        file.flush()
        os.fsync(file.fileno())
    if change.mode is not None:
        change.new.chmod(change.mode)


def _keep_old(change: _Change) -> None:
    try:
        os.link(change.target, change.old)
    except OSError:  # a file system without links
        change.old.write_bytes(change.target.read_bytes())
        change.old.chmod(change.mode or 0)


def _restore(begun: Sequence[_Change]) -> None:
    for change in reversed(begun):
        with suppress(OSError):
            if change.mode is None:
                change.target.unlink()
            else:
                change.old.replace(change.target)


def _remove_leftovers(changes: Sequence[_Change]) -> None:
    for change in changes:
        for leftover in (change.new, change.old):
            with suppress(OSError):
                leftover.unlink()


def _sync_folders(changes: Sequence[_Change]) -> None:
    for folder in {change.target.parent for change in changes}:
        with suppress(OSError):  # not every system lets a folder be opened or synced
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _explained(error: OSError) -> OutputError:
    path = os.fspath(error.filename) if error.filename is not None else ""
    place = f" to {Path(os.fsdecode(path)).parent}" if path else ""
    if error.errno in _FULL:
        return OutputError(
            f"no space left to write the files{place}", hints=("free some space, or write elsewhere: -o DIR",)
        )
    hints = ("write to another folder: -o DIR",)
    if error.errno in _DENIED:
        return OutputError(f"no permission to write{place}", hints=hints)
    return OutputError(f"cannot write{place}: {error.strerror}", hints=hints)
