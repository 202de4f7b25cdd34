"""What is known of wheels, kept on disk between runs: one small file per wheel, named by its digest."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from condasync.errors import OutputError
from condasync.model.url import Url
from condasync.model.wheel import Wheel

_VERSION = 2
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelCache:
    """Keep wheels by name and digest below a folder. What is damaged counts as not there."""

    folder: Path

    def read(self, name: str, sha256: str) -> Wheel | None:
        """Return the wheel with this digest, None when it is not known."""
        try:
            row = json.loads(self._path(name, sha256).read_text(encoding="utf-8"))
            wheel = _from_row(row)
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return wheel if (wheel.name, wheel.sha256) == (name, sha256) else None

    def named(self, name: str) -> Iterator[Wheel]:
        """Yield every wheel known of a normalised name, sorted by digest."""
        folder = self.folder / name
        for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
            wheel = self.read(name, path.stem)
            if wheel is not None:
                yield wheel

    def write(self, wheel: Wheel) -> None:
        """Keep a wheel, its URL without credentials. Raises OutputError."""
        path = self._path(wheel.name, wheel.sha256)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=path.parent, prefix=".part-")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(_row(wheel), file, sort_keys=True)
                Path(part).replace(path)
            finally:
                Path(part).unlink(missing_ok=True)
        except OSError as fault:
            raise OutputError(
                f"{self.folder}: the cache cannot be written: {fault.strerror}",
                hints=("free some space, or name another cache folder: CONDASYNC_CACHE_DIR",),
                path=str(self.folder),
            ) from fault

    def _path(self, name: str, sha256: str) -> Path:
        return self.folder / name / f"{sha256}.json"


def _row(wheel: Wheel) -> dict[str, Any]:
    return {
        "cache_version": _VERSION,
        "name": wheel.name,
        "version": wheel.version,
        "file_name": wheel.file_name,
        "url": wheel.url.public,
        "sha256": wheel.sha256,
        "requires": list(wheel.requires),
        "extras": list(wheel.extras),
        "requires_python": wheel.requires_python,
        "yanked": wheel.yanked,
    }


def _from_row(row: Any) -> Wheel:
    """Return the wheel of a row. Raises KeyError, TypeError or ValueError for what is none."""
    texts = [row[key] for key in ("name", "version", "file_name", "url", "sha256")]
    options = [row["requires_python"], row["yanked"]]
    requires, extras = row["requires"], row["extras"]
    lists = isinstance(requires, list) and isinstance(extras, list)
    if row["cache_version"] != _VERSION or not _SHA256.fullmatch(row["sha256"]) or not lists:
        raise ValueError("not a row of this version")
    if not all(isinstance(text, str) for text in (*texts, *requires, *extras)):
        raise TypeError("texts are wanted")
    if not all(text is None or isinstance(text, str) for text in options):
        raise TypeError("texts are wanted")
    name, version, file_name, url, sha256 = texts
    return Wheel(
        name=name,
        version=version,
        file_name=file_name,
        url=Url(url),
        sha256=sha256,
        requires=tuple(requires),
        requires_python=options[0],
        yanked=options[1],
        extras=tuple(extras),
    )
