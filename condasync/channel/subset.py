"""A smaller channel for machines without internet: what some specs can reach, written as a channel directory."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import rattler
from rattler.exceptions import InvalidMatchSpecError

from condasync.channel.rattler_record import rattler_record
from condasync.channel.record import row_from_record
from condasync.channel.snapshot import repodata_by_subdir, write_repodata
from condasync.errors import ChannelError, OutputError, UsageError
from condasync.model.record import Channel, ChannelRecord
from condasync.model.spec import CondaSpec
from condasync.seams import ChannelIndex

PROVENANCE = "snapshot.json"
_DEPENDENCY = re.compile(r"(?:\S*::)?(?P<name>[A-Za-z0-9_][A-Za-z0-9_.-]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Hold the records that specs can reach, sorted by (subdir, file name), and the names that have no record."""

    records: tuple[ChannelRecord, ...]
    missing: tuple[str, ...]


def reachable(index: ChannelIndex, specs: Sequence[CondaSpec], *, newest: int | None = None) -> Reach:
    """Return every record that the specs or, again and again, their `depends` name.

    With `newest`, each spec and each of the `depends` brings only the records of so many newest versions that match
    it. Raises ChannelError when a spec itself matches nothing.
    """
    records: dict[tuple[str, str], ChannelRecord] = {}
    missing: set[str] = set()
    found = _Matches(index, newest)
    waiting = [_text(spec) for spec in specs]
    for text in waiting:
        if not found.of(text):
            raise ChannelError(f"{text}: no such package on the channel", hints=("check the name and the version",))
    seen = set(waiting)
    while waiting:
        text = waiting.pop()
        matches = found.of(text)
        if not matches:
            missing.add(_name(text))
        for record in matches:
            if records.setdefault((record.subdir, record.file_name), record) is record:
                fresh = {found.key(depend) for depend in record.depends if not depend.startswith("__")} - seen
                seen |= fresh
                waiting.extend(fresh)
    return Reach(records=tuple(records[key] for key in sorted(records)), missing=tuple(sorted(missing)))


class _Matches:
    """Answer which records a spec names; without a limit a spec is no more than its name."""

    def __init__(self, index: ChannelIndex, newest: int | None) -> None:
        self._index = index
        self._newest = newest
        self._rows: dict[str, list[tuple[ChannelRecord, rattler.RepoDataRecord]]] = {}

    def key(self, text: str) -> str:
        return text if self._newest is not None else _name(text)

    def of(self, text: str) -> Sequence[ChannelRecord]:
        name = _name(text)
        if self._newest is None:
            return self._index.records(name)
        if name not in self._rows:
            self._rows[name] = [
                (record, rattler_record(row_from_record(record))) for record in self._index.records(name)
            ]
        try:
            spec = rattler.MatchSpec(text)
        except InvalidMatchSpecError:
            return ()
        matching = [(record, row.version) for record, row in self._rows[name] if spec.matches(row)]
        kept = sorted({version for _, version in matching}, reverse=True)[: self._newest]
        return [record for record, version in matching if version in kept]


def write_subset(
    reach: Reach, channel: Channel, folder: Path, *, specs: Sequence[CondaSpec], newest: int | None, date: str
) -> tuple[tuple[str, int], ...]:
    """Write records as a channel directory with its provenance in `snapshot.json`, return the records per subdir.

    The repodata names the real channel as `base_url` (CEP 15), so a lock made with it points there. Raises OutputError
    when the folder exists and is not empty, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder}: is there already", hints=("name a new or empty folder",), path=str(folder))
    repodata = repodata_by_subdir(reach.records)
    for subdir, content in repodata.items():
        content["info"]["base_url"] = f"{channel.base_url.public}/{subdir}/"
        content["repodata_version"] = 2
    counts = tuple(
        (subdir, len(content["packages"]) + len(content["packages.conda"])) for subdir, content in repodata.items()
    )
    provenance = {
        "channel": {"name": channel.name, "base_url": channel.base_url.public},
        "date": date,
        "specs": [_text(spec) for spec in specs],
        "newest": newest,
        "records": dict(counts),
        "missing": list(reach.missing),
    }
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".part-"))
        try:
            digests = write_repodata(part, repodata)
            text = json.dumps({**provenance, "sha256": digests}, indent=2, ensure_ascii=False)
            (part / PROVENANCE).write_text(f"{text}\n", encoding="utf-8")
            part.chmod(0o755)
            part.replace(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except OSError as fault:
        raise OutputError(f"{folder}: cannot be written: {fault.strerror}", path=str(folder)) from fault
    return counts


def create_snapshot(
    index: ChannelIndex, specs: Sequence[CondaSpec], folder: Path, *, date: str, newest: int | None = None
) -> tuple[tuple[str, int], ...]:
    """Write the subset of one channel that specs can reach as a channel directory, return the records per subdir.

    `date` (YYYY-MM-DD) is stated in the provenance. Raises UsageError when the index holds several channels.
    """
    channels = _channels(index)
    if len(channels) != 1:
        names = ", ".join(channel.name for channel in channels)
        raise UsageError(f"a snapshot is of one channel, not of {names or 'none'}", hints=("name one with -c",))
    reach = reachable(index, specs, newest=newest)
    return write_subset(reach, channels[0], folder, specs=specs, newest=newest, date=date)


def _channels(index: ChannelIndex) -> list[Channel]:
    return list(dict.fromkeys(file.channel for file in index.repodata))


def _text(spec: CondaSpec) -> str:
    return " ".join(part for part in (spec.name, spec.version or ("*" if spec.build else ""), spec.build) if part)


def _name(text: str) -> str:
    found = _DEPENDENCY.match(text)
    return found["name"].lower() if found else text
