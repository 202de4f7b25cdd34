"""The prefix that a worker's host makes of a lock before the worker starts."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dask.config

from condasync.errors import ApplyError, ChannelError, CondasyncError, LockFileError, UsageError
from condasync.settings import WorkerSettings

_PROBE = """
import importlib.util, sys
sys.path[:] = filter(None, sys.path)  # what lies in the working folder is not in the prefix
import distributed.cli.dask_worker
print(importlib.util.find_spec("condasync") is not None)
"""
_CHANGED = (
    "the lock was made anew since what starts the workers was told its digest: start that again, by condasync hook",
    "or the lock of this machine is an old one: bring the new one here",
    "without CONDASYNC_LOCK_DIGEST and condasync.digest any lock is taken",
)
_WHERE = "set CONDASYNC_LOCK, or condasync.lock in dask's configuration, to the path of the lock on this machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockOrder:
    """Say which lock a host shall have where; `digest` is the sha256 that the lock's file must have, None for any."""

    lock: Path
    digest: str | None
    prefix: Path | None
    artifacts: tuple[Path, ...]
    offline: bool
    cache_dir: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerPrefix:
    """Hold a prefix that can run a worker; `digest` is the sha256 of the lock that it was made of."""

    path: Path
    lock: Path
    digest: str
    has_condasync: bool

    @property
    def python(self) -> Path:
        """Return the prefix's interpreter."""
        return self.path / "bin" / "python"


def read_order(settings: WorkerSettings) -> LockOrder:
    """Return what the environment variables say, and where they are silent dask's configuration.

    Raises UsageError when neither names a lock.
    """
    lock = settings.lock or _configured("lock")
    if not lock:
        raise UsageError("no lock is named for this worker", hints=(_WHERE,))
    digest = settings.lock_digest or _configured("digest")
    prefix = settings.prefix or _configured("prefix")
    artifacts = settings.artifacts or _configured("artifacts") or ()
    return LockOrder(
        lock=Path(str(lock)).absolute(),
        digest=str(digest).lower() if digest else None,
        prefix=Path(str(prefix)).absolute() if prefix else None,
        artifacts=tuple(Path(one).absolute() for one in ([artifacts] if isinstance(artifacts, str) else artifacts)),
        offline=settings.offline or bool(_configured("offline")),
        cache_dir=settings.cache_dir,
    )


def _configured(key: str) -> Any:
    """Return a value of dask's configuration with its $VARIABLES filled in, None where it has none."""
    return dask.config.expand_environment_variables(dask.config.get(f"condasync.{key}", None))


def make_prefix(order: LockOrder) -> WorkerPrefix:
    """Make the prefix of an order equal to its lock, if it is not yet, and prove that a worker would start from it.

    Raises LockFileError for a lock that cannot be read or is another one than was meant, else what `apply` raises.
    """
    digest = verified_digest(order)
    prefix = order.prefix or default_prefix(order.cache_dir, digest)
    _apply(order, prefix)
    if verified_digest(order) != digest:
        raise LockFileError(
            f"{order.lock}: changed while the prefix was made of it",
            hints=("restart the worker",),
            path=str(order.lock),
        )
    return WorkerPrefix(path=prefix, lock=order.lock, digest=digest, has_condasync=_probe(prefix))


def default_prefix(cache_dir: Path, digest: str) -> Path:
    """Return the prefix of a lock that is made where none is named: one for all workers of a host with this lock."""
    return cache_dir.absolute() / "prefixes" / digest[:16]


def verified_digest(order: LockOrder) -> str:
    """Return the sha256 of the lock's file; raise LockFileError when it cannot be read or is not the expected one."""
    try:
        found = hashlib.sha256(order.lock.read_bytes()).hexdigest()
    except OSError as error:
        raise LockFileError(
            f"{order.lock}: the lock cannot be read on this machine: {error.strerror}",
            hints=("put the lock where this machine sees it", _WHERE),
            path=str(order.lock),
        ) from error
    if order.digest not in {None, found}:
        raise LockFileError(
            f"{order.lock}: is another lock than was meant: its sha256 is {found}, expected is {order.digest}",
            hints=_CHANGED,
            path=str(order.lock),
        )
    return found


def _apply(order: LockOrder, prefix: Path) -> None:
    command = [sys.executable, "-m", "condasync", "apply", str(order.lock), "--prefix", str(prefix), "--json"]
    for folder in order.artifacts:
        command += ["--artifacts", str(folder)]
    if order.offline:
        command.append("--offline")
    if prefix.exists() and prefix.samefile(sys.prefix):
        command.append("--own-prefix")
    done = _run(command, capture_errors=False)
    if done.returncode:
        raise _apply_error(order.lock, done)


def _apply_error(lock: Path, done: subprocess.CompletedProcess[str]) -> CondasyncError:
    """Return what `condasync apply --json` said as the error that it was."""
    kinds: dict[int, type[CondasyncError]] = {2: UsageError, 6: LockFileError, 8: ChannelError}
    kind = kinds.get(done.returncode, ApplyError)
    try:
        told = json.loads(done.stdout)["errors"][0]
        return kind(str(told["message"]), hints=tuple(map(str, told.get("hints", ()))))
    except (ValueError, LookupError, TypeError):
        return kind(f"{lock}: `condasync apply` ended with exit code {done.returncode}; what it said stands above")


def _probe(prefix: Path) -> bool:
    """Return whether a prefix has condasync; raise ApplyError when a worker could not start from it."""
    python = prefix / "bin" / "python"
    hint = "the lock must hold python and distributed for this kind of machine"
    try:
        done = _run([str(python), "-c", _PROBE], capture_errors=True)
    except OSError as error:
        message = f"{prefix}: its Python cannot be started: {error.strerror}"
        raise ApplyError(message, hints=(hint,), prefix=str(prefix)) from error
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise ApplyError(f"{prefix}: no worker starts from it: {said}", hints=(hint,), prefix=str(prefix))
    return done.stdout.split()[-1:] == ["True"]


def _run(command: Sequence[str], *, capture_errors: bool) -> subprocess.CompletedProcess[str]:
    with _default_signals():
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if capture_errors else None,
            text=True,
            encoding="utf-8",
            errors="replace",
            env={name: value for name, value in os.environ.items() if name != "PYTHONHOME"},
            check=False,
        )


@contextmanager
def _default_signals() -> Iterator[None]:
    """Let a signal end this process at once, though the event loop that waits for it stands still meanwhile."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_DFL) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, action in before.items():
            signal.signal(number, action)
