"""The channel folder beside a lock: how a lock names it, and what lies in it, without a path of this machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote

from condasync.model.lockfile import LockFile

FOLDER_NAME: Final = "condasync-channel"
CHANNEL: Final = f"./{FOLDER_NAME}"
"""What a lock and an environment.yml call the channel: conda and mamba take it from the working directory."""

# Linux names the working directory of whoever reads the URL. So conda, mamba, rattler and conda-lock find the file, and
# a list that is rendered from the lock stays true elsewhere. Other systems have no such name; there conda-lock's own
# placeholders do.
_ON_LINUX: Final = "file:///proc/self/cwd/"
_FILLED_IN: Final = "file://$PWD/"
CHANNEL_URL: Final = f"{_ON_LINUX}{FOLDER_NAME}"
"""The same for what takes only URLs."""

_CONDA_LOCK: Final = "conda-lock-v1"
# conda and mamba read a path in a list, and fill nothing in; rattler reads neither.
_PLACES: Final[Mapping[str, str | None]] = MappingProxyType({"explicit": "./", "pixi-lock": None})
# rattler writes the placeholder in lower case, since it takes it for a host.
_BESIDE: Final = re.compile(
    r"file:///proc/self/cwd/|file://\$(?:PWD|\{PWD\})/|(?:\./)?(?=condasync-channel/)", re.IGNORECASE
)
_FILE: Final = re.compile(rf"file:.*/{FOLDER_NAME}(?:/(?P<below>[^/]+/[^/]+))?")


def portable_url(url: str, *, folder: str, platform: str, elsewhere: str | None = _FILLED_IN) -> str:
    """Return a package's URL as a lock in `folder` (a `file://` URL) holds it; other URLs as they are.

    `elsewhere` stands for the working directory on other platforms than Linux; with None the URL stays there.
    """
    start = f"{folder.rstrip('/')}/{FOLDER_NAME}/"
    place = _ON_LINUX if platform.startswith("linux-") else elsewhere
    if place is None or not url.startswith(start):
        return url
    return f"{place}{FOLDER_NAME}/{url.removeprefix(start)}"


def portable_channel(channel: str, *, folder: str) -> str:
    """Return a channel as a lock in `folder` (a `file://` URL) names it."""
    return CHANNEL if channel == f"{folder.rstrip('/')}/{FOLDER_NAME}" else channel


def portable_lock(lock: LockFile, *, folder: str, format_name: str = _CONDA_LOCK) -> LockFile:
    """Return a lock that works wherever the channel folder lies beside it; `folder` is a `file://` URL."""
    elsewhere = _PLACES.get(format_name, _FILLED_IN)
    rows = tuple(
        replace(row, url=portable_url(row.url, folder=folder, platform=row.platform, elsewhere=elsewhere))
        for row in lock.packages
    )
    channels = tuple(portable_channel(channel, folder=folder) for channel in lock.metadata.channels)
    return replace(lock, packages=rows, metadata=replace(lock.metadata, channels=channels))


def below_lock(url: str) -> str | None:
    """Return the path below the lock's folder that a row's URL names, None for a URL that names another place."""
    found = _BESIDE.match(url)
    return unquote(url[found.end() :]) if found else None


def is_placed_beside(url: str) -> bool:
    """Return whether a row's URL names a file by its place beside the lock."""
    return _BESIDE.match(url) is not None


def in_channel_folder(url: str) -> str | None:
    """Return `SUBDIR/FILE` of a package in some folder called `condasync-channel`, wherever the URL says it lies."""
    found = _FILE.fullmatch(url)
    return unquote(found["below"]) if found and found["below"] else None


def is_channel_folder(url: str) -> bool:
    """Return whether a URL or a name is that of a channel folder beside some lock."""
    found = _FILE.fullmatch(url)
    return url == CHANNEL or (found is not None and found["below"] is None)
