"""What `apply` was asked for, and what it did."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from condasync.model.finding import Finding
from condasync.model.lockfile import LockedPackage, LockFile
from condasync.model.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyQuestion:
    """Hold what was asked: `prefix` shall be what `lock` says for `platform` (None: the machine's own).

    `lock_folder` is where the lock lies; `artifacts` are folders of package files; `own_prefix` allows to change the
    prefix that this process runs from.
    """

    lock: LockFile
    lock_folder: Path
    prefix: Path
    platform: str | None = None
    dry_run: bool = False
    offline: bool = False
    artifacts: tuple[Path, ...] = ()
    own_prefix: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFile:
    """Hold the file of a locked package on this disk, its digest verified; `fetched` says that this run brought it."""

    row: LockedPackage
    path: Path
    fetched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Hold the files that an apply needs: what lies on this disk, and what is still to be downloaded."""

    here: tuple[PackageFile, ...]
    missing: tuple[LockedPackage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """Hold what an apply did, or under a dry run would do.

    `plan` leads from the prefix as it was to the lock; `downloaded` is in bytes; `to_download` are the file names that
    are not on this disk (a dry run does not fetch them), `to_download_bytes` their size, None where it is not known;
    `changed` says whether the prefix is another one now.
    """

    prefix: str
    platform: str
    plan: Plan
    changed: bool
    downloaded: int = 0
    to_download: tuple[str, ...] = ()
    to_download_bytes: int | None = 0
    findings: tuple[Finding, ...] = ()
