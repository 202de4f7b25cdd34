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
_LARGEST = 256 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageInfo:
    """Hold the documents of one package, as they stand; a package of before 2017 has no `paths`."""

    index: dict[str, Any]
    paths: tuple[dict[str, Any], ...] = ()


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
    paths = found.get(_PATHS, {}).get("paths", [])
    return PackageInfo(index=index, paths=tuple(row for row in paths if isinstance(row, dict)))


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
    """Yield the documents; in a `.tar.bz2` they stand first, so most of the file is never unpacked."""
    missing = {_INDEX, _PATHS}
    for entry in archive:
        name = entry.name.removeprefix("./")
        if name in missing and entry.isfile() and entry.size <= _LARGEST:
            file = archive.extractfile(entry)
            if file is not None:
                yield name, json.load(file)
            missing.discard(name)
        if not missing:
            return
