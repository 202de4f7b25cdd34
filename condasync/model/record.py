"""Packages as a channel's repodata states them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from condasync.model.url import Url


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Name a place of conda packages.

    `name` is what a lock and an environment.yml say (`conda-forge`, a URL without credentials, `file:///...`);
    `base_url` is the URL above the subdirs, without a slash at its end.
    """

    name: str
    base_url: Url


@dataclass(frozen=True, slots=True, kw_only=True)
class RepodataFile:
    """Locate the plain `repodata.json` of one subdir of one channel on disk; `sha256` is the digest of that file."""

    channel: Channel
    subdir: str
    path: Path
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRecord:
    """Hold one row of repodata; fields and spellings as there.

    `channel` is the channel's name, `url` the package's full URL without credentials, `size` is in bytes,
    `timestamp` in milliseconds, `noarch` is "python", "generic" or None.
    """

    name: str
    version: str
    build: str
    build_number: int
    subdir: str
    file_name: str
    channel: str
    url: str
    depends: tuple[str, ...] = ()
    constrains: tuple[str, ...] = ()
    md5: str | None = None
    sha256: str | None = None
    size: int | None = None
    timestamp: int | None = None
    license: str | None = None
    noarch: str | None = None
    track_features: tuple[str, ...] = ()
    purls: tuple[str, ...] = ()
    python_site_packages_path: str | None = None
