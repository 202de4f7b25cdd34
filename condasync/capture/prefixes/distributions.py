"""Find the installed distributions of a search path and read their metadata, each file once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

from condasync.capture.prefixes.layout import names_in, shown
from condasync.capture.prefixes.metadata import CoreMetadata, read_core_metadata, requires_of_egg
from condasync.capture.prefixes.search_path import SearchEntry
from condasync.errors import CaptureError
from condasync.model.finding import Finding
from condasync.model.package import Distribution

_FOLDER_NAME = re.compile(
    r"(?P<name>.+?)-(?P<version>v?\d[^-]*)(?:-py\d.*)?\.(?:dist-info|egg-info|egg)", re.IGNORECASE
)
_LEFTOVER = ("~", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Hold one distribution as it lies on disk.

    `key` is the normalised name (PEP 503), `place` the metadata folder or file, `entry` the folder of the search path
    that it was found in, `marked` says that a REQUESTED file lies beside the metadata, `has_record` the same of RECORD
    or its predecessors, `direct_url` is the raw text of direct_url.json, `source_tree` says that the metadata lies in a
    project's sources.
    """

    key: str
    place: Path
    distribution: Distribution
    entry: SearchEntry
    marked: bool = False
    has_record: bool = False
    direct_url: str | None = None
    source_tree: bool = False


def find_distributions(entries: Iterable[SearchEntry]) -> tuple[tuple[Found, ...], tuple[Finding, ...]]:
    """Return every distribution of the search path in its order, those of one folder by file name.

    What is broken becomes a finding. Raises CaptureError when a site folder cannot be listed.
    """
    found: list[Found] = []
    findings: list[Finding] = []
    for entry in entries:
        if entry.path.is_file():
            text = f"{entry.path.name} on the search path is a file (a zip or an egg); what it holds is not captured"
            findings.append(Finding(code="unread-archive", severity="warning", text=text, where=shown(entry.path)))
            continue
        read = (_read(place, entry, findings) for place in _metadata_places(entry))
        found.extend(item for item in read if item is not None)
    return tuple(found), tuple(findings)


def name_of_metadata_folder(name: str) -> tuple[str, str] | None:
    """Return (normalised name, version) as `numpy-1.26.4.dist-info` and its kind state them, None when they do not."""
    match = _FOLDER_NAME.fullmatch(name)
    return (canonicalize_name(match["name"]), match["version"]) if match else None


def _metadata_places(entry: SearchEntry) -> Iterator[Path]:
    """Yield what `importlib.metadata` takes for a distribution's metadata, in a fixed order."""
    try:
        names = names_in(entry.path)
    except OSError as error:
        raise CaptureError(
            f"{shown(entry.path)}: the folder of installed packages cannot be read: {error.strerror}",
            hints=("check the permissions, or name another environment with --prefix DIR",),
            path=shown(entry.path),
        ) from error
    is_egg = entry.path.name.lower().endswith(".egg")
    for name in names:
        lower = name.lower()
        if lower.endswith((".dist-info", ".egg-info")) or (is_egg and lower == "egg-info"):
            yield entry.path / name


def _read(place: Path, entry: SearchEntry, findings: list[Finding]) -> Found | None:
    if place.name.startswith(_LEFTOVER):
        findings.append(_broken(place, "is left over from an interrupted pip run; the folder can be deleted"))
        return None
    try:
        files = frozenset(names_in(place)) if place.is_dir() else None
        metadata = _core_metadata(place, files)
        if metadata is None:
            findings.append(_broken(place, "has no METADATA or PKG-INFO file"))
            return None
        return _found(place, entry, files or frozenset(), metadata, findings)
    except OSError as error:
        findings.append(_broken(place, f"cannot be read: {error.strerror}"))
        return None


def _core_metadata(place: Path, files: frozenset[str] | None) -> CoreMetadata | None:
    """Return the metadata of a folder, or of the single file that distutils wrote."""
    if files is None:
        return read_core_metadata(place.read_bytes()) if place.suffix.lower() == ".egg-info" else None
    name = next((name for name in ("METADATA", "PKG-INFO") if name in files), None)
    return read_core_metadata((place / name).read_bytes()) if name else None


def _found(
    place: Path, entry: SearchEntry, files: frozenset[str], metadata: CoreMetadata, findings: list[Finding]
) -> Found | None:
    stated = name_of_metadata_folder(entry.path.name if place.name.lower() == "egg-info" else place.name)
    version = metadata.version or (stated[1] if stated else None)
    if metadata.name is None or version is None:
        findings.append(_broken(place, f"states no {'Version' if metadata.name else 'Name'}"))
        return None
    if metadata.undecodable:
        findings.append(_undecodable(metadata.name, place))
    return Found(
        key=canonicalize_name(metadata.name),
        place=place,
        distribution=Distribution(
            name=metadata.name,
            version=version,
            location=shown(place),
            origin=entry.origin,
            installer=_text(place, files, "INSTALLER").strip() or None,
            requires=metadata.requires or requires_of_egg(_text(place, files, "requires.txt")),
            requires_python=metadata.requires_python,
            extras=metadata.extras,
        ),
        entry=entry,
        marked="REQUESTED" in files,
        has_record=not files.isdisjoint({"RECORD", "installed-files.txt", "SOURCES.txt"}),
        direct_url=_text(place, files, "direct_url.json") if "direct_url.json" in files else None,
        source_tree=_in_source_tree(place, entry, files),
    )


def _in_source_tree(place: Path, entry: SearchEntry, files: frozenset[str]) -> bool:
    """Return whether `setup.py develop` or a build wrote this metadata beside the sources."""
    return (
        place.name.lower().endswith(".egg-info")
        and entry.origin in {"pth", "pythonpath"}
        and "SOURCES.txt" in files
        and "installed-files.txt" not in files
        and entry.path.name not in {"site-packages", "dist-packages"}
    )


def _text(place: Path, files: frozenset[str], name: str) -> str:
    return (place / name).read_bytes().decode("utf-8", errors="replace") if name in files else ""


def _undecodable(name: str, place: Path) -> Finding:
    text = f"the metadata of {name} is no UTF-8; what cannot be read is replaced"
    return Finding(code="undecodable-metadata", severity="warning", text=text, package=name, where=shown(place))


def _broken(place: Path, what: str) -> Finding:
    # pip put a mark in place of the first letter of a leftover: what stands there is no name
    stated = None if place.name.startswith(_LEFTOVER) else name_of_metadata_folder(place.name)
    return Finding(
        code="broken-distribution",
        severity="warning",
        text=f"{shown(Path(place.name))} {what}",
        package=stated[0] if stated else None,
        where=shown(place),
    )
