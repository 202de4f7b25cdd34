"""Locked wheels into a tree that becomes a prefix; nothing is resolved, nothing of a wheel is run."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.exceptions import InstallerError
from installer.records import RecordEntry
from installer.sources import WheelFile
from installer.utils import Scheme

from condasync.apply.python_layout import PythonLayout
from condasync.errors import ApplyError
from condasync.model.apply import PackageFile
from condasync.model.lockfile import LockedPackage

INSTALLER = "condasync"


@dataclass
class _TreeDestination(SchemeDictionaryDestination):
    """Write new files only: what is at a path already may be a hard link to the old prefix, or to the cache."""

    def write_to_fs(self, scheme: Scheme, path: str, stream: BinaryIO, is_executable: bool) -> RecordEntry:  # noqa: FBT001
        target = self._path_with_destdir(scheme, path)
        if target.is_symlink() or target.exists():
            target.unlink()
        return super().write_to_fs(scheme, path, stream, is_executable)


def install_wheel(file: PackageFile, tree: Path, final: Path, layout: PythonLayout, *, requested: bool) -> None:
    """Unpack a wheel into a tree; scripts name the interpreter at `final`. Raises ApplyError for a broken wheel."""
    destination = _TreeDestination(
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


def _metadata(row: LockedPackage, *, requested: bool) -> dict[str, bytes]:
    """Return what an installer adds: its name, whether a person asked (PEP 376), and the origin (PEP 610)."""
    found = {"INSTALLER": f"{INSTALLER}\n".encode()}
    if requested:
        found["REQUESTED"] = b""
    if row.direct_url is not None:
        digest = {"sha256": row.sha256} if row.sha256 else {"md5": row.md5}
        found["direct_url.json"] = json.dumps({"archive_info": {"hashes": digest}, "url": row.direct_url}).encode()
    return found
