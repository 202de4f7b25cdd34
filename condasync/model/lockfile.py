"""A lock file as a value, independent of any format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedPackage:
    """Pin one package for one platform by URL and digest.

    `dependencies` are (name, constraint) pairs sorted by name; `category` is "main" unless an input says otherwise;
    `build` is known for conda rows; `url` carries no credential. `more_categories` are the further categories of a
    package that several optional groups want (never with "main" among them); conda-lock v1 writes one row for each.
    `direct_url` is the reference that a pip row was asked for by (PEP 508 `name @ url`), when it was.
    """

    manager: Literal["conda", "pip"]
    name: str
    version: str
    platform: str
    url: str
    md5: str | None
    sha256: str | None
    dependencies: tuple[tuple[str, str], ...] = ()
    category: str = "main"
    optional: bool = False
    build: str | None = None
    more_categories: tuple[str, ...] = ()
    direct_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LockMetadata:
    """Say what a lock was made from.

    `content_hash` maps each platform to conda-lock's hash of the specs; `sources` are paths relative to the lock's
    folder; `custom` are sorted (key, value) pairs that conda-lock keeps as `custom_metadata`; `channels` are channel
    names or URLs without credentials.
    """

    content_hash: tuple[tuple[str, str], ...]
    channels: tuple[str, ...]
    platforms: tuple[str, ...]
    sources: tuple[str, ...]
    custom: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LockFile:
    """Hold a whole lock; packages sorted by (name, manager, platform), no (manager, name, platform) twice."""

    packages: tuple[LockedPackage, ...]
    metadata: LockMetadata
