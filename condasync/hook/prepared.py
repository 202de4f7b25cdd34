"""A lock that is fresh, and how it is told to what starts workers: environment variables and dask's configuration."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LOCK_VARIABLE = "CONDASYNC_LOCK"
DIGEST_VARIABLE = "CONDASYNC_LOCK_DIGEST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Hold a fresh lock: its absolute path and the sha256 of its bytes.

    `changed` says whether it was written just now, `stale` why; a lock can be stale in a way that changes no byte.
    `left_behind` names packages of the environment that are not in the lock, with the reason, as far as it is known.
    """

    lock: Path
    digest: str
    changed: bool
    stale: tuple[str, ...] = ()
    left_behind: tuple[str, ...] = ()

    @property
    def environment(self) -> Mapping[str, str]:
        """Return the environment variables that name the lock, for condasync and as dask's configuration."""
        own = {LOCK_VARIABLE: str(self.lock), DIGEST_VARIABLE: self.digest}
        return own | {f"DASK_{key.upper().replace('.', '__')}": value for key, value in self.dask_config.items()}

    @property
    def dask_config(self) -> Mapping[str, str]:
        """Return the keys of dask's configuration that name the lock; launchers carry them to the workers."""
        return {"condasync.lock": str(self.lock), "condasync.digest": self.digest}


def digest_of(lock: Path) -> str | None:
    """Return the sha256 of a file's bytes in hex, None when there is no such file."""
    try:
        return hashlib.sha256(lock.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None


@contextmanager
def in_force(prepared: Prepared) -> Iterator[None]:
    """Set the variables of this process and, where dask is installed, its configuration; put both back afterwards."""
    before = {name: os.environ.get(name) for name in prepared.environment}
    os.environ.update(prepared.environment)
    try:
        with _dask_config(prepared.dask_config):
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _dask_config(keys: Mapping[str, str]) -> Iterator[None]:
    try:
        import dask.config  # noqa: PLC0415 - an extra
    except ImportError:
        yield
    else:
        with dask.config.set(keys):
            yield
