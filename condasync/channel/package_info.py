"""What a conda package says about itself: `info/index.json` and `info/paths.json`, read out of the archive."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import zstandard

_INDEX: Final = "info/index.json"
_PATHS: Final = "info/paths.json"
_LINK: Final = "info/link.json"
_WANTED: Final = frozenset({_INDEX, _PATHS, _LINK})
_LARGEST = 256 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageInfo:
    """Hold what one package says; `paths` are the rows of paths.json as they stand, one of before 2017 has none.

    `entry_points` are lines as `tool = module:function`, of noarch Python packages.
    """

    index: dict[str, Any]
    paths: tuple[dict[str, Any], ...] = ()
    entry_points: tuple[str, ...] = ()


def read_package_info(path: Path) -> PackageInfo:
    """Return what a `.conda` or `.tar.bz2` package says. Raises ValueError for a file that is none."""
    try:
        with _info_tar(path) as archive:
            found = dict(_documents(archive))
    except (OSError, tarfile.TarError, zipfile.BadZipFile, zstandard.ZstdError, EOFError) as fault:
        raise ValueError(f"no conda package: {fault}") from fault
    index = found.get(_INDEX)
    if not isinstance(index, dict):
        raise ValueError(f"no conda package: it holds no {_INDEX}")  # noqa: TRY004  one error type
    try:
        paths = found.get(_PATHS, {}).get("paths", [])
        points = (found.get(_LINK, {}).get("noarch") or {}).get("entry_points") or ()
        return PackageInfo(
            index=index,
            paths=tuple(row for row in paths if isinstance(row, dict)),
            entry_points=tuple(point for point in points if isinstance(point, str)),
        )
    except (AttributeError, TypeError) as fault:
        raise ValueError("no conda package: its info is malformed") from fault


@contextmanager
def _info_tar(path: Path) -> Iterator[tarfile.TarFile]:
    with ExitStack() as stack:
        if path.name.endswith(".tar.bz2"):
            yield stack.enter_context(tarfile.open(path, mode="r|bz2"))
            return
        archive = stack.enter_context(zipfile.ZipFile(path))
        member = next((name for name in archive.namelist() if name.startswith("info-")), None)
        if member is None:
            raise ValueError("no conda package: it holds no info part")
        packed: IO[bytes] = stack.enter_context(archive.open(member))
        stream = stack.enter_context(zstandard.ZstdDecompressor().stream_reader(packed))
        yield stack.enter_context(tarfile.open(fileobj=io.BufferedReader(stream), mode="r|"))


def _documents(archive: tarfile.TarFile) -> Iterator[tuple[str, Any]]:
    """Yield the documents; in a `.tar.bz2` they mostly stand first, so that the rest is not unpacked."""
    missing = set(_WANTED)
    for entry in archive:
        name = entry.name.removeprefix("./")
        if name not in missing or not entry.isfile() or entry.size > _LARGEST:
            continue
        file = archive.extractfile(entry)
        content = json.load(file) if file is not None else None
        yield name, content
        missing.discard(name)
        if name == _INDEX and isinstance(content, dict) and content.get("noarch") != "python":
            missing.discard(_LINK)
        if not missing:
            return
