"""A conda channel in a folder beside the lock: packages first, the index last, each in one step."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from condasync.build.conda_package import MadePackage
from condasync.channel.record import record_from_row
from condasync.errors import OutputError, UsageError
from condasync.model.placeholder import locked_form
from condasync.model.record import Channel, ChannelRecord
from condasync.model.url import Url, redact

_MADE_BY = "condasync"
_URL = re.compile(r"(file:///|(?!file:)[a-z][a-z0-9+.-]*://[^/\s]+)\S*$", re.IGNORECASE)


def local_channel(folder: Path, artifact_url: str | None = None) -> Channel:
    """Return the channel that a lock names: the folder as `file://`, or where its files will be uploaded to.

    Credentials of that place that are variables keep their names, others go. Raises UsageError for what is no URL.
    """
    if artifact_url is None:
        url = Url((folder.parent.resolve() / folder.name).as_uri())  # the folder itself may be a link
        return Channel(name=url.public, base_url=url)
    place = artifact_url.strip().rstrip("/")
    if not _URL.match(place):
        raise UsageError(
            f"--artifact-url {redact(artifact_url)!r}: not a URL",
            hints=("as in: --artifact-url https://example.org/my-channel",),
        )
    return Channel(name=locked_form(place), base_url=Url(place))


def record_of(package: MadePackage, channel: Channel) -> ChannelRecord:
    """Return a package's record as the channel will state it."""
    url = f"{channel.base_url.public}/{package.subdir}/{package.file_name}"
    return record_from_row(
        package.row, channel=channel.name, url=url, file_name=package.file_name, subdir=package.subdir
    )


def channel_index(packages: Sequence[MadePackage], subdir: str) -> str:
    """Return the text of one subdir's repodata.json, byte-stable."""
    rows = {one.file_name: dict(one.row) for one in packages if one.subdir == subdir}
    index = {
        "info": {"subdir": subdir, "made_by": _MADE_BY},
        "packages": {},
        "packages.conda": rows,
        "removed": [],
        "repodata_version": 1,
    }
    return json.dumps(index, indent=1, sort_keys=True) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Say what was written: `packages` are all paths of packages that the channel holds, `written` the new ones."""

    folder: Path
    packages: tuple[Path, ...]
    written: tuple[Path, ...]


def publish(folder: Path, packages: Sequence[MadePackage]) -> Published:
    """Make a folder the channel of exactly these packages.

    The index is replaced in one step after the packages are there, and what only the old index listed is removed last:
    a reader never finds a row without its file. Raises OutputError when the folder cannot be written, or holds an
    index that condasync did not make.
    """
    subdirs = sorted({"noarch", *(one.subdir for one in packages), *_subdirs(folder)})
    stale = [path for subdir in subdirs for path in _listed(folder / subdir)]
    try:
        paths = tuple(folder / one.subdir / one.file_name for one in packages)
        written = tuple(
            path
            for path, one in zip(paths, packages, strict=True)
            if not path.exists() or path.read_bytes() != one.data
        )
        for path, one in zip(paths, packages, strict=True):
            if path in written:
                _replace(path, one.data)
        for subdir in subdirs:
            _replace(folder / subdir / "repodata.json", channel_index(packages, subdir).encode())
        for path in stale:
            if path not in paths:
                path.unlink(missing_ok=True)
    except OSError as fault:
        raise OutputError(
            f"{folder}: the local channel cannot be written: {fault.strerror}",
            hints=("free space, or choose another folder with -o DIR",),
            path=str(folder),
        ) from fault
    return Published(folder=folder, packages=paths, written=written)


def _subdirs(folder: Path) -> list[str]:
    return sorted(path.parent.name for path in folder.glob("*/repodata.json"))


def _listed(subdir: Path) -> list[Path]:
    """Return the packages that an older index of ours lists."""
    path = subdir / "repodata.json"
    if not path.exists():
        return []
    try:
        index: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        index = None
    info = index.get("info") if isinstance(index, dict) else None
    if not isinstance(info, Mapping) or info.get("made_by") != _MADE_BY:
        raise OutputError(
            f"{path}: is no index that condasync wrote",
            hints=("move the folder away, or choose another one with -o DIR",),
            path=str(path),
        )
    rows = index.get("packages.conda")
    names = [name for name in rows if Path(name).name == name] if isinstance(rows, dict) else []
    return [subdir / name for name in names]


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(part).chmod(0o644)
        Path(part).replace(path)
    finally:
        Path(part).unlink(missing_ok=True)
