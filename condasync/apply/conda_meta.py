"""The records in conda-meta: what they own, and what they shall say of where a package came from."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from condasync.model.lockfile import LockedPackage
from condasync.model.url import Url

_MODE = 0o644
_HIDDEN = ".condasync-broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaRecord:
    """Hold one file of conda-meta; `files` are the paths that the package owns, below the prefix."""

    file_name: str
    name: str
    version: str
    noarch: str | None
    files: tuple[str, ...]
    site_packages: str | None


def read_records(prefix: Path) -> tuple[MetaRecord, ...]:
    """Return the records of a prefix, () when it has none. A file that cannot be read is left out, as capture does."""
    found = map(_record, _record_files(prefix))
    return tuple(record for record in found if record is not None)


def _record_files(prefix: Path) -> list[Path]:
    return sorted((prefix / "conda-meta").glob("[!.]*.json"))


def _record(path: Path) -> MetaRecord | None:
    try:
        return _stated(path.name, json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _stated(file_name: str, row: Mapping[str, Any]) -> MetaRecord:
    return MetaRecord(
        file_name=file_name,
        name=str(row["name"]),
        version=str(row["version"]),
        noarch=row.get("noarch") or None,
        files=tuple(path for path in row.get("files") or () if isinstance(path, str) and is_below(path)),
        site_packages=row.get("python_site_packages_path"),
    )


def twins_in(records: Iterable[MetaRecord]) -> frozenset[str]:
    """Return the names that several records have, as an interrupted update of another tool leaves them."""
    return frozenset(name for name, count in Counter(record.name for record in records).items() if count > 1)


def is_below(path: str) -> bool:
    """Return whether a path of a package stays below the prefix."""
    return {"", ".."}.isdisjoint(path.split("/"))


@contextmanager
def broken_records_hidden(prefix: Path) -> Iterator[None]:
    """Give the records that cannot be read another name for a while: rattler would refuse the whole prefix."""
    broken = [path for path in _record_files(prefix) if _record(path) is None]
    for path in broken:
        path.rename(f"{path}{_HIDDEN}")
    yield
    for path in broken:
        Path(f"{path}{_HIDDEN}").rename(path)


def owned_by(records: Iterable[MetaRecord]) -> frozenset[str]:
    """Return the paths that packages own, below the prefix."""
    return frozenset(path for record in records for path in record.files)


def state_origin(prefix: Path, rows: Iterable[LockedPackage], requested: Collection[str]) -> None:
    """Write into the records of packages just linked where the lock has them from, instead of the cache.

    `requested` are the names that were asked for. rattler leaves the files readable for their owner only, and a prefix
    is often read by others.
    """
    wanted = {row.name: row for row in rows}
    for record in read_records(prefix):
        row = wanted.get(record.name)
        if row is None:
            continue
        path = prefix / "conda-meta" / record.file_name
        content: dict[str, Any] = json.loads(path.read_bytes())
        content["url"] = Url(row.url).public
        content["channel"] = channel_of_package(content["url"], content["subdir"])
        if row.name in requested:
            content |= {"requested_spec": row.name, "requested_specs": [row.name]}
        part = path.with_name(f".{path.name}.part")
        part.write_text(json.dumps(content, indent=2), encoding="utf-8")
        part.chmod(_MODE)
        part.replace(path)


def channel_of_package(url: str, subdir: str) -> str:
    """Return the URL of the channel that a package's URL implies, with a slash at its end."""
    folder = url.rpartition("/")[0]
    return f"{folder.removesuffix(f'/{subdir}')}/"
