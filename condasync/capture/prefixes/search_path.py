"""The folders in which an interpreter finds distributions, in the order of its sys.path."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from condasync.capture.prefixes.layout import is_there, names_in, shown
from condasync.model.finding import Finding
from condasync.model.package import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchEntry:
    """Name one folder of the search path; `project` is the source folder that an `.egg-link` states."""

    path: Path
    origin: Origin
    project: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Say what the user's shell adds to every interpreter's search path; the default is nothing.

    `python_path` are the folders of PYTHONPATH; `user_base` is the folder of user sites (`~/.local` on Linux), None
    when they are switched off.
    """

    python_path: tuple[Path, ...] = ()
    user_base: Path | None = None


NOTHING_OUTSIDE = Outside()


def search_path(sites: Iterable[SearchEntry]) -> tuple[tuple[SearchEntry, ...], tuple[Finding, ...]]:
    """Return the sites, each followed by the folders that its `.pth` and `.egg-link` files add, no folder twice.

    `.pth` files are read as the `site` module reads them, but lines of code in them are left alone: they may do
    anything. PYTHONPATH folders have no such files.
    """
    entries: dict[str, SearchEntry] = {}
    findings: list[Finding] = []
    for site in sites:
        added = () if site.origin == "pythonpath" else _added_by(site, findings)
        for entry in (site, *added):
            if is_there(entry.path):
                entries.setdefault(os.path.realpath(entry.path), entry)
    return tuple(entries.values()), tuple(findings)


def _added_by(site: SearchEntry, findings: list[Finding]) -> Iterator[SearchEntry]:
    try:
        names = names_in(site.path)
    except OSError:  # looking for distributions in it will say so
        return
    for name in names:  # first, because only the link knows the project's folder
        if name.endswith(".egg-link"):
            yield from _egg_link(site.path / name, findings)
    for name in names:
        if name.endswith(".pth") and not name.startswith("."):
            yield from _pth(site.path / name, findings)


def _egg_link(file: Path, findings: list[Finding]) -> Iterator[SearchEntry]:
    """Yield the folder of a setuptools development install: line 1 names it, line 2 the way to the project."""
    lines = [line.strip() for line in _lines(file, findings) if line.strip()]
    folder = Path(os.path.normpath(file.parent / lines[0])) if lines else None
    if folder is None or not is_there(folder):
        text = f"the development install {file.name} points to {shown(folder)}, which does not exist" if folder else ""
        text = text or f"the development install {file.name} is empty"
        findings.append(Finding(code="broken-distribution", severity="warning", text=text, where=shown(file)))
        return
    project = Path(os.path.normpath(folder / lines[1])) if len(lines) > 1 else folder
    yield SearchEntry(path=folder, origin="pth", project=project)


def _pth(file: Path, findings: list[Finding]) -> Iterator[SearchEntry]:
    for line in _lines(file, findings):
        if line.startswith(("#", "import ", "import\t")) or not line.strip():
            continue
        yield SearchEntry(path=Path(os.path.normpath(file.parent / line.rstrip())), origin="pth")


def _lines(file: Path, findings: list[Finding]) -> list[str]:
    try:
        return os.fsdecode(file.read_bytes().removeprefix(b"\xef\xbb\xbf")).replace("\0", "").splitlines()
    except OSError as error:
        text = f"{file.name} cannot be read: {error.strerror}"
        findings.append(Finding(code="unreadable-file", severity="warning", text=text, where=shown(file)))
        return []
