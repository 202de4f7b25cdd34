"""The new prefix, made in a work folder: the old one's files, without what goes, with what comes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from condasync.apply.clone import Seen, clone
from condasync.apply.conda_install import CondaStep, install_conda
from condasync.apply.conda_meta import MetaRecord, read_records, state_origin
from condasync.apply.needs import Needs
from condasync.apply.packages import CondaFile
from condasync.apply.pip_remove import PipFiles, remove_bytecode
from condasync.apply.python_layout import layout_of
from condasync.apply.wheel_install import install_wheel
from condasync.errors import ApplyError
from condasync.model.apply import PackageFile


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTree:
    """Say what the new prefix is made of.

    `target` is the prefix as it is; `records` are its conda packages; `files` are the wheels, in the lock's order;
    `requested` are the names that were asked for; `cache` holds unpacked conda packages.
    """

    target: Path
    platform: str
    needs: Needs
    records: tuple[MetaRecord, ...]
    packages: tuple[CondaFile, ...]
    wheels: tuple[PackageFile, ...]
    requested: frozenset[str]
    cache: Path
    tell: Callable[[str], None]

    def make(self, tree: Path, *, inherit: int) -> Seen:
        """Make the tree and return what the old prefix held; `inherit` is the turn's. Raises ApplyError, OSError."""
        seen = self._begin(tree)
        if self.packages or self.needs.conda_out:
            self._conda(tree, inherit)
        if self.wheels:
            self._wheels(tree)
        return seen

    def _begin(self, tree: Path) -> Seen:
        if not (self.target / "conda-meta").is_dir():
            tree.mkdir()
            return {}
        self.tell("copying the prefix by links")
        seen = clone(self.target, tree)
        pip_files(tree, self.target, self.needs.pip_out, self.records).remove()
        out = [path for record in self.records if record.name in self.needs.conda_out for path in record.files]
        remove_bytecode(tree, out)
        return seen

    def _conda(self, tree: Path, inherit: int) -> None:
        self.tell(f"linking {len(self.packages)} packages")
        anew = {package.file.row.name for package in self.packages}
        gone = self.needs.conda_out
        step = CondaStep(
            tree=tree,
            final=self.target,
            platform=self.platform,
            cache=self.cache,
            install=tuple(package.row for package in self.packages),
            keep=tuple(record.file_name for record in self.records if record.name not in anew | gone),
            reinstall=tuple(sorted(anew & gone)),
        )
        install_conda(step, inherit=inherit)
        state_origin(
            tree, [package.file.row for package in self.packages], {name: name for name in sorted(self.requested)}
        )

    def _wheels(self, tree: Path) -> None:
        self.tell(f"installing {len(self.wheels)} wheels")
        layout = layout_of(read_records(tree))
        if layout is None:
            raise ApplyError(f"{self.target}: there is no python for the lock's wheels", prefix=str(self.target))
        for file in self.wheels:
            install_wheel(file, tree, self.target, layout, requested=file.row.name in self.requested)


def pip_files(tree: Path, final: Path, names: frozenset[str], records: Sequence[MetaRecord]) -> PipFiles:
    """Return what finds distributions of pip in a prefix, or in a tree that was cloned from it."""
    layout = layout_of(records)
    places = {layout.site_packages} if layout else set()
    places |= {os.path.relpath(path, tree) for path in tree.glob("lib/python*/site-packages")}
    return PipFiles(
        tree=tree,
        final=final,
        site_packages=tuple(sorted(places)),
        names=names,
        owned=frozenset(path for record in records for path in record.files),
    )
