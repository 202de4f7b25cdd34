"""Where a prefix stands, and the names beside it that belong to its applies."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

MARKER = "condasync-apply"
"""A file in a work folder: only folders that hold it are ever cleared away."""
TREE = "tree"
"""The folder inside a work folder that becomes the prefix, and then holds what the prefix was."""
ASIDE = "before"
"""Where a file system that cannot exchange two folders keeps the old prefix for the moment between two renames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Name a prefix: `target` is absolute and no link, so that a rename replaces it."""

    target: Path

    @property
    def lock_file(self) -> Path:
        """Return the file whose lock orders the applies of one prefix; it is there only while one runs."""
        return self.target.with_name(f".{self.target.name}.condasync-lock")

    @property
    def work_prefix(self) -> str:
        """Return how the names of work folders begin; they stand beside the prefix, on the same file system."""
        return f".{self.target.name}.condasync-new-"


def place_of(prefix: Path) -> Place:
    """Return the place that a path names. A prefix behind a link is replaced behind the link."""
    path = Path(os.path.abspath(os.path.expanduser(prefix)))  # noqa: PTH100, PTH111  pathlib follows links or raises
    return Place(target=Path(os.path.realpath(path)) if path.is_symlink() else path)
