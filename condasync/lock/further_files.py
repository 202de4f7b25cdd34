"""The lock of an export in further formats, beside conda-lock.yml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from condasync.convert.channel_folder import portable_lock
from condasync.lock import conda_lock_v1
from condasync.lock.one_platform import on_platform
from condasync.lock.output_files import OutputFile
from condasync.lock.tied import tied_to_this_machine
from condasync.model.finding import Finding
from condasync.model.lockfile import LockFile

if TYPE_CHECKING:  # the formats themselves are loaded only where one is named
    from condasync.lock.formats import Format


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherFiles:
    """Hold files, and what their formats leave out of the lock."""

    files: tuple[OutputFile, ...]
    findings: tuple[Finding, ...]


def further_files(lock: LockFile, folder: Path, formats: Sequence[Format]) -> FurtherFiles:
    """Return one file per format, or one per platform where the format holds no more."""
    files: list[OutputFile] = []
    findings: list[Finding] = []
    for made in dict.fromkeys(formats):
        if made.FORMAT == conda_lock_v1.FORMAT:
            continue
        placed = portable_lock(lock, folder=folder.resolve().as_uri(), format_name=made.FORMAT)
        parts = [on_platform(placed, one) for one in lock.metadata.platforms] if made.ONE_PLATFORM else [placed]
        for part in parts:
            path = folder / made.DEFAULT_FILENAMES[0].format(platform=part.metadata.platforms[0])
            files.append(OutputFile(path=path, text=made.dumps(part), is_ours=made.is_generated))
            findings += [
                replace(finding, where=finding.where or path.name, text=f"{path.name}: {finding.text}")
                for finding in (*made.not_carried(part), *tied_to_this_machine(part))
            ]
    return FurtherFiles(files=tuple(files), findings=tuple(dict.fromkeys(findings)))
