"""The files of one export: which they are, what stands in them, and that they are written together."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from condasync.convert.channel_folder import portable_channel, portable_lock
from condasync.convert.match import version_matches
from condasync.convert.on_platform import EXCLUDED
from condasync.errors import LockFileError
from condasync.lock import conda_lock_v1, environment_yml, virtual_packages_yaml
from condasync.lock.assemble import lockfile_for
from condasync.lock.content_hash import content_hashes_of
from condasync.lock.environment_yml import EnvironmentFile, PlatformRequests
from condasync.lock.further_files import further_files
from condasync.lock.input_digest import custom_metadata, same_but_for_engine
from condasync.lock.lock_path import read_lock_text
from condasync.lock.output_files import OutputFile, write_all
from condasync.lock.wheel_rows import wheel_rows, wheels_to_ask_for
from condasync.model.export import Export, ExportFiles, PlatformExport
from condasync.model.finding import Finding
from condasync.model.lockfile import LockFile
from condasync.model.package import CondaPackage
from condasync.model.record import ChannelRecord
from condasync.model.solve import Solution
from condasync.model.spec import CondaSpec
from condasync.model.translation import Built, Dropped, Kept, Mapped, Outcome, PipWheel, System

if TYPE_CHECKING:
    from condasync.lock.formats import Format

LOCK_NAME = "conda-lock.yml"
TRANSLATED_NAME = "environment.conda-forge.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Hold the environment.yml that the lock is made from; `generated` is False when the user's own file serves."""

    path: Path
    text: str
    generated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFiles:
    """Hold the files of one export before they are written; `findings` say what a further format leaves out."""

    files: tuple[OutputFile, ...]
    named: ExportFiles
    lock: LockFile
    findings: tuple[Finding, ...] = ()

    def changed(self) -> tuple[Path, ...]:
        """Return the paths whose content writing would change."""
        return tuple(file.path for file in self.files if _differs(file))


def write_export(export: Export, folder: Path) -> ExportFiles:
    """Write environment.yml, conda-lock.yml and virtual-packages.yaml of a solved export, all or none.

    Raises OutputError when a file is there that condasync did not write, LockFileError for a record without md5.
    """
    planned = planned_files(export, folder)
    write_all(planned.files)
    return planned.named


def planned_files(export: Export, folder: Path, *, formats: Sequence[Format] = (), force: bool = False) -> PlannedFiles:
    """Return the files of a solved export; `formats` are written beside conda-lock.yml.

    The user's environment.yml is the source itself when nothing in it needed translation; an input is never written.
    With `force` any lock that lies there may be replaced. Raises LockFileError for a record without md5, and for a lock
    that lies there and cannot be read.
    """
    targets = [platform.target for platform in export.platforms]
    virtual_path = folder / virtual_packages_yaml.DEFAULT_FILENAME
    # conda-lock reads a file that lies there, so an old one must say what holds now.
    stated = virtual_packages_yaml.differs_from_default(targets) or virtual_path.exists()
    virtual = virtual_packages_yaml.dumps(targets) if stated else None
    source = _source(export, folder)
    lock_path = folder / LOCK_NAME
    made_here = _lock(export, source, folder, virtual)
    lock = portable_lock(made_here, folder=folder.resolve().as_uri())
    is_ours = _anything if force else conda_lock_v1.is_generated
    files = [OutputFile(path=lock_path, text=_lock_text(lock, lock_path, force=force), is_ours=is_ours)]
    if source.generated:
        files.append(OutputFile(path=source.path, text=source.text, is_ours=environment_yml.is_generated))
    if virtual is not None:
        files.append(OutputFile(path=virtual_path, text=virtual, is_ours=virtual_packages_yaml.is_generated))
    more = further_files(made_here, folder, formats)
    return PlannedFiles(
        files=(*files, *more.files),
        named=ExportFiles(
            environment=str(source.path),
            lock=str(lock_path),
            virtual_packages=str(virtual_path) if virtual else None,
            own_environment=not source.generated,
            more=tuple(str(file.path) for file in more.files),
        ),
        lock=lock,
        findings=more.findings,
    )


def _source(export: Export, folder: Path) -> _Source:
    inputs = export.environment.inputs
    listed = [one for one in inputs if one.kind == "environment.yml"]
    if len(inputs) == 1 and listed and _needs_no_translation(export):
        path = Path(inputs[0].path)
        return _Source(path=path, text=path.read_text(encoding="utf-8-sig"), generated=False)
    name = TRANSLATED_NAME if listed else environment_yml.DEFAULT_FILENAME
    return _Source(path=folder / name, text=environment_yml.dumps(_environment_file(export, folder)), generated=True)


