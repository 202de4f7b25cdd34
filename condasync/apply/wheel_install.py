"""Locked wheels into a tree that becomes a prefix; nothing is resolved, nothing of a wheel is run."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.exceptions import InstallerError
from installer.records import RecordEntry
from installer.sources import WheelFile
from installer.utils import Scheme

from condasync.apply.obstacles import moved_aside, refuse_ways_out
from condasync.apply.pip_origin import DIRECT_URL, PROVENANCE
from condasync.apply.python_layout import PythonLayout
from condasync.errors import ApplyError
from condasync.model.apply import PackageFile
from condasync.model.finding import Finding
from condasync.model.lockfile import LockedPackage
from condasync.model.url import Url

INSTALLER = "condasync"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledWheel:
    """Hold the paths that a wheel brought, below the prefix, and what was in their way."""

    files: frozenset[str]
    findings: tuple[Finding, ...]


@dataclass
class _TreeDestination(SchemeDictionaryDestination):
    """Write new files only: what is at a path already may be a hard link to the old prefix, or to the cache."""

    tree: Path = Path()
    final: Path = Path()
    owned: frozenset[str] = frozenset()
    visited: set[Path] = field(default_factory=set)
    written: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def write_to_fs(self, scheme: Scheme, path: str, stream: BinaryIO, is_executable: bool) -> RecordEntry:  # noqa: FBT001
        target = self._path_with_destdir(scheme, path)
        below = os.path.relpath(target, self.tree)
        if target.parent not in self.visited:
            refuse_ways_out(self.tree, self.final, (below,))
            self.visited.add(target.parent)
        if os.path.lexists(target):
            self._make_room(target, below, stream)
        self.written.append(below)
        # wheels that were packed on Windows lack the bit; the specification of wheels leaves it to installers
        return super().write_to_fs(scheme, path, stream, is_executable or scheme == "scripts")

    def _make_room(self, target: Path, below: str, stream: BinaryIO) -> None:
        same = target.is_file() and target.read_bytes() == stream.read()
        stream.seek(0)
        if below in self.owned and not same:
            self.replaced.append(below)
        if below in self.owned or same:
            target.unlink()
        else:
            self.findings.append(moved_aside(self.tree, below))


def install_wheel(
    file: PackageFile, tree: Path, final: Path, layout: PythonLayout, *, requested: bool, owned: frozenset[str]
) -> InstalledWheel:
    """Unpack a wheel into a tree; scripts name the interpreter at `final`. Raises ApplyError for a broken wheel.

    `owned` are the paths of other packages, conda's and pip's: a wheel replaces them as pip would. Other files in its
    way are moved aside.
    """
    destination = _TreeDestination(
        tree=tree,
        final=final,
        owned=owned,
        scheme_dict=layout.schemes(tree, file.row.name),
        interpreter=str(final / layout.executable),
        script_kind="posix",
        overwrite_existing=True,
    )
    try:
        with WheelFile.open(file.path) as source:
            install(source, destination, additional_metadata=_metadata(file.row, requested=requested))
    except (InstallerError, zipfile.BadZipFile, ValueError, KeyError) as fault:
        raise ApplyError(
            f"{file.row.name} {file.row.version}: {file.path.name} is no wheel that can be installed: {fault}",
            hints=("lock another version of it",),
            package=file.row.name,
        ) from fault
    findings = (*destination.findings, *_replaced(file.row.name, destination.replaced))
    return InstalledWheel(files=frozenset(destination.written), findings=findings)


def _replaced(name: str, paths: Sequence[str]) -> Iterator[Finding]:
    if paths:
        more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        text = f"the wheel of {name} replaces files of other packages: {paths[0]}{more}"
        yield Finding(code="files-replaced", severity="warning", text=text, package=name, where=paths[0])


def _metadata(row: LockedPackage, *, requested: bool) -> dict[str, bytes]:
    """Return what an installer adds: its name, whether a person asked (PEP 376), the origin (PEP 610 or 710)."""
    found = {"INSTALLER": f"{INSTALLER}\n".encode()}
    if requested:
        found["REQUESTED"] = b""
    digest = {"sha256": row.sha256} if row.sha256 else {"md5": row.md5}
    url = Url(row.direct_url or row.url).public
    name = DIRECT_URL if row.direct_url is not None else PROVENANCE
    found[name] = json.dumps({"archive_info": {"hashes": digest}, "url": url}).encode()
    return found
