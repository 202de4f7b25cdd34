"""The folder beside a prefix in which the new one is made, and how such folders are cleared away."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from condasync.apply.place import ASIDE, MARKER, TREE, Place


@contextmanager
def work_folder(place: Place) -> Iterator[Path]:
    """Yield a new folder beside the prefix and clear it away in the end, whatever it holds then."""
    folder = Path(tempfile.mkdtemp(dir=place.target.parent, prefix=place.work_prefix))
    try:
        (folder / MARKER).write_text("A prefix is made here by condasync apply; the next apply clears it away.\n")
        yield folder
    finally:
        with contextlib.suppress(OSError):  # what cannot be removed now, the next apply removes
            _clear(folder, place)


def is_busy(place: Place) -> bool:
    """Return whether another apply of the prefix is at work, or one was killed."""
    return place.lock_file.exists() or any(place.target.parent.glob(f"{glob.escape(place.work_prefix)}*"))


def clear_stale(place: Place) -> None:
    """Clear away what killed applies of this prefix left; the caller holds the prefix's turn.

    Only folders with our name and our marker go, and empty ones with our name.
    """
    for folder in sorted(place.target.parent.glob(f"{glob.escape(place.work_prefix)}*")):
        if folder.is_symlink() or not folder.is_dir():
            continue
        if not (folder / MARKER).is_file():
            with contextlib.suppress(OSError):  # killed between making the folder and marking it, else not ours
                folder.rmdir()
            continue
        with contextlib.suppress(OSError):  # is in nobody's way
            _clear(folder, place)


def _clear(folder: Path, place: Place) -> None:
    """Remove a work folder, the marker last: a removal that is killed halfway is taken up by the next one.

    A prefix that was renamed away, with nothing in its place yet, is put back.
    """
    if (folder / ASIDE).is_dir() and not os.path.lexists(place.target):
        (folder / ASIDE).rename(place.target)
    for name in (TREE, ASIDE):
        _remove_tree(folder / name)
    for path in folder.iterdir():
        if path.name != MARKER:
            path.unlink()
    (folder / MARKER).unlink(missing_ok=True)
    folder.rmdir()


def _remove_tree(tree: Path) -> None:
    if not os.path.lexists(tree):
        return
    try:
        shutil.rmtree(tree)
    except PermissionError:  # folders without the right to write, as some packages ship them
        for root, _, _ in os.walk(tree):
            os.chmod(root, 0o700)  # noqa: PTH101
        shutil.rmtree(tree)
