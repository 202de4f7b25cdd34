"""The work of `condasync cluster sync`: once, or again and again."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from condasync.apply_wiring import secret_url
from condasync.cli.cluster_result import sync_result
from condasync.cli.cluster_watch import Follow, followed
from condasync.cli.progress import display
from condasync.cli.run import CommandResult, show
from condasync.cluster.connect import Door, connected
from condasync.cluster.manifest import read_lock
from condasync.cluster.offline import fetcher
from condasync.cluster.remote.parcel import Orders
from condasync.cluster.sync import sync
from condasync.errors import CondasyncError
from condasync.model.url import redact
from condasync.settings import Settings

COMMAND = "cluster sync"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Hold what the command line asks for."""

    lock: Path
    door: Door
    orders: Orders
    offline_workers: bool
    as_json: bool


def sync_once(asked: Asked, settings: Settings) -> CommandResult:
    """Bring the lock to the cluster and return what came of it."""
    read = read_lock(asked.lock)
    fetch = fetcher(settings.cache_dir / "cluster", partial(secret_url, settings)) if asked.offline_workers else None
    with connected(asked.door) as client, display(quiet=asked.as_json) as shown:
        told = sync(client, read, asked.orders, fetch=fetch, tell=shown.tell)
    return sync_result(told, read, as_json=asked.as_json)


def sync_on(asked: Asked, follow: Follow, settings: Settings) -> CommandResult:
    """Bring the lock to the cluster now and whenever it changes, until somebody ends it; each time is shown.

    The first time has to succeed as far as the cluster is reached; later faults are shown, and the next change tries
    again.
    """
    begun = False
    for _ in followed(follow, settings, tell=_tell):
        try:
            result = sync_once(asked, settings)
        except CondasyncError as error:
            if not begun:
                raise
            result = CommandResult(data={}, exit_code=error.exit_code, errors=(error,))
        show(COMMAND, result, as_json=asked.as_json)
        if not begun:
            begun = True
            _tell(f"following {asked.lock}; end with Ctrl-C")
    raise AssertionError


def _tell(text: str) -> None:
    sys.stderr.write(f"{redact(text)}\n")
    sys.stderr.flush()
