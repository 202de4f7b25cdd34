"""Opening a repodata.json with rattler, which reads it whole but parses no record: the check that it is one."""

from __future__ import annotations

import json
from pathlib import Path

import rattler

from condasync.errors import ChannelError
from condasync.model.record import Channel

_KEYS = frozenset({"packages", "packages.conda"})


def open_sparse(channel: Channel, subdir: str, path: Path) -> rattler.SparseRepoData:
    """Return the open file. Raises ChannelError that names it when it is no repodata: cut off, HTML, another JSON."""
    try:
        path.open("rb").close()
    except OSError as fault:
        raise ChannelError(f"{path}: cannot be read: {fault.strerror}", path=str(path)) from fault
    try:
        sparse = rattler.SparseRepoData(rattler.Channel(channel.base_url.public), subdir, path)
        # rattler takes any JSON object for repodata without packages; a server's error message must not pass as such.
        fine = sparse.record_count() > 0 or not _KEYS.isdisjoint(json.loads(path.read_bytes()))
    except (OSError, ValueError) as fault:
        raise _not_repodata(path, str(fault)) from fault
    if not fine:
        raise _not_repodata(path, "neither packages nor packages.conda is in it")
    return sparse


def _not_repodata(path: Path, why: str) -> ChannelError:
    return ChannelError(
        f"{path}: not a repodata.json: {why}",
        hints=("rebuild the channel's index, or leave the channel out",),
        path=str(path),
    )
