"""Capture a conda prefix by its files alone: it may be of another platform, and its interpreter is never run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from condasync.capture.prefixes.conda_channel import channels_of
from condasync.capture.prefixes.conda_meta import InstalledRecord, read_conda_meta
from condasync.capture.prefixes.distributions import find_distributions
from condasync.capture.prefixes.installed import in_order, installed_packages
from condasync.capture.prefixes.layout import shown, site_folders
from condasync.capture.prefixes.overwritten import overwritten_in_place
from condasync.capture.prefixes.ownership import overwritten_by_pip, ownership_of
from condasync.capture.prefixes.search_path import NOTHING_OUTSIDE, Outside, SearchEntry, search_path
from condasync.model.environment import Environment
from condasync.model.package import CondaPackage, Distribution
from condasync.model.record import ChannelRecord


def is_conda_prefix(path: Path) -> bool:
    """Return whether conda keeps records in a folder."""
    return (path / "conda-meta").is_dir()


@dataclass(frozen=True, slots=True, kw_only=True)
class CondaPrefix:
    """A folder with conda-meta, made by conda, mamba, pixi or rattler."""

    prefix: Path
    outside: Outside = NOTHING_OUTSIDE

    def capture(self) -> Environment:
        """Return conda's packages and what pip installed beside them. Raises CaptureError when nothing can be read."""
        installed, meta_findings = read_conda_meta(self.prefix)
        records = tuple(item.record for item in installed)
        python = next((record for record in records if record.name == "python"), None)
        entries, path_findings = search_path(_sites(self.prefix, python, self.outside))
        found, found_findings = find_distributions(entries)
        ownership = ownership_of(self.prefix, installed, found)
        version = python.version if python else None
        packages, package_findings = installed_packages(ownership.unowned, found, python=version)
        return Environment(
            kind="conda-prefix",
            prefix=shown(self.prefix),
            python=version,
            platform=_platform(records),
            channels=channels_of(records),
            packages=in_order((*_conda_packages(installed, ownership.by_package), *packages)),
            findings=(
                *meta_findings,
                *path_findings,
                *found_findings,
                *package_findings,
                *overwritten_by_pip(installed, ownership.unowned),
                *overwritten_in_place(self.prefix, installed, ownership.by_package),
            ),
        )


def _sites(prefix: Path, python: ChannelRecord | None, outside: Outside) -> Iterator[SearchEntry]:
    """Yield where the prefix's Python looks: PYTHONPATH, the user's site, then its own site-packages."""
    if python is None:
        return
    for path in outside.python_path:
        yield SearchEntry(path=path, origin="pythonpath")
    minor = ".".join(python.version.split(".")[:2])
    if outside.user_base is not None:
        yield SearchEntry(path=outside.user_base / f"lib/python{minor}/site-packages", origin="user-site")
    stated = python.python_site_packages_path  # free-threaded builds keep theirs in lib/python3.13t
    for path in (prefix / stated,) if stated else site_folders(prefix, minor):
        yield SearchEntry(path=path, origin="env")


def _conda_packages(
    installed: Sequence[InstalledRecord], owned: Mapping[str, tuple[Distribution, ...]]
) -> Iterator[CondaPackage]:
    depended_on = {depend.split(" ")[0] for item in installed for depend in item.record.depends}
    for item in installed:
        record = item.record
        yield CondaPackage(
            name=record.name,
            version=record.version,
            # nothing else would bring back a package that nothing depends on, so it counts as requested
            requested=item.asked_for or record.name not in depended_on,
            build=record.build,
            channel=record.channel,
            subdir=record.subdir,
            record=record,
            distributions=owned.get(record.name, ()),
            where=shown(item.file),
        )


def _platform(records: Iterable[ChannelRecord]) -> str | None:
    """Return the subdir of the prefix: that of its compiled packages, None when all are noarch."""
    counts = Counter(record.subdir for record in records if record.subdir and record.subdir != "noarch")
    return min(counts, key=lambda subdir: (-counts[subdir], subdir), default=None)
