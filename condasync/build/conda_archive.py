"""The `.conda` container: two zstandard tars in a zip, the same bytes every time.

conda-package-streaming's own builder stamps the zip with the wall clock, so the container is written here.
"""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import zstandard

EPOCH = 315532800  # 1980-01-01, the first second that a zip knows
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_LEVEL = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFile:
    """Hold one file of a conda package; `prefix_placeholder` is the text in it that stands for the prefix."""

    path: str
    data: bytes
    executable: bool = False
    prefix_placeholder: str | None = None


def conda_archive(stem: str, files: Sequence[PackageFile], info: Sequence[PackageFile]) -> bytes:
    """Return a `.conda` archive; `info` files carry paths below `info/`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        parts = {
            "metadata.json": json.dumps({"conda_pkg_format_version": 2}).encode(),
            f"pkg-{stem}.tar.zst": _tar(files),
            f"info-{stem}.tar.zst": _tar(info),
        }
        for name, data in parts.items():
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return out.getvalue()


def _tar(files: Sequence[PackageFile]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT, encoding="utf-8") as archive:
        for file in sorted(files, key=lambda one: one.path):
            entry = tarfile.TarInfo(file.path)
            entry.size, entry.mtime, entry.mode = len(file.data), EPOCH, 0o755 if file.executable else 0o644
            archive.addfile(entry, io.BytesIO(file.data))
    return zstandard.ZstdCompressor(level=_LEVEL).compress(out.getvalue())
