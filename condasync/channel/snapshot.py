"""Snapshots: a dated subset of a channel in one compressed file, among them the one inside this package."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import zstandard

from condasync.channel.manifest import SnapshotSource
from condasync.channel.record import record_from_row, repodata_row
from condasync.errors import ChannelError, OutputError
from condasync.model.record import Channel, ChannelRecord, RepodataFile
from condasync.model.url import Url

CONDA_FORGE = Channel(name="conda-forge", base_url=Url("https://conda.anaconda.org/conda-forge"))
SNAPSHOT_VERSION = 1
_LEVEL = 19
_ABOUT = (
    "Package metadata of conda-forge (facts of its repodata), gathered from lock files that the named sdists carry. "
    "The packages themselves are not in it; each has its own licence."
)
_INFO = "snapshot.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Hold some records of one channel as of a date (YYYY-MM-DD); records sorted by (subdir, file name)."""

    channel: Channel
    date: str
    sources: tuple[SnapshotSource, ...]
    records: tuple[ChannelRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotInfo:
    """Tell about the bundled snapshot; `counts` are (subdir, records), `size` the compressed bytes, `sha256` theirs."""

    channel: str
    date: str
    sources: tuple[SnapshotSource, ...]
    counts: tuple[tuple[str, int], ...]
    size: int
    sha256: str


def dump_snapshot(snapshot: Snapshot) -> bytes:
    """Return the snapshot as zstd-compressed JSON; equal snapshots give equal bytes."""
    content = {
        "condasync_snapshot_version": SNAPSHOT_VERSION,
        "about": _ABOUT,
        "channel": {"name": snapshot.channel.name, "base_url": snapshot.channel.base_url.public},
        "date": snapshot.date,
        "sources": [asdict(source) for source in snapshot.sources],
        "subdirs": repodata_by_subdir(snapshot.records),
    }
    return zstandard.ZstdCompressor(level=_LEVEL).compress(_json_bytes(content))


def load_snapshot(data: bytes) -> Snapshot:
    """Return the snapshot that `dump_snapshot` wrote; raise ChannelError when it is none."""
    content = _content(data)
    channel = Channel(name=content["channel"]["name"], base_url=Url(content["channel"]["base_url"]))
    records = [
        record_from_row(
            row,
            channel=channel.name,
            url=f"{channel.base_url.public}/{subdir}/{file_name}",
            file_name=file_name,
            subdir=subdir,
        )
        for subdir, repodata in content["subdirs"].items()
        for key in ("packages", "packages.conda")
        for file_name, row in repodata[key].items()
    ]
    records.sort(key=lambda record: (record.subdir, record.file_name))
    return Snapshot(channel=channel, date=content["date"], sources=_sources(content), records=tuple(records))


def snapshot_info() -> SnapshotInfo:
    """Return what the bundled snapshot is made of."""
    data = _bundled_bytes()
    content = _content(data)
    return SnapshotInfo(
        channel=content["channel"]["name"],
        date=content["date"],
        sources=_sources(content),
        counts=tuple(
            (subdir, len(repodata["packages"]) + len(repodata["packages.conda"]))
            for subdir, repodata in content["subdirs"].items()
        ),
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def bundled_snapshot(cache_dir: Path) -> tuple[Channel, dict[str, RepodataFile]]:
    """Return the bundled snapshot's channel and its plain repodata files by subdir, unpacked once into the cache."""
    data = _bundled_bytes()
    folder = cache_dir / "snapshots" / hashlib.sha256(data).hexdigest()[:20]
    try:
        if not (folder / _INFO).is_file():
            _unpack(data, folder)
        digests: dict[str, str] = json.loads((folder / _INFO).read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise OutputError(
            f"{folder}: the bundled snapshot cannot be unpacked: {fault}",
            hints=("remove this folder, or name another cache folder",),
            path=str(folder),
        ) from fault
    return CONDA_FORGE, {
        subdir: RepodataFile(channel=CONDA_FORGE, subdir=subdir, path=folder / subdir / "repodata.json", sha256=digest)
        for subdir, digest in digests.items()
    }


def repodata_by_subdir(records: Iterable[ChannelRecord]) -> dict[str, dict[str, Any]]:
    """Return repodata.json contents by subdir, everything sorted; `noarch` is always there."""
    content: dict[str, dict[str, Any]] = {}
    for record in sorted(records, key=lambda record: (record.subdir, record.file_name)):
        repodata = content.setdefault(record.subdir, _empty(record.subdir))
        form = "packages.conda" if record.file_name.endswith(".conda") else "packages"
        repodata[form][record.file_name] = repodata_row(record)
    content.setdefault("noarch", _empty("noarch"))
    return dict(sorted(content.items()))


def write_repodata(folder: Path, repodata: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Write `SUBDIR/repodata.json` files below an existing folder, return their sha256 by subdir."""
    digests = {}
    for subdir, content in repodata.items():
        text = _json_bytes(content)
        (folder / subdir).mkdir()
        (folder / subdir / "repodata.json").write_bytes(text)
        digests[subdir] = hashlib.sha256(text).hexdigest()
    return digests


def _unpack(data: bytes, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".part-"))
    try:
        digests = write_repodata(part, _content(data)["subdirs"])
        (part / _INFO).write_text(json.dumps(digests), encoding="utf-8")
        try:
            part.rename(folder)
        except OSError:  # another process was first
            if not (folder / _INFO).is_file():
                raise
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _empty(subdir: str) -> dict[str, Any]:
    return {"info": {"subdir": subdir}, "packages": {}, "packages.conda": {}, "removed": [], "repodata_version": 1}


def _json_bytes(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _bundled_bytes() -> bytes:
    return resources.files("condasync.channel").joinpath("data").joinpath("snapshot.json.zst").read_bytes()


def _content(data: bytes) -> dict[str, Any]:
    try:
        content = json.loads(zstandard.ZstdDecompressor().decompress(data))
    except (zstandard.ZstdError, ValueError) as fault:
        raise ChannelError(f"not a snapshot: {fault}") from fault
    if not isinstance(content, dict) or content.get("condasync_snapshot_version") != SNAPSHOT_VERSION:
        raise ChannelError("not a snapshot, or one of another condasync version")
    return content


def _sources(content: Mapping[str, Any]) -> tuple[SnapshotSource, ...]:
    return tuple(SnapshotSource(**source) for source in content["sources"])
