"""The new prefix, made in a work folder: the old one's files, without what goes, with what comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from condasync.apply.clone import Seen, clone
from condasync.apply.conda_install import CondaStep, install_conda, narrow
from condasync.apply.conda_meta import MetaRecord, broken_records_hidden, owned_by, read_records, state_origin, twins_in
from condasync.apply.needs import Needs
from condasync.apply.obstacles import clear_the_way, refuse_ways_out
from condasync.apply.packages import CondaFile, layout_with
from condasync.apply.pip_remove import PipFiles, recorded_files, remove_bytecode
from condasync.apply.python_layout import layout_of
from condasync.apply.wheel_install import install_wheel
from condasync.errors import ApplyError
from condasync.model.apply import PackageFile
from condasync.model.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Hold what the old prefix held when it was copied, and what was noticed."""

    seen: Seen
    findings: tuple[Finding, ...]


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

    def make(self, tree: Path, *, inherit: int) -> Made:
        """Make the tree; `inherit` is the file descriptor of the turn. Raises ApplyError and OSError."""
        seen = self._begin(tree)
        findings = tuple(self._conda(tree, inherit)) if self.packages or self.needs.conda_out else ()
        return Made(seen=seen, findings=(*findings, *self._wheels(tree)))

    def _begin(self, tree: Path) -> Seen:
        if not (self.target / "conda-meta").is_dir():
            tree.mkdir()
            return {}
        self.tell("copying the prefix by links")
        seen = clone(self.target, tree)
        pip_files(tree, self.target, self.needs.pip_out, self.records).remove()
        out = [path for record in self.records if record.name in self.needs.conda_out for path in record.files]
        refuse_ways_out(tree, self.target, out)
        remove_bytecode(tree, out)
        self._remove_twins(tree)
        return seen

    def _remove_twins(self, tree: Path) -> None:
        """Remove what has several records here, and not by rattler, which knows one record for each name."""
        twins = twins_in(self.records)
        for record in self.records:
            if record.name in twins:
                for path in (*record.files, f"conda-meta/{record.file_name}"):
                    (tree / path).unlink(missing_ok=True)

    def _conda(self, tree: Path, inherit: int) -> Iterator[Finding]:
        self.tell(f"linking {len(self.packages)} packages")
        layout = layout_with(self.packages, self.records)
        coming = {path: sha256 for package in self.packages for path, sha256 in package.coming(layout)}
        refuse_ways_out(tree, self.target, coming)
        yield from clear_the_way(tree, coming, owned_by(self.records))
        anew = {package.file.row.name for package in self.packages}
        gone = self.needs.conda_out
        twins = twins_in(self.records)
        step = CondaStep(
            tree=tree,
            final=self.target,
            platform=self.platform,
            cache=self.cache,
            install=tuple(package.row for package in self.packages),
            keep=tuple(record.file_name for record in self.records if record.name not in anew | gone),
            reinstall=tuple(sorted((anew & gone) - twins)),
        )
        with broken_records_hidden(tree):
            install_conda(step, inherit=inherit)
        narrow(tree, [script for package in self.packages for script in package.scripts])
        state_origin(tree, [package.file.row for package in self.packages], self.requested)

    def _wheels(self, tree: Path) -> Iterator[Finding]:
        if not self.wheels:
            return
        self.tell(f"installing {len(self.wheels)} wheels")
        records = read_records(tree)
        layout = layout_of(records)
        if layout is None:
            raise ApplyError(f"{self.target}: there is no python for the lock's wheels", prefix=str(self.target))
        owned = owned_by(records) | recorded_files(tree, layout.site_packages)
        for file in self.wheels:
            requested = file.row.name in self.requested
            done = install_wheel(file, tree, self.target, layout, requested=requested, owned=owned)
            owned |= done.files
            yield from done.findings


def pip_files(tree: Path, final: Path, names: frozenset[str], records: Sequence[MetaRecord]) -> PipFiles:
    """Return what finds distributions of pip in a prefix, or in a tree that was cloned from it."""
    layout = layout_of(records)
    places = {layout.site_packages} if layout else set()
    found = (path for path in tree.glob("lib/python*/site-packages") if not path.parent.is_symlink())
    places |= {path.relative_to(tree).as_posix() for path in found}
    return PipFiles(
        tree=tree,
        final=final,
        site_packages=tuple(sorted(places)),
        names=names,
        owned=owned_by(records),
    )
