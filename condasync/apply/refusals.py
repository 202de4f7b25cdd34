"""What is not applied, and why: said before anything is fetched or touched."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from condasync.apply.mounts import is_mount_point, refuse_mounts
from condasync.apply.place import Place
from condasync.channel.package_files import file_name_of
from condasync.errors import ApplyError
from condasync.model.lockfile import LockedPackage, LockFile

_FROZEN = "conda-meta/frozen"
_WHEEL_PLATFORMS = {
    "linux-64": (("linux_", "manylinux"), ("_x86_64",)),
    "linux-aarch64": (("linux_", "manylinux"), ("_aarch64",)),
    "osx-64": (("macosx_",), ("_x86_64", "_universal2", "_intel")),
    "osx-arm64": (("macosx_",), ("_arm64", "_universal2")),
}
"""Subdir -> how the platform part of a wheel's name begins and ends (PEP 425, 600); `musllinux` is none of conda's."""


def rows_for(lock: LockFile, *, asked: str | None, host: str) -> tuple[str, tuple[LockedPackage, ...]]:
    """Return the platform to apply and the lock's rows for it. Raises ApplyError for rows that cannot be installed."""
    wanted = asked or host
    if wanted not in lock.metadata.platforms:
        held = ", ".join(lock.metadata.platforms)
        hints = (
            (f"lock for it: condasync export --platform {wanted}",)
            if asked
            else ("name one to make a prefix for another machine: --platform SUBDIR",)
        )
        raise ApplyError(f"the lock is for {held}, not for {wanted}", hints=hints, platform=wanted)
    rows = tuple(row for row in lock.packages if row.platform == wanted)
    if not rows:
        raise ApplyError(
            f"the lock holds no package for {wanted}", hints=("make it anew: condasync export",), platform=wanted
        )
    for row in rows:
        _refuse_row(row)
    _refuse_pip_rows([row for row in rows if row.manager == "pip"], rows, wanted)
    return wanted, rows


def refuse_place(place: Place) -> None:
    """Raise ApplyError for a place that holds something else than a conda prefix."""
    target = place.target
    if sys.platform == "win32":
        raise ApplyError("prefixes are applied on Linux and macOS only", hints=("convert the lock: condasync convert",))
    if not os.path.lexists(target) or (target / "conda-meta").is_dir():
        return
    if not target.is_dir():
        raise ApplyError(f"{target}: is no folder", hints=("name another prefix",), prefix=str(target))
    if (target / "pyvenv.cfg").is_file():
        raise ApplyError(f"{target}: is a venv, not a conda prefix", hints=("name a new folder",), prefix=str(target))
    try:
        used = any(target.iterdir())
    except OSError as fault:
        raise ApplyError(
            f"{target}: cannot be read: {fault.strerror}", hints=("name another prefix",), prefix=str(target)
        ) from fault
    if used:
        raise ApplyError(
            f"{target}: holds files and is no conda prefix; they could be somebody's",
            hints=("name a new or an empty folder",),
            prefix=str(target),
        )


def refuse_change(place: Place, *, own_prefixes: Sequence[Path], own_prefix: bool) -> None:
    """Raise ApplyError for a prefix that may not, or cannot, be made or replaced."""
    target = place.target
    if not own_prefix and any(_within(own, target) for own in own_prefixes):
        raise ApplyError(
            f"{target}: condasync itself runs from this prefix",
            hints=("run condasync from another environment", "or allow it: --own-prefix"),
            prefix=str(target),
        )
    if is_mount_point(target):
        raise ApplyError(
            f"{target}: is a mount point, which cannot be exchanged",
            hints=("name a folder below it: the prefix is made beside the old one and then takes its place",),
            prefix=str(target),
        )
    refuse_mounts(target)
    _refuse_frozen(target)
    _refuse_parent(target)


def _refuse_row(row: LockedPackage) -> None:
    if not (row.sha256 or row.md5):
        raise ApplyError(
            f"{row.name}: the lock states no digest of its file, so nobody could say what is installed",
            hints=("make the lock anew: condasync export",),
            package=row.name,
        )
    if not row.url:
        raise ApplyError(
            f"{row.name}: the lock states no URL for it", hints=("use a conda-lock.yml",), package=row.name
        )


def _refuse_pip_rows(pip: Sequence[LockedPackage], rows: Sequence[LockedPackage], platform: str) -> None:
    for row in pip:
        if not re.fullmatch(r"[^?#]+\.whl", row.url.partition("#")[0].partition("?")[0]):
            raise ApplyError(
                f"{row.name} {row.version}: is locked as source, and apply builds nothing",
                hints=("lock it as a wheel or as a conda package: condasync export",),
                package=row.name,
            )
        _refuse_foreign_wheel(row, platform)
    if pip and not any(row.manager == "conda" and row.name == "python" for row in rows):
        raise ApplyError(
            f"{pip[0].name}: a wheel needs python, and the lock has none for {platform}",
            hints=("add python to what is locked",),
            package=pip[0].name,
        )
    if pip and platform.startswith("win-"):
        raise ApplyError(
            f"{pip[0].name}: wheels are installed for Linux and macOS only",
            hints=("make this prefix on Windows with conda-lock",),
            package=pip[0].name,
        )


def _refuse_foreign_wheel(row: LockedPackage, platform: str) -> None:
    """Refuse a wheel for another system or processor; whether its glibc fits was the lock's business."""
    if platform not in _WHEEL_PLATFORMS:
        return
    systems, cpus = _WHEEL_PLATFORMS[platform]
    parts = file_name_of(row).removesuffix(".whl").rpartition("-")[2].split(".")
    if not any(one == "any" or (one.startswith(systems) and one.endswith(cpus)) for one in parts):
        raise ApplyError(
            f"{row.name} {row.version}: {file_name_of(row)} is a wheel for another platform than {platform}",
            hints=("make the lock anew: condasync export",),
            package=row.name,
        )


def _refuse_frozen(target: Path) -> None:
    """Refuse a prefix that is marked as frozen (CEP 22), in the words of who froze it."""
    mark = target / _FROZEN
    if not os.path.lexists(mark):
        return
    try:
        content = json.loads(mark.read_text(encoding="utf-8") or "{}")
        said = str(content.get("message", "")) if isinstance(content, dict) else ""
    except (OSError, ValueError):
        said = ""
    raise ApplyError(
        f"{target}: is frozen" + (f": {said}" if said else ""),
        hints=(f"remove {_FROZEN} in it if it may change", "or name another prefix"),
        prefix=str(target),
    )


def _refuse_parent(target: Path) -> None:
    parent = target.parent
    above = next(folder for folder in (parent, *parent.parents) if folder.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise ApplyError(
            f"{above}: cannot be written, and a prefix is made beside the place where it will be",
            hints=("name a prefix below a folder that you may write",),
            prefix=str(target),
        )


def _within(path: Path, folder: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
