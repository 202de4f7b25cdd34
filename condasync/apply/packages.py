"""What the package files say of themselves, held against the lock and the place where they shall go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from condasync.apply.conda_meta import MetaRecord, channel_of_package, is_below
from condasync.apply.python_layout import PythonLayout, layout_for, layout_of
from condasync.channel.package_files import file_name_of
from condasync.channel.package_info import PackageInfo, read_package_info
from condasync.channel.record import record_from_row, row_from_record
from condasync.errors import ApplyError
from condasync.model.apply import PackageFile
from condasync.model.finding import Finding

_LINK_SCRIPTS = ("pre-link", "post-link")


@dataclass(frozen=True, slots=True, kw_only=True)
class CondaFile:
    """Hold a conda package's file and what it says; `row` is as rattler takes it, with the URL of the file here."""

    file: PackageFile
    info: PackageInfo
    row: Mapping[str, Any]

    def coming(self, layout: PythonLayout | None) -> Iterator[tuple[str, str | None]]:
        """Yield the paths that the package brings below a prefix, each with its sha256 where that is known."""
        python = self.info.index.get("noarch") == "python"
        for path in self.info.paths:
            below = str(path.get("_path", ""))
            if python and layout is not None:
                below = layout.place_of_noarch(below)
            plain = path.get("prefix_placeholder") is None and path.get("path_type") == "hardlink"
            yield below, path.get("sha256") if plain else None
        for script in self.scripts:
            yield script, None

    @property
    def scripts(self) -> tuple[str, ...]:
        """Return the entry points' scripts, below a prefix."""
        return tuple(map(_script, self.info.entry_points))


def layout_with(packages: Sequence[CondaFile], records: Sequence[MetaRecord]) -> PythonLayout | None:
    """Return where the new prefix's Python keeps packages: the coming one's, else that of the one here."""
    coming = next((package.row for package in packages if package.row["name"] == "python"), None)
    if coming is None:
        return layout_of(records)
    return layout_for(coming["version"], coming.get("python_site_packages_path"))


def read_packages(files: Sequence[PackageFile], final: Path) -> tuple[CondaFile, ...]:
    """Return what conda packages say. Raises ApplyError for one that is broken, another one, or does not fit there."""
    return tuple(_read(file, final) for file in files if file.row.manager == "conda")


def link_script_findings(packages: Sequence[CondaFile]) -> Iterator[Finding]:
    """Yield which packages carry scripts that conda would run when it links them; they are not run here."""
    for package in packages:
        name = package.file.row.name
        ends = tuple(f".{name}-{when}.{end}" for when in _LINK_SCRIPTS for end in ("sh", "bat"))
        if any(str(path.get("_path", "")).endswith(ends) for path in package.info.paths):
            text = f"{name} carries a script to run when it is linked; it was not run"
            yield Finding(code="link-script", severity="warning", text=text, package=name)


def _read(file: PackageFile, final: Path) -> CondaFile:
    row = file.row
    try:
        info = read_package_info(file.path)
        record = record_from_row(
            info.index,
            channel=channel_of_package(row.url, row.platform),
            url=file.path.resolve().as_uri(),
            file_name=file_name_of(row),
            subdir=str(info.index.get("subdir") or row.url.rpartition("/")[0].rpartition("/")[2]),
        )
    except ValueError as fault:
        raise ApplyError(
            f"{row.name} {row.version}: {file.path.name}: {fault}",
            hints=("make the lock anew: condasync export",),
            package=row.name,
        ) from fault
    if (record.name, record.version) != (row.name, row.version):
        raise ApplyError(
            f"{row.name} {row.version}: {file.path.name} is {record.name} {record.version}",
            hints=("make the lock anew: condasync export",),
            package=row.name,
        )
    _refuse_paths_outside(row.name, info)
    _refuse_long_path(row.name, info, final)
    stated = {"md5": row.md5, "sha256": row.sha256}
    size = {"size": file.path.stat().st_size}
    return CondaFile(
        file=file,
        info=info,
        row={**row_from_record(record), **{kind: hexed for kind, hexed in stated.items() if hexed}, **size},
    )


def _refuse_paths_outside(name: str, info: PackageInfo) -> None:
    paths = [str(path.get("_path", "")) for path in info.paths]
    outside = next((path for path in (*paths, *map(_script, info.entry_points)) if not is_below(path)), None)
    if outside is not None:
        raise ApplyError(
            f"{name}: its file {outside!r} would lie outside of the prefix",
            hints=("do not install it; tell who made it",),
            package=name,
        )


def _script(entry_point: str) -> str:
    return f"bin/{entry_point.partition('=')[0].strip()}"


def _refuse_long_path(name: str, info: PackageInfo, final: Path) -> None:
    """Refuse a prefix whose path does not fit where binary files keep room for it."""
    places = [
        path["prefix_placeholder"]
        for path in info.paths
        if path.get("file_mode") == "binary" and isinstance(path.get("prefix_placeholder"), str)
    ]
    room = min(map(len, places), default=None)
    if room is not None and len(str(final)) > room:
        raise ApplyError(
            f"{final}: the path is too long for {name}: its binary files have room for {room} characters",
            hints=("name a prefix with a shorter path",),
            package=name,
            prefix=str(final),
        )
