"""Taking what pip installed out of a tree: by its RECORD, and never outside the tree."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from packaging.utils import canonicalize_name

from condasync.errors import ApplyError

_META_ENDS = (".dist-info", ".egg-info", ".egg-link")


@dataclass(frozen=True, slots=True, kw_only=True)
class PipFiles:
    """Find and remove distributions in a tree whose paths will be below `final`.

    `site_packages` are folders below the tree; `names` (PEP 503) are wanted; `owned` are the paths of conda's packages:
    metadata in them is conda's, and stays.
    """

    tree: Path
    final: Path
    site_packages: tuple[str, ...]
    names: frozenset[str]
    owned: frozenset[str]

    def listed(self) -> frozenset[str]:
        """Return the files of the distributions, below the tree. Raises ApplyError for one that does not list them."""
        return frozenset(path for site, meta in self._found() for path in self._files(site, meta))

    def remove(self) -> None:
        """Remove the distributions, as far as they lie in the tree."""
        for site, meta in list(self._found()):
            if meta.suffix == ".egg-link":
                _forget_link(site, meta)
                continue
            files = list(self._files(site, meta))
            remove_bytecode(self.tree, files)
            for path in files:
                (self.tree / path).unlink(missing_ok=True)
            for path in files:
                _remove_empty(self.tree, (self.tree / path).parent)

    def _found(self) -> Iterator[tuple[Path, Path]]:
        for below in self.site_packages:
            site = self.tree / below
            for meta in sorted(site.iterdir()) if site.is_dir() else ():
                if meta.name.endswith(_META_ENDS) and _name_of(meta) in self.names and not self._is_owned(meta):
                    yield site, meta

    def _is_owned(self, meta: Path) -> bool:
        below = meta.relative_to(self.tree).as_posix()
        return any(f"{below}{end}" in self.owned for end in ("", "/METADATA", "/PKG-INFO"))

    def _files(self, site: Path, meta: Path) -> Iterator[str]:
        if meta.suffix == ".egg-link":
            return
        root = os.path.realpath(self.tree)
        real_folder = lru_cache(maxsize=None)(os.path.realpath)  # a link may lead to a user's own folder
        for base, row in _rows(site, meta):
            stated = os.path.normpath(base / row)
            path = stated.replace(f"{self.final}/", f"{self.tree}/", 1) if os.path.isabs(row) else stated  # noqa: PTH117
            folder, name = os.path.split(path)
            real = os.path.join(real_folder(folder), name)  # noqa: PTH118
            if real.startswith(f"{root}/") and (os.path.islink(real) or os.path.isfile(real)):  # noqa: PTH113, PTH114
                yield os.path.relpath(real, root)
        if meta.is_symlink():
            yield meta.relative_to(self.tree).as_posix()
        else:
            yield from (inner.relative_to(self.tree).as_posix() for inner in meta.rglob("*") if inner.is_file())


def recorded_files(tree: Path, site_packages: str) -> frozenset[str]:
    """Return the files that the distributions in a folder list, below the tree."""
    site = tree / site_packages
    found = (row for meta in site.glob("*.dist-info") for row in _lines(meta / "RECORD") or ())
    return frozenset(os.path.normpath(f"{site_packages}/{row[0]}") for row in csv.reader(found) if row)


def remove_bytecode(tree: Path, files: Iterable[str]) -> None:
    """Remove the bytecode of modules that go or change: Python trusts it while size and time of a source are equal."""
    for path in files:
        if path.endswith(".py"):
            folder, _, name = path.rpartition("/")
            cache = tree / folder / "__pycache__"
            for found in cache.glob(f"{name.removesuffix('.py')}.*.pyc") if cache.is_dir() else ():
                found.unlink()
            _remove_empty(tree, cache)


def _name_of(meta: Path) -> str:
    if meta.suffix == ".egg-link":
        return canonicalize_name(meta.stem)
    lines = _lines(meta / "METADATA") or _lines(meta / "PKG-INFO") or ()
    stated = next((line.partition(":")[2].strip() for line in lines if line.lower().startswith("name:")), "")
    return canonicalize_name(stated or meta.stem.split("-")[0])


def _rows(site: Path, meta: Path) -> Iterator[tuple[Path, str]]:
    """Yield the paths that a distribution lists, each with the folder that it is seen from."""
    lines = _lines(meta / "RECORD")
    if lines is not None:
        yield from ((site, row[0]) for row in csv.reader(lines) if row)
        return
    lines = _lines(meta / "installed-files.txt")
    if lines is None:
        raise ApplyError(
            f"{meta.name}: it does not say which files are its own, so it cannot be taken out; the prefix is as it was",
            hints=("remove it as it was installed, or make a new prefix",),
            path=str(meta),
        )
    yield from ((meta, row) for row in lines if row)


def _lines(path: Path) -> list[str] | None:
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _forget_link(site: Path, link: Path) -> None:
    """Undo a development install of setuptools: the link, and the folder's line in easy-install.pth."""
    folder = next(iter(link.read_text(encoding="utf-8").splitlines()), "").strip()
    link.unlink()
    pth = site / "easy-install.pth"
    lines = _lines(pth) if pth.is_file() else None
    if lines is None:
        return
    kept = [line for line in lines if line.strip() != folder]
    pth.unlink()
    if kept:
        pth.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")


def _remove_empty(tree: Path, folder: Path) -> None:
    """Remove a folder and those above it, as far as nothing is in them."""
    while folder != tree and folder.name != "site-packages":
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent
