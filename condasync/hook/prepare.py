"""Is the lock fresh? If not, make it anew. The one function behind all three forms of the hook."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path
from typing import Any, ClassVar, Literal

from condasync.errors import CondasyncError, LockFileError
from condasync.hook.child import answer_of
from condasync.hook.lock_memory import LockMemory, digests_of, local_paths
from condasync.hook.lock_options import LockOptions
from condasync.hook.prepared import Prepared, digest_of
from condasync.hook.stated import differences, made_from_files, with_stated
from condasync.lock import conda_lock_v1
from condasync.lock.lock_path import read_lock_text
from condasync.model.lockfile import LockFile
from condasync.settings import SolverChoice, read_settings

_SHOWN = 5
_log = logging.getLogger("condasync")


class StaleLockError(CondasyncError):
    """The lock is missing or no longer matches its inputs, and it was not to be made anew."""

    code = "stale-lock"
    exit_code: ClassVar[int] = 1


def prepare(
    *,
    prefix: str | PathLike[str] | None = None,
    files: Iterable[str | PathLike[str]] = (),
    output: str | PathLike[str] = ".",
    platforms: Iterable[str] = (),
    channels: Iterable[str] = (),
    python: str | None = None,
    cuda: str | None = None,
    virtual_packages: Iterable[str] = (),
    offline: bool = False,
    solver: SolverChoice = "auto",
    pin: Literal["relax", "exact", "none"] = "relax",
    more: Iterable[str] = (),
    refresh: bool = True,
) -> Prepared:
    """Make sure that `conda-lock.yml` in the folder `output` is fresh, and return where it is and its digest.

    The arguments are the options of `condasync export`; `more` holds further ones as words. Without `prefix` and
    `files` the environment of this interpreter is meant, or the files that the lock was made from. Raises the errors of
    `condasync export`, and with `refresh=False` StaleLockError instead of changing anything.
    """
    options = LockOptions(
        prefix=None if prefix is None else Path(fspath(prefix)),
        files=tuple(Path(fspath(file)) for file in files),
        output=Path(fspath(output)),
        platforms=tuple(platforms),
        channels=tuple(channels),
        python=python,
        cuda=cuda,
        virtual_packages=tuple(virtual_packages),
        offline=offline,
        solver=solver,
        pin=pin,
        more=tuple(more),
    )
    made = prepared(options, refresh=refresh, running=Path(sys.prefix), tell=_log.info)
    for text in made.left_behind:
        _log.warning("%s", text)
    return made


def prepared(
    options: LockOptions,
    *,
    refresh: bool = True,
    running: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Prepared:
    """Return the fresh lock of the options, made anew if need be; `tell` hears what takes time.

    `running` is the prefix to read where neither the options nor the lock name an input; None is the active one.
    """
    before = digest_of(options.lock)
    lock = None if before is None else conda_lock_v1.loads(read_lock_text(options.lock), path=str(options.lock))
    named = options.prefix is not None or options.files
    if running is not None and not named and (lock is None or not made_from_files(lock)):
        options = replace(options, prefix=running)
    asked = options if lock is None else with_stated(options, lock)
    memory = LockMemory(lock=options.lock, folder=read_settings(os.environ, Path.cwd()).cache_dir / "hook")
    stale = _why_stale(options, asked, lock)
    if not stale and before is not None:
        stale = memory.changes(before, strict=asked.strict)
        if stale and not refresh:
            stale = _changes(asked, memory, before)
    if stale and not refresh:
        raise StaleLockError(
            f"{options.lock} is stale: {_sentence(stale)}", hints=("make it anew: condasync export",), drifts=stale
        )
    if stale:
        tell(f"{options.lock} is stale: {_sentence(stale)}; making it anew")
        _make_anew(asked, memory)
    now = _digest(options.lock)
    return Prepared(
        lock=options.lock, digest=now, changed=now != before, stale=stale, left_behind=memory.left_behind(now)
    )


def _digest(lock: Path) -> str:
    digest = digest_of(lock)
    if digest is None:
        raise LockFileError(f"{lock}: vanished while it was looked at", path=str(lock))
    return digest


def _why_stale(options: LockOptions, asked: LockOptions, lock: LockFile | None) -> tuple[str, ...]:
    if lock is None:
        return ("there is none yet",)
    found = differences(options, lock)
    if found:
        return found
    named = options.files or options.prefix or options.included()
    data = answer_of((asked if named else options).check_words())["data"]
    return tuple(drift["text"] for drift in data["drifts"])


def _changes(options: LockOptions, memory: LockMemory, before: str) -> tuple[str, ...]:
    """Return what an export would change where local projects may have changed; nothing is written beside the lock."""
    sources = _sources(options)
    envelope = answer_of([*options.export_words(), "--check"])
    data = envelope["data"]
    if not data["changed_files"]:
        _refuse_no(envelope, f"{options.lock} is not what --strict wants")
        memory.remember(before, sources, _left_behind(data), strict=options.strict)
    return tuple(f"{path} would change: local projects did" for path in data["changed_files"])


def _make_anew(options: LockOptions, memory: LockMemory) -> None:
    sources = _sources(options)  # before they are built: an edit in between is seen the next time
    envelope = answer_of(options.export_words())
    _refuse_no(envelope, "the lock could not be made anew")
    memory.remember(_digest(options.lock), sources, _left_behind(envelope["data"]), strict=options.strict)


def _refuse_no(envelope: Mapping[str, Any], what: str) -> None:
    """Raise CondasyncError where an export ran and says no."""
    if envelope["exit_code"]:
        data = envelope["data"]
        why = [one["text"] for one in data["findings"] if one["severity"] == "error"]
        raise CondasyncError(
            f"{what}: {_sentence((*why, *_left_behind(data))) or 'condasync export says no'}",
            hints=("look at it by itself: condasync export",),
        )


def _sources(options: LockOptions) -> dict[str, str]:
    found = answer_of(options.capture_words())["data"]["packages"]
    return digests_of([*local_paths(found), *options.included()])


def _left_behind(data: Mapping[str, Any]) -> tuple[str, ...]:
    left = [one for one in data["outcomes"] if one["outcome"] == "unmapped"]
    return tuple(f"{one['package']} stays behind: {one['reason']['text']}" for one in left)


def _sentence(texts: tuple[str, ...]) -> str:
    more = len(texts) - _SHOWN
    return "; ".join(texts[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")