def _needs_no_translation(export: Export) -> bool:
    stated = export.environment.platforms
    return (
        all(isinstance(package, CondaPackage) for package in export.environment.packages)
        and all(_is_as_written(outcome) for each in export.platforms for outcome in each.outcomes)
        and not any(each.relaxations for each in export.platforms)
        and (not stated or sorted(stated) == sorted(each.target.subdir for each in export.platforms))
    )


def _is_as_written(outcome: Outcome) -> bool:
    return isinstance(outcome, Kept) or (isinstance(outcome, Dropped) and outcome.reason.code == EXCLUDED)


def _environment_file(export: Export, folder: Path) -> EnvironmentFile:
    here = folder.resolve().as_uri()
    return EnvironmentFile(
        channels=tuple(portable_channel(channel.name, folder=here) for channel in export.question.channels),
        requests=tuple(
            PlatformRequests(
                platform=each.target.subdir,
                specs=_requested_specs(each),
                wheels=wheels_to_ask_for(_wheels(each), each.target),
            )
            for each in export.platforms
        ),
    )


def _requested_specs(platform: PlatformExport) -> tuple[CondaSpec, ...]:
    """Return python and what was requested: as listed where a file lists a constraint, else the locked version."""
    locked = {record.name: record for record in _records(platform)}
    listed: dict[str, list[CondaSpec]] = {}
    for outcome in platform.outcomes:
        if isinstance(outcome, System) or (isinstance(outcome, (Kept, Mapped, Built)) and outcome.package.requested):
            for spec in outcome.specs:
                listed.setdefault(spec.name, []).append(spec)
    python = CondaSpec(name="python", version=f"{platform.target.python}.*")
    return (
        python,
        *(_stated(listed[name], locked[name]) for name in sorted(listed.keys() & locked) if name != "python"),
    )


def _stated(listed: list[CondaSpec], record: ChannelRecord) -> CondaSpec:
    """Return what a person would write: one constraint that the lock holds, else the version that it locks."""
    versions = [spec.version for spec in listed if spec.version]
    channel = next((spec.channel for spec in listed if spec.channel), None)
    held = len(versions) == 1 and version_matches(versions[0], record.version)
    return CondaSpec(name=record.name, version=versions[0] if held else f"=={record.version}", channel=channel)


def _lock(export: Export, source: _Source, folder: Path, virtual: str | None) -> LockFile:
    targets = [platform.target for platform in export.platforms]
    places = (*export.environment.index_urls, *export.environment.find_links)
    return lockfile_for(
        solutions={each.target.subdir: Solution(records=_records(each)) for each in export.platforms},
        channels=[channel.name for channel in export.question.channels],
        content_hash=content_hashes_of(
            source.text,
            path=str(source.path),
            platforms=[target.subdir for target in targets],
            virtual_packages_text=virtual,
        ),
        sources=[Path(os.path.relpath(source.path, folder)).as_posix()],
        wheels=[
            row for each in export.platforms for row in wheel_rows(_wheels(each), each.target.subdir, places=places)
        ],
        custom=custom_metadata(
            inputs=[export.environment],
            targets=targets,
            python=export.question.python,
            channels_from_command_line=export.question.channels_from_command_line,
            engine=export.verified_by,
        ),
    )


def _records(platform: PlatformExport) -> tuple[ChannelRecord, ...]:
    return platform.answer.records if isinstance(platform.answer, Solution) else ()


def _wheels(platform: PlatformExport) -> tuple[PipWheel, ...]:
    return tuple(one for one in (*platform.outcomes, *platform.needed_wheels) if isinstance(one, PipWheel))


def _lock_text(lock: LockFile, path: Path, *, force: bool) -> str:
    """Return the lock's text: the old file's own when only the verifying engine would differ."""
    text = conda_lock_v1.dumps(lock)
    if not path.exists():
        return text
    try:
        old = read_lock_text(path)
        if old == text:  # the usual case, and reading a lock takes longer than writing one
            return text
        return old if same_but_for_engine(conda_lock_v1.loads(old, path=str(path)), lock) else text
    except LockFileError:
        if force:
            return text
        raise


def _anything(text: str) -> bool:
    del text
    return True


def _differs(file: OutputFile) -> bool:
    try:
        return file.path.read_bytes() != file.text.encode()
    except OSError:
        return True
