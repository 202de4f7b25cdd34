"""Build a channel snapshot from lock files that others published: every `- conda: URL` entry is a channel record."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import rattler
from rattler.exceptions import ParseCondaLockError

from condasync.channel.manifest import Manifest, SnapshotSource
from condasync.channel.record import record_from_row
from condasync.channel.snapshot import CONDA_FORGE, Snapshot
from condasync.errors import ChannelError
from condasync.model.record import ChannelRecord

MIRRORS = frozenset({"conda.anaconda.org", "prefix.dev", "repo.prefix.dev"})
_PATH = re.compile(r"/conda-forge/(?P<subdir>[a-z0-9-]+)/(?P<file>[^/]+\.(conda|tar\.bz2))")


@dataclass(frozen=True, slots=True, kw_only=True)
class LockText:
    """Hold the text of one lock file (pixi.lock v5 to v7) and where it came from."""

    source: SnapshotSource
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """Hold the records of some locks, sorted, and the file names on whose digests the locks disagree."""

    records: tuple[ChannelRecord, ...]
    disputed: tuple[str, ...]


def build_snapshot(manifest: Manifest, locks: Sequence[LockText]) -> Snapshot:
    """Return the snapshot that a manifest describes; equal locks give an equal snapshot.

    Raises ChannelError when a lock cannot be read or a source of the manifest has no lock.
    """
    missing = [
        f"{source.name} {source.version}" for source in manifest.sources if all(lock.source != source for lock in locks)
    ]
    if missing:
        raise ChannelError(f"no text was given for {', '.join(missing)}")
    found = harvest(locks, subdirs=manifest.subdirs)
    return Snapshot(channel=CONDA_FORGE, date=manifest.date, sources=manifest.sources, records=found.records)


def harvest(locks: Iterable[LockText], *, subdirs: Sequence[str]) -> Harvest:
    """Return the conda-forge records of the locks for some subdirs.

    A record needs md5 and sha256. Where locks tell of one file with other digests, it is left out and named; where they
    tell of other `depends` (channels patch them), the first lock counts.
    """
    known: dict[tuple[str, str], ChannelRecord] = {}
    disputed: set[tuple[str, str]] = set()
    for lock in locks:
        for record in _records(lock):
            key = (record.subdir, record.file_name)
            if record.subdir not in subdirs or not record.md5 or not record.sha256:
                continue
            first = known.setdefault(key, record)
            if (first.md5, first.sha256) != (record.md5, record.sha256):
                disputed.add(key)
    kept = sorted(known.keys() - disputed)
    return Harvest(
        records=tuple(known[key] for key in kept), disputed=tuple(file_name for _, file_name in sorted(disputed))
    )


def _records(lock: LockText) -> Iterator[ChannelRecord]:
    for url, row in _rows(lock):
        parts = urlsplit(url)
        place = _PATH.fullmatch(parts.path)
        if place is None or parts.hostname not in MIRRORS:
            continue
        subdir, file_name = place["subdir"], place["file"]
        record = record_from_row(
            row,
            channel=CONDA_FORGE.name,
            url=f"{CONDA_FORGE.base_url.public}/{subdir}/{file_name}",
            file_name=file_name,
            subdir=subdir,
        )
        # A lock adds where it learned of a purl ("?source=..."), which is no fact of the package.
        yield replace(record, purls=tuple(sorted({purl.partition("?")[0] for purl in record.purls})))


def _rows(lock: LockText) -> Iterator[tuple[str, dict[str, Any]]]:
    with tempfile.TemporaryDirectory() as folder:  # rattler reads lock files by path only
        path = Path(folder) / "pixi.lock"
        path.write_text(lock.text, encoding="utf-8")
        try:
            read = rattler.LockFile.from_path(path)
        except (OSError, ValueError, ParseCondaLockError) as fault:
            raise ChannelError(
                f"{lock.source.name} {lock.source.version}: {lock.source.member} is no lock file: {fault}",
                path=lock.source.member,
            ) from fault
        seen: set[str] = set()
        for _, environment in read.environments():
            for packages in environment.packages_by_platform().values():
                for package in packages:
                    record = getattr(package, "package_record", None)
                    if record is not None and package.location not in seen:
                        seen.add(package.location)
                        yield package.location, json.loads(record.to_json())
