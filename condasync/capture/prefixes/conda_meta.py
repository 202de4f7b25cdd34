"""Read conda-meta: which packages conda installed, who asked for them, which files are theirs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from condasync.capture.prefixes.conda_channel import channel_name
from condasync.capture.prefixes.layout import names_in, shown
from condasync.channel.record import record_from_row
from condasync.errors import CaptureError
from condasync.model.finding import Finding
from condasync.model.record import ChannelRecord
from condasync.model.url import Url

_METADATA_ENDS = (".dist-info/METADATA", ".dist-info/PKG-INFO", ".egg-info/PKG-INFO", "EGG-INFO/PKG-INFO", ".egg-info")

_TELLING_ENDS = (".dist-info/METADATA", ".dist-info/RECORD")


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledRecord:
    """Hold one conda-meta file.

    `asked_for` says that a request named the package; `metadata` are the folders (or single files) of Python metadata
    that it owns, relative to the prefix, with forward slashes; `digests` maps the files in them that every installation
    writes anew to their sha256 as conda installed them, where conda-meta states it.
    """

    record: ChannelRecord
    asked_for: bool
    metadata: tuple[str, ...]
    file: Path
    digests: Mapping[str, str] = field(default_factory=dict)


def read_conda_meta(prefix: Path) -> tuple[tuple[InstalledRecord, ...], tuple[Finding, ...]]:
    """Return one record per package name, sorted by name. A file that cannot be read is a finding.

    Raises CaptureError when the folder cannot be listed or none of its files can be read.
    """
    folder = prefix / "conda-meta"
    try:
        files = tuple(folder / name for name in names_in(folder) if name.endswith(".json") and name[0] != ".")
    except OSError as error:
        raise _unreadable(folder, str(error.strerror)) from error
    findings: list[Finding] = []
    records: dict[str, InstalledRecord] = {}
    for file in files:
        try:
            installed = _read(file)
        except (OSError, ValueError, RecursionError) as error:
            findings.append(_broken(file, error))
            continue
        _keep(records, installed, findings)
    if files and not records:
        raise _unreadable(folder, f"no file in it can be read; {findings[0].text}")
    return tuple(records[name] for name in sorted(records)), tuple(findings)


def _read(file: Path) -> InstalledRecord:
    raw = file.read_bytes()
    row = json.loads(raw)
    if b"\\ud" in raw.lower():  # JSON can state halves of characters, which no file or terminal takes
        json.dumps(row, ensure_ascii=False).encode()
    if not isinstance(row, dict):
        raise ValueError("a JSON object is wanted")  # noqa: TRY004  one error type for a broken file
    url = Url(_text(row, "url")).public
    subdir = _text(row, "subdir") or _subdir_of(url)
    record = record_from_row(
        row,
        channel=channel_name(_text(row, "channel"), url, subdir),
        url=url,
        file_name=_text(row, "fn") or url.rpartition("/")[2],
        subdir=subdir,
    )
    return InstalledRecord(
        record=record,
        asked_for=_asked_for(row),
        metadata=_metadata_places(row.get("files")),
        file=file,
        digests=dict(_digests(row.get("paths_data"))),
    )


def _asked_for(row: Mapping[str, object]) -> bool:
    """Return whether a request named the package: conda writes one text, rattler a list, mamba once wrote "None"."""
    single, several = row.get("requested_spec"), row.get("requested_specs")
    requests = [single, *(several if isinstance(several, list) else ())]
    return any(isinstance(request, str) and request.strip() not in {"", "None"} for request in requests)


def _metadata_places(files: object) -> tuple[str, ...]:
    paths = [path.replace("\\", "/") for path in files if isinstance(path, str)] if isinstance(files, list) else []
    hits = (path for path in paths if path.endswith(_METADATA_ENDS))
    return tuple(path if path.endswith(".egg-info") else path.rpartition("/")[0] for path in hits)


def _digests(paths_data: object) -> Iterator[tuple[str, str]]:
    """Yield path and sha256 of the metadata files; a prefix replaced in a file changes its digest."""
    rows = paths_data.get("paths") if isinstance(paths_data, dict) else None
    for row in rows if isinstance(rows, list) else ():
        path = row.get("_path") if isinstance(row, dict) else None
        if isinstance(path, str) and path.endswith(_TELLING_ENDS):
            sha256 = row.get("sha256_in_prefix") or row.get("sha256")
            if isinstance(sha256, str):
                yield path.replace("\\", "/"), sha256


def _text(row: Mapping[str, object], field: str) -> str:
    value = row.get(field)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{field}: a text is needed, not {value!r}")
    return value or ""


def _subdir_of(url: str) -> str:
    """Return the folder of a package's URL; conda wrote no `subdir` before 2017."""
    return url.rpartition("/")[0].rpartition("/")[2]


def _keep(records: dict[str, InstalledRecord], new: InstalledRecord, findings: list[Finding]) -> None:
    """Keep the newer build of a package that is recorded twice, as after an interrupted update."""
    old = records.setdefault(new.record.name, new)
    if old is new:
        return
    kept = max(old, new, key=lambda installed: (installed.record.timestamp or 0, installed.file.name))
    left = old if kept is new else new
    records[new.record.name] = kept
    text = f"{new.record.name} has two files in conda-meta: {kept.file.name} is taken, {left.file.name} is left out"
    findings.append(
        Finding(code="duplicate-record", severity="warning", text=text, package=new.record.name, where=shown(left.file))
    )


def _broken(file: Path, error: Exception) -> Finding:
    reason = error.strerror if isinstance(error, OSError) else error
    text = f"{shown(Path(file.name))} cannot be read, its package is missing from the capture: {reason}"
    return Finding(code="unreadable-conda-meta", severity="warning", text=text, where=shown(file))


def _unreadable(folder: Path, reason: str) -> CaptureError:
    return CaptureError(
        f"{shown(folder)}: the records of the conda environment cannot be read: {reason}",
        hints=("check the permissions of the folder", "or name another environment with --prefix DIR"),
        path=shown(folder),
    )
