"""Join the rows of a lock to the records that channels have of them: a v1 row alone says too little to be checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from condasync.model.finding import Finding
from condasync.model.lockfile import LockedPackage, LockFile
from condasync.model.record import ChannelRecord
from condasync.seams import ChannelIndex

_NAME_PARTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedRows:
    """Hold one record per conda row of one platform; `findings` tell where a row had to speak for itself."""

    records: tuple[ChannelRecord, ...]
    findings: tuple[Finding, ...]


def join_rows(lock: LockFile, platform: str, index: ChannelIndex) -> JoinedRows:
    """Return the records of a lock's conda rows for one platform.

    A row finds its record by file name and subdir, or by digest where a mirror renamed it. A record whose digest
    disagrees is no match, and that is an error. A row without record keeps its own, looser, dependencies.
    """
    records: list[ChannelRecord] = []
    findings: list[Finding] = []
    for row in lock.packages:
        if row.platform != platform or row.manager != "conda":
            continue
        own = _own_record(row)
        found = next((one for one in index.records(row.name) if _same(one, own)), None)
        if found is None:
            findings.append(_not_on_channel(row))
        else:
            findings += _disagreements(row, found)
        records.append(found or own)
    return JoinedRows(records=tuple(records), findings=tuple(findings))


def _own_record(row: LockedPackage) -> ChannelRecord:
    path = unquote(urlsplit(row.url).path)
    folder, _, file_name = path.rpartition("/")
    subdir = folder.rpartition("/")[2]
    parts = file_name.removesuffix(".conda").removesuffix(".tar.bz2").rsplit("-", 2)
    build = row.build or (parts[2] if len(parts) == _NAME_PARTS else "")
    return ChannelRecord(
        name=row.name,
        version=row.version,
        build=build,
        build_number=0,
        subdir=subdir,
        file_name=file_name,
        channel=row.url.removesuffix(f"/{subdir}/{file_name}"),
        url=row.url,
        depends=tuple(f"{name} {constraint}".strip() for name, constraint in row.dependencies),
        md5=row.md5,
        sha256=row.sha256,
        noarch="generic" if subdir == "noarch" else None,
    )


def _same(record: ChannelRecord, own: ChannelRecord) -> bool:
    if record.file_name == own.file_name and record.subdir == own.subdir:
        return True
    return record.sha256 is not None and record.sha256 == own.sha256


def _not_on_channel(row: LockedPackage) -> Finding:
    return Finding(
        code="not-on-channel",
        severity="note",
        package=row.name,
        text=f"the channels do not have {row.url.rpartition('/')[2]}: only the lock's own dependencies were checked",
    )


_FIELDS: tuple[tuple[str, Callable[[LockedPackage], str | None], Callable[[ChannelRecord], str | None]], ...] = (
    ("version", lambda row: row.version, lambda record: record.version),
    ("md5", lambda row: row.md5, lambda record: record.md5),
    ("sha256", lambda row: row.sha256, lambda record: record.sha256),
)


def _disagreements(row: LockedPackage, record: ChannelRecord) -> list[Finding]:
    return [
        Finding(
            code="lock-differs-from-channel",
            severity="error",
            package=row.name,
            text=f"the lock says {field} {here}, the channel says {there} for {record.file_name}",
        )
        for field, of_row, of_record in _FIELDS
        if (here := of_row(row)) is not None and (there := of_record(record)) is not None and here != there
    ]
