"""The manifest of the bundled snapshot: which lock files of which sdists it is made from."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import Any

from condasync.errors import ChannelError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TEXT = re.compile(r".+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotSource:
    """Pin one lock file: `member` is its path below the top folder of the sdist, `sha256` the sdist's digest."""

    name: str
    version: str
    sha256: str
    member: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Say what a snapshot is made from; `date` is YYYY-MM-DD, the first source counts most."""

    date: str
    subdirs: tuple[str, ...]
    sources: tuple[SnapshotSource, ...]


def read_manifest(text: str, *, path: str) -> Manifest:
    """Return the manifest that a TOML text holds, raise ChannelError with `path` and the key at fault."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise ChannelError(f"{path}: not TOML: {fault}", path=path) from fault
    sources = table.get("source")
    if not isinstance(sources, list) or not sources:
        raise ChannelError(f"{path}: [[source]] is missing", path=path)
    return Manifest(
        date=_match(table, "date", _DATE, f"{path}: date must be a date YYYY-MM-DD"),
        subdirs=_subdirs(table, path),
        sources=tuple(_source(source, f"{path}: source[{number}]") for number, source in enumerate(sources)),
    )


def _source(table: Any, where: str) -> SnapshotSource:
    if not isinstance(table, dict):
        raise ChannelError(f"{where} must be a table, not {table!r}")
    return SnapshotSource(
        name=_match(table, "name", _TEXT, f"{where}.name must be a text"),
        version=_match(table, "version", _TEXT, f"{where}.version must be a text"),
        sha256=_match(table, "sha256", _SHA256, f"{where}.sha256 must be 64 hex digits"),
        member=_match(table, "member", _TEXT, f"{where}.member must be a text"),
    )


def _match(table: dict[str, Any], key: str, form: re.Pattern[str], demand: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not form.fullmatch(value):
        raise ChannelError(f"{demand}, not {value!r}")
    return value


def _subdirs(table: dict[str, Any], path: str) -> tuple[str, ...]:
    value = table.get("subdirs")
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        raise ChannelError(f"{path}: subdirs must be a list of texts, not {value!r}", path=path)
    return tuple(value)
