"""Reads a `pylock.toml` that condasync wrote."""

from __future__ import annotations

import sys
from typing import Any, Final

from condasync.errors import LockFileError
from condasync.lock.table import Table
from condasync.model.lockfile import LockedPackage, LockFile, LockMetadata

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_VERSION: Final = "1.0"
_FOREIGN: Final = ("condasync reads those that it wrote: they state for which platforms they are",)


def read_pylock(text: str, *, path: str) -> LockFile:
    """Return the lock of a PEP 751 file with condasync's own facts. Raises LockFileError with `path` and `key`."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LockFileError(f"{path}: not TOML: {error}", path=path) from None
    top = Table(value=document, path=path)
    version = top.text("lock-version")
    if version != _VERSION:
        raise top.fail(f"the version {version!r} is not known", "lock-version")
    own = _own(top)
    if own is None:
        raise top.fail("a required value is missing", "tool.condasync", hints=_FOREIGN)
    platforms = own.texts("platforms")
    rows = [row for package in top.tables("packages") for row in _rows(package, platforms)]
    metadata = LockMetadata(content_hash=(), channels=(), platforms=platforms, sources=())
    return LockFile(packages=tuple(sorted(rows, key=lambda row: (row.name, row.platform))), metadata=metadata)


def _own(table: Table) -> Table | None:
    tool = table.table("tool") if "tool" in table.value else None
    return tool.table("condasync") if tool is not None and "condasync" in tool.value else None


def _rows(package: Table, platforms: tuple[str, ...]) -> list[LockedPackage]:
    own = _own(package)
    if own is None:
        raise package.fail("a required value is missing", "tool.condasync", hints=_FOREIGN)
    on = own.texts("platforms")
    strange = [platform for platform in on if platform not in platforms]
    if strange:
        raise own.fail(f"the platform {strange[0]!r} is not among the lock's platforms", "platforms")
    file = _file(package)
    hashes = file.table("hashes")
    categories = own.texts("categories") if "categories" in own.value else ("main",)
    return [
        LockedPackage(
            manager="pip",
            name=package.text("name"),
            version=package.text("version"),
            platform=platform,
            url=file.text("url"),
            md5=hashes.optional_text("md5"),
            sha256=hashes.optional_text("sha256"),
            dependencies=own.pairs("dependencies"),
            category=categories[0],
            optional=categories[0] != "main",
            more_categories=categories[1:],
            direct_url=own.optional_text("direct-url"),
        )
        for platform in on
    ]


def _file(package: Table) -> Table:
    """Return the one file that a package is locked as."""
    for key in ("archive", "sdist"):
        if key in package.value:
            return package.table(key)
    wheels: Any = package.items("wheels")
    if len(wheels) != 1:
        raise package.fail(f"one wheel is wanted, found {len(wheels)}", "wheels")
    return next(package.tables("wheels"))
