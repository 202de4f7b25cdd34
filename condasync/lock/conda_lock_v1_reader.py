"""Reads the conda-lock v1 format into a lock value, and says where a file breaks its rules."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import Final, Literal

from condasync.errors import DuplicateRowError, LockFileError
from condasync.lock.table import Table
from condasync.lock.yaml_document import YamlError, load_yaml
from condasync.model.lockfile import LockedPackage, LockFile, LockMetadata

_VERSION: Final = 1
_TOP: Final = frozenset({"version", "metadata", "package"})
_METADATA: Final = frozenset(
    {
        "content_hash",
        "channels",
        "platforms",
        "sources",
        "time_metadata",
        "git_metadata",
        "inputs_metadata",
        "custom_metadata",
    }
)
_CHANNEL: Final = frozenset({"url", "used_env_vars"})
_ROW: Final = frozenset(
    {
        "name",
        "version",
        "manager",
        "platform",
        "dependencies",
        "url",
        "hash",
        "source",
        "build",
        "category",
        "optional",
    }
)
_HASH: Final = frozenset({"md5", "sha256"})
_MD5: Final = re.compile(r"[0-9a-f]{32}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_MAKE_ANEW: Final = ("make the lock anew: condasync export",)


def read_lock(text: str, *, path: str) -> LockFile:
    """Return the lock that a conda-lock v1 text holds. Raises LockFileError with `path` and `key`."""
    top = _top(text, path)
    metadata = _metadata(top.table("metadata"))
    packages = _packages(top, frozenset(metadata.platforms))
    return LockFile(packages=packages, metadata=metadata)


def _top(text: str, path: str) -> Table:
    try:
        document = load_yaml(text)
    except YamlError as error:
        raise LockFileError(
            f"{path}:{error.line}: not YAML: {error.problem}", hints=_MAKE_ANEW, path=path, line=error.line
        ) from None
    if not isinstance(document, dict):
        raise LockFileError(f"{path}: not a lock file: no mapping at its top", hints=_MAKE_ANEW, path=path)
    top = Table(value=document, path=path)
    version = document.get("version")
    if version is None:
        raise top.fail(
            "a required value is missing", "version", hints=("condasync reads conda-lock files of version 1",)
        )
    if version != _VERSION or isinstance(version, bool):
        hint = "condasync reads conda-lock files of version 1"
        raise top.fail(f"the version {version!r} is not known", "version", hints=(hint,))
    top.refuse_keys_beside(_TOP)
    return top


def _metadata(table: Table) -> LockMetadata:
    table.refuse_keys_beside(_METADATA)
    if "content_hash" not in table.value:
        raise table.fail("a required value is missing", "content_hash")
    platforms = table.texts("platforms")
    if len(set(platforms)) != len(platforms):
        raise table.fail("a platform stands twice", "platforms")
    return LockMetadata(
        content_hash=table.pairs("content_hash"),
        channels=_channels(table),
        platforms=platforms,
        sources=table.texts("sources"),
        custom=table.pairs("custom_metadata"),
    )


def _channels(table: Table) -> tuple[str, ...]:
    items = table.items("channels")
    if all(isinstance(one, str) for one in items):
        return tuple(items)
    channels = []
    for channel in table.tables("channels"):
        channel.refuse_keys_beside(_CHANNEL)
        channels.append(channel.text("url"))
    return tuple(channels)


def _packages(top: Table, platforms: frozenset[str]) -> tuple[LockedPackage, ...]:
    """Return one value per (name, manager, platform); rows that differ in category only become one."""
    rows: defaultdict[tuple[str, str, str], list[LockedPackage]] = defaultdict(list)
    for table in top.tables("package"):
        row = _row(table)
        if row.platform not in platforms:
            raise table.fail(f"the platform {row.platform!r} is not among the lock's platforms", "platform")
        twins = rows[(row.name, row.manager, row.platform)]
        if any(row.category == twin.category for twin in twins):
            raise _twice(table, row, "")
        if twins and _without_category(twins[0]) != _without_category(row):
            raise _twice(table, row, ", differently")
        twins.append(row)
    return tuple(_one(rows[key]) for key in sorted(rows))


def _twice(table: Table, row: LockedPackage, how: str) -> DuplicateRowError:
    failed = table.fail(f"{row.manager} package {row.name!r} is locked twice for {row.platform}{how}")
    return DuplicateRowError(failed.message, hints=failed.hints, package=row.name, **failed.facts)


def _without_category(row: LockedPackage) -> LockedPackage:
    return replace(row, category="", optional=False)


def _one(rows: list[LockedPackage]) -> LockedPackage:
    first, *others = sorted(rows, key=lambda row: (row.category != "main", row.category))
    return replace(first, more_categories=tuple(row.category for row in others)) if others else first


def _row(table: Table) -> LockedPackage:
    table.refuse_keys_beside(_ROW)
    manager = _manager(table)
    md5, sha256 = _digests(table, manager)
    if "optional" not in table.value:
        raise table.fail("a required value is missing", "optional")
    return LockedPackage(
        manager=manager,
        name=table.text("name"),
        version=table.text("version"),
        platform=table.text("platform"),
        url=table.text("url"),
        md5=md5,
        sha256=sha256,
        dependencies=table.pairs("dependencies"),
        category=table.text("category") if "category" in table.value else "main",
        optional=table.flag("optional", default=False),
        build=table.optional_text("build"),
        direct_url=table.table("source").text("url") if table.value.get("source") is not None else None,
    )


def _manager(table: Table) -> Literal["conda", "pip"]:
    match table.text("manager"):
        case "conda":
            return "conda"
        case "pip":
            return "pip"
        case other:
            raise table.fail(f"expected 'conda' or 'pip', found {other!r}", "manager")


def _digests(table: Table, manager: str) -> tuple[str | None, str | None]:
    """Return md5 and sha256. A conda row must have an md5; pip rows of git references hold other things there."""
    digests = table.table("hash")
    digests.refuse_keys_beside(_HASH)
    md5, sha256 = digests.optional_text("md5"), digests.optional_text("sha256")
    if manager == "conda":
        if md5 is None:
            raise digests.fail("a conda package needs a digest", "md5")
        if not _MD5.fullmatch(md5):
            raise digests.fail("expected 32 hexadecimal digits", "md5")
        if sha256 is not None and not _SHA256.fullmatch(sha256):
            raise digests.fail("expected 64 hexadecimal digits", "sha256")
    return md5, sha256
