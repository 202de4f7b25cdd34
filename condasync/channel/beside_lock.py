"""Finds the packages of the channel folder beside a lock, where the lock lies now."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from condasync.convert.channel_folder import CHANNEL, FOLDER_NAME, below_lock, in_channel_folder, is_channel_folder
from condasync.model.finding import Finding
from condasync.model.lockfile import LockedPackage, LockFile


def located_lock(lock: LockFile, folder: Path) -> LockFile:
    """Return a lock that was read in `folder` with every package built here at its place on this disk.

    A `file://` URL that leads nowhere, as older locks hold them, is looked for in the channel folder beside the lock.
    """
    rows = tuple(replace(row, url=located_url(row.url, folder)) if row.url else row for row in lock.packages)
    channels = tuple(_located_channel(channel, folder) for channel in lock.metadata.channels)
    return replace(lock, packages=rows, metadata=replace(lock.metadata, channels=channels))


def located_url(url: str, folder: Path) -> str:
    """Return the `file://` URL of a package that a lock in `folder` names; a URL of another kind as it is."""
    below = below_lock(url)
    if below is not None:
        return (folder.resolve() / below).as_uri()
    inside = in_channel_folder(url)
    if inside is None or _path(url).exists():
        return url
    beside = folder.resolve() / FOLDER_NAME / inside
    return beside.as_uri() if beside.exists() else url


def lost_packages(lock: LockFile, folder: Path) -> tuple[Finding, ...]:
    """Return a finding for each package of the channel folder that is not there, or is another file than was locked."""
    found = (_lost(row, folder) for row in lock.packages if row.manager == "conda")
    return tuple(dict.fromkeys(one for one in found if one is not None))


def present_channels(lock: LockFile) -> tuple[str, ...]:
    """Return the channels of a located lock without a channel folder that is not there."""
    return tuple(one for one in lock.metadata.channels if not is_channel_folder(one) or _path(one).is_dir())


def located_channels(channels: Sequence[str], folders: Sequence[Path]) -> tuple[str, ...]:
    """Return the channels that files in these folders name: the one beside a file is meant by its relative name."""
    place = next((folder for folder in folders if (folder / FOLDER_NAME).is_dir()), None)
    return tuple(one if place is None or one != CHANNEL else _located_channel(one, place) for one in channels)


def _located_channel(channel: str, folder: Path) -> str:
    if not is_channel_folder(channel):
        return channel
    named_by_place = channel == CHANNEL or below_lock(channel) is not None
    if not named_by_place and _path(channel).exists():
        return channel
    return (folder.resolve() / FOLDER_NAME).as_uri()


def _lost(row: LockedPackage, folder: Path) -> Finding | None:
    url = located_url(row.url, folder)
    if in_channel_folder(url) is None:
        return None
    path = _path(url)
    try:
        data = path.read_bytes()
    except OSError:
        text = f"{path.name} is not in {path.parent}: the folder {FOLDER_NAME} must lie beside the lock"
        return Finding(code="package-missing", severity="error", package=row.name, text=text, where=str(path))
    wrong = (row.sha256 and hashlib.sha256(data).hexdigest() != row.sha256) or (
        row.md5 and hashlib.md5(data, usedforsecurity=False).hexdigest() != row.md5
    )
    if not wrong:
        return None
    text = f"{path} is not the file that was locked: its digest is another"
    return Finding(code="package-differs", severity="error", package=row.name, text=text, where=str(path))


def _path(url: str) -> Path:
    from urllib.request import url2pathname  # noqa: PLC0415  brings http and ssl along, 15 ms

    return Path(url2pathname(urlsplit(url).path))
