"""Project folders that a file names by path."""

from __future__ import annotations

import os
import re
from pathlib import Path

from condasync.capture.files.local_project import read_project
from condasync.capture.files.text_file import Place
from condasync.model.finding import Finding
from condasync.model.package import LocalPackage

_EXPLICIT = re.compile(r"\.{0,2}[/\\]|\.{1,2}(?:$|[\[\s;])|[A-Za-z]:")
_IMPLICIT = re.compile(r"[^\s=<>!~@;\[/\\]+[/\\][^=<>]*")


def looks_like_path(text: str, folder: Path, *, editable: bool) -> bool:
    """Return whether a text that is no PEP 508 requirement means a folder: `./x`, `/x`, `.`, `x/`, or one there is."""
    if "://" in text:
        return False
    if editable or _EXPLICIT.match(text):
        return True
    return _IMPLICIT.fullmatch(text) is not None and (text.endswith(("/", "\\")) or _is_folder(folder / text))


def project_at(
    text: str, place: Place, *, name: str | None, extras: tuple[str, ...], editable: bool
) -> tuple[LocalPackage, tuple[Finding, ...]]:
    """Return the project in a folder: its name as the file or the project itself states it, else its path.

    A relative path starts at the folder of the file that lists it, else (as pip has it) at the working directory.
    """
    beside = Path(os.path.abspath(place.path.parent / text))  # noqa: PTH100 -- resolve() would follow symlinks
    here = Path(os.path.abspath(text))  # noqa: PTH100
    folder = beside if _is_folder(beside) or not _is_folder(here) else here
    facts = read_project(folder)
    package = LocalPackage(
        name=name or facts.name or text,
        version=facts.version,
        path=f"{folder}",
        editable=editable,
        requires=facts.requires,
        extras=extras,
        where=str(place),
    )
    if _is_folder(folder):
        return package, ()
    missing = Finding(
        code="local-path-missing",
        severity="warning",
        text=f"there is no folder {text}: nothing is known of this project but its path",
        package=package.name,
        where=str(place),
    )
    return package, (missing,)


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 -- Path.is_dir raises for a name that is too long
