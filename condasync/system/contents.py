"""What a captured package consists of on disk: its compiled files and its Python sources."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from condasync.model.finding import Finding
from condasync.model.package import Distribution, LocalPackage, PipPackage

_LIBRARY = re.compile(r"\.(?:so(?:\.[0-9][^/]*)?|dylib|bundle)$")
_NO_SUFFIX = re.compile(r"(?:^|/)[^/.]+$")
_UNREAD_SOURCE = re.compile(r"(?:^|/)(?:_?tests?|distutils)/")
_UNREAD_FOLDERS = frozenset({"tests", "test", "__pycache__", "node_modules", "site-packages", "build", "dist"})
_FILES_LIMIT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Say where the files of a package are.

    `record` is the list of them that the installer wrote, else all that lies in `folders` counts; reports name files
    relative to `base`. `own` says that it is a project of the user.
    """

    name: str
    base: Path
    own: bool
    record: Path | None = None
    folders: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Hold the files of a package as (name in reports, path) pairs; sources without tests and distutils."""

    binaries: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...] = ()


def place_of(package: PipPackage | LocalPackage) -> Place | None:
    """Return where a package lies that pip installed, or that is a project here; None for what a file merely lists."""
    if isinstance(package, PipPackage):
        installed = package.distribution
        return _installed(package.name, Path(installed.location), own=False) if installed else None
    if package.editable or package.where is None or not os.path.isdir(package.where):  # noqa: PTH112
        folder = Path(package.path)
        return Place(name=package.name, base=folder, own=True, folders=(folder,))
    return _installed(package.name, Path(package.where), own=True)


def files_of(place: Place) -> Files:
    """Return the files of a package; what cannot be read becomes a finding."""
    findings: list[Finding] = []
    if place.record is None:
        files = _walked(place.folders, place.base, findings)
    else:
        files = _recorded(place.record, place.base, findings)
    binaries: list[tuple[str, str]] = []
    sources: list[tuple[str, str]] = []
    for shown, path in files:
        if shown.endswith(".py"):
            if not _UNREAD_SOURCE.search(shown):
                sources.append((shown, path))
        elif _LIBRARY.search(shown) or (_NO_SUFFIX.search(shown) and _is_program(path)):
            binaries.append((shown, path))
    return Files(binaries=tuple(binaries), sources=tuple(sources), findings=tuple(findings))


def library_names(distribution: Distribution) -> frozenset[str]:
    """Return the file names of the libraries that a distribution lists; cheap."""
    try:
        text = (Path(distribution.location) / "RECORD").read_bytes()
    except OSError:
        return frozenset()
    paths = (line.partition(b",")[0] for line in text.splitlines() if b".so" in line or b".dylib" in line)
    names = (path.rpartition(b"/")[2].decode("utf-8", errors="replace") for path in paths)
    return frozenset(name for name in names if _LIBRARY.search(name))


def _installed(name: str, metadata: Path, *, own: bool) -> Place:
    site = metadata.parent
    record = next((metadata / each for each in ("RECORD", "installed-files.txt") if (metadata / each).is_file()), None)
    folders = () if record else _folders(metadata, name)
    return Place(name=name, base=site, own=own, record=record, folders=folders)


def _folders(metadata: Path, name: str) -> tuple[Path, ...]:
    """Return the packages and modules of a distribution without a list of files, as Debian installs them."""
    top = metadata / "top_level.txt"
    try:
        names = top.read_text(encoding="utf-8", errors="replace").split() if top.is_file() else []
    except OSError:
        names = []
    plain = re.sub(r"[-.]+", "_", name)
    words = dict.fromkeys(names or [plain, plain.lower()])
    found = [path for word in words for path in (metadata.parent / word, metadata.parent / f"{word}.py")]
    return tuple(path for path in found if os.path.lexists(path))


def _recorded(record: Path, base: Path, findings: list[Finding]) -> Iterator[tuple[str, str]]:
    try:
        text = record.read_bytes().decode("utf-8", errors="replace").replace("\0", "")
        is_csv = record.name == "RECORD"
        names = [row[0] for row in csv.reader(io.StringIO(text)) if row] if is_csv else text.splitlines()
    except (OSError, csv.Error) as error:
        findings.append(_unreadable(str(record), str(error)))
        return
    start = str(base if is_csv else record.parent)
    for name in names:
        path = os.path.normpath(f"{start}{os.sep}{name}") if ".." in name else f"{start}{os.sep}{name}"
        yield (name if is_csv else os.path.relpath(path, base)), path


def _walked(places: Iterable[Path], base: Path, findings: list[Finding]) -> Iterator[tuple[str, str]]:
    """Yield the files under some places; links to folders, hidden folders and other environments are left alone."""
    count = 0
    for place in places:
        if place.is_file():
            yield place.name, str(place)
            continue
        for folder, folders, names in os.walk(place, onerror=lambda error: findings.append(_failed(error))):
            folders[:] = sorted(each for each in folders if _is_read(folder, each))
            count += len(names)
            if count > _FILES_LIMIT:
                text = f"it holds more than {_FILES_LIMIT} files; the rest is not searched for system libraries"
                findings.append(Finding(code="system-scan-cut", severity="note", text=text, where=str(place)))
                return
            for name in sorted(names):
                path = f"{folder}{os.sep}{name}"
                yield os.path.relpath(path, base), path


def _is_read(parent: str, name: str) -> bool:
    if name.startswith(".") or name in _UNREAD_FOLDERS or name.endswith((".egg-info", ".dist-info")):
        return False
    marks = (f"{parent}/{name}/pyvenv.cfg", f"{parent}/{name}/conda-meta")
    return not any(os.path.lexists(mark) for mark in marks)


def _is_program(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.X_OK) and not os.path.islink(path)  # noqa: PTH113, PTH114


def _failed(error: OSError) -> Finding:
    return _unreadable(str(error.filename), str(error.strerror))


def _unreadable(path: str, reason: str) -> Finding:
    text = f"{path.rpartition(os.sep)[2]} cannot be read and is not searched for system libraries: {reason}"
    return Finding(code="system-scan-unreadable", severity="note", text=text, where=path)
