"""What was read of files before: an entry counts as long as the file is the same one (device, inode, size, time)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from condasync.model.finding import Finding
from condasync.system.binary import Binary, read_binary
from condasync.system.contents import Place, files_of
from condasync.system.sources import Wish, wishes_in

_FORMAT = 1
_NAME = "system-scan.json"
_ENTRIES_LIMIT = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Hold what was read of a package: its compiled files, and what its sources wish for, each with its name."""

    binaries: tuple[tuple[str, str], ...]
    wishes: tuple[tuple[str, Wish], ...]
    findings: tuple[Finding, ...] = ()


class ScanCache:
    """Read compiled files and sources, each once as long as it stays as it is.

    `folder` None keeps nothing beyond this run. A cache that cannot be read or written is no fault: it is made anew.
    """

    def __init__(self, folder: Path | None) -> None:
        self._file = folder / _NAME if folder else None
        self._old = self._loaded()
        self._used: dict[str, Any] = {}
        self._changed = False

    def binary(self, path: Path) -> Binary | None:
        """Return what a file links. Raises OSError and ValueError as `read_binary` does."""
        row = self._row(f"binary {path}", str(path), lambda: _binary_row(path))
        if "fault" in row:
            raise ValueError(row["fault"])
        return _binary(row["binary"]) if row["binary"] else None

    def scan(self, place: Place) -> Scan:
        """Return the compiled files of a package, and what its sources load and call.

        The files of an installed distribution are taken to be the same as long as the list of them is.
        """
        if place.record is not None:
            return self._recorded(place, place.record)
        files = files_of(place)
        wishes = tuple(found for source in files.sources for found in self._source(source, thorough=place.own))
        return Scan(binaries=files.binaries, wishes=wishes, findings=files.findings)

    def save(self) -> None:
        """Write what was used, and what was known before as far as there is room."""
        if self._file is None or not self._changed:
            return
        rows = {**self._used, **{key: row for key, row in self._old.items() if key not in self._used}}
        kept = dict(list(rows.items())[:_ENTRIES_LIMIT])
        part = self._file.with_name(f".{_NAME}.{os.getpid()}.part")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps({"format": _FORMAT, "rows": kept}), encoding="utf-8")
            part.replace(self._file)
        except OSError:
            return

    def _recorded(self, place: Place, record: Path) -> Scan:
        findings: list[Finding] = []

        def read() -> dict[str, Any]:
            files = files_of(place)
            findings.extend(files.findings)
            rows = [row for source in files.sources for row in _wish_rows(source, thorough=place.own)]
            return {"binaries": [list(pair) for pair in files.binaries], "wishes": rows}

        try:
            row = self._row(f"package {record}", str(record), read)
        except OSError as error:
            text = f"the list of its files cannot be read: {error.strerror}"
            finding = Finding(code="system-scan-unreadable", severity="note", text=text, where=str(record))
            return Scan(binaries=(), wishes=(), findings=(finding,))
        binaries = tuple((shown, path) for shown, path in row["binaries"])
        return Scan(binaries=binaries, wishes=_wishes(row), findings=tuple(findings))

    def _source(self, source: tuple[str, str], *, thorough: bool) -> tuple[tuple[str, Wish], ...]:
        try:
            return _wishes(
                self._row(f"source {source[1]}", source[1], lambda: {"wishes": _wish_rows(source, thorough=thorough)})
            )
        except OSError:
            return ()

    def _row(self, key: str, path: str, read: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        status = os.stat(path)  # noqa: PTH116  thousands of files
        identity = [status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns]
        row: dict[str, Any] | None = self._used.get(key) or self._old.get(key)
        if row is None or row.get("identity") != identity:
            row = {**read(), "identity": identity}
            self._changed = True
        self._used[key] = row
        return row

    def _loaded(self) -> dict[str, Any]:
        if self._file is None:
            return {}
        try:
            data = json.loads(self._file.read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        rows = data.get("rows") if isinstance(data, dict) and data.get("format") == _FORMAT else None
        return rows if isinstance(rows, dict) else {}


def _binary_row(path: Path) -> dict[str, Any]:
    try:
        found = read_binary(path)
    except ValueError as error:
        return {"fault": str(error)}
    return {"binary": asdict(found) if found else None}


def _binary(row: dict[str, Any]) -> Binary:
    lists = {key: tuple(row[key]) for key in ("needed", "rpath", "runpath")}
    return Binary(kind=row["kind"], machine=row["machine"], soname=row["soname"], **lists)


def _wishes(row: dict[str, Any]) -> tuple[tuple[str, Wish], ...]:
    return tuple((shown, Wish(kind=kind, name=name, line=line)) for shown, kind, name, line in row["wishes"])


def _wish_rows(source: tuple[str, str], *, thorough: bool) -> list[tuple[str, str, str, int]]:
    shown, path = source
    return [(shown, wish.kind, wish.name, wish.line) for wish in wishes_in(_content(path), thorough=thorough)]


def _content(path: str) -> bytes:
    """Return the bytes of a source, none of what cannot be read: Python could not import it either."""
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""
