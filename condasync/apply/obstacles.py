"""What lies where new files go: files of nobody are moved aside, links to the old prefix are broken."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, count
from pathlib import Path

from condasync.errors import ApplyError
from condasync.model.finding import Finding

SAVED = ".condasync-saved"
"""The end of the name that a file of the user's gets when a package brings a file of the same name."""


def clear_the_way(tree: Path, coming: Mapping[str, str | None], owned: frozenset[str]) -> Iterator[Finding]:
    """Make room in a tree for files that packages bring, and yield what was moved aside.

    `coming` maps paths below the tree to the sha256 of what will be there, None where that is not known; `owned` are
    the paths of packages. Bytecode is nobody's: Python makes it anew.
    """
    for path, sha256 in coming.items():
        place = tree / path
        if not os.path.lexists(place) or (place.is_dir() and not place.is_symlink()):
            continue
        if path in owned:
            break_link(place)
        elif path.endswith(".pyc") or _same(place, sha256):
            place.unlink()
        else:
            yield moved_aside(tree, path)


def refuse_ways_out(tree: Path, final: Path, paths: Iterable[str]) -> None:
    """Raise ApplyError when a folder of these paths is a link of the user's that leads out of the prefix.

    Packages would write there, and remove what is there, whatever becomes of the new prefix.
    """
    root = os.path.realpath(tree)
    for folder in sorted({os.path.dirname(path) for path in paths}):  # noqa: PTH120
        real = os.path.realpath(os.path.join(root, folder))  # noqa: PTH118
        if real != root and not real.startswith(f"{root}/"):
            raise ApplyError(
                f"{final}/{folder}: a link leads out of the prefix, to {real}, and packages have files in it",
                hints=("put a folder in place of the link", "or make a new prefix"),
                prefix=str(final),
                path=f"{final}/{folder}",
            )


def moved_aside(tree: Path, path: str) -> Finding:
    """Rename a file in a tree and return the finding that says so."""
    place = tree / path
    free = (place.with_name(f"{place.name}{SAVED}{end}") for end in chain([""], (f"-{at}" for at in count(2))))
    saved = next(one for one in free if not os.path.lexists(one))
    place.rename(saved)
    text = f"{path} belongs to no package, and a package brings a file of this name: it is now {saved.name}"
    return Finding(code="file-moved-aside", severity="warning", text=text, where=path)


def break_link(place: Path) -> None:
    """Make a file a copy of its own: writing to it changes neither the old prefix nor the cache."""
    if place.is_symlink() or not place.is_file() or place.stat().st_nlink == 1:
        return
    part = place.with_name(f".{place.name}.condasync-part")
    shutil.copy2(place, part)
    part.replace(place)


def _same(place: Path, sha256: str | None) -> bool:
    if sha256 is None or place.is_symlink():
        return False
    return hashlib.sha256(place.read_bytes()).hexdigest() == sha256
