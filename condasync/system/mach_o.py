"""Mach-O files of macOS, read for what they link by their load commands."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

THIN = {
    b"\xcf\xfa\xed\xfe": ("<", 32),
    b"\xce\xfa\xed\xfe": ("<", 28),
    b"\xfe\xed\xfa\xcf": (">", 32),
    b"\xfe\xed\xfa\xce": (">", 28),
}
FAT = {b"\xca\xfe\xba\xbe": (">IIIII", 20), b"\xca\xfe\xba\xbf": (">IIQQII", 32)}
_LOAD_DYLIB = frozenset({0xC, 0x18 | 0x80000000, 0x1F | 0x80000000, 0x20})  # plain, weak, re-exported, lazy
_ID_DYLIB = 0xD
_RPATH = 0x1C | 0x80000000
_COMMANDS_LIMIT = 10_000
_ARCHITECTURES_LIMIT = 32  # a Java class begins with the same bytes as a fat file


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadCommands:
    """Hold what one architecture of a file links; `own` is the name that it is linked by, `cpu` the CPU's number."""

    cpu: int
    own: str | None
    needed: tuple[str, ...]
    rpath: tuple[str, ...]


def read_fat(file: BinaryIO, magic: bytes) -> LoadCommands | None:
    """Return the first architecture of a fat file: all of them link the same. None: another kind of file."""
    form, size = FAT[magic]
    (count,) = struct.unpack(">I", _read(file, 4, 4))
    if not 0 < count <= _ARCHITECTURES_LIMIT:
        return None
    offset = struct.unpack(form, _read(file, 8, size))[2]
    return read_thin(file, offset)


def read_thin(file: BinaryIO, start: int) -> LoadCommands:
    """Return what one architecture links. Raises ValueError when it is broken."""
    magic = _read(file, start, 4)
    if magic not in THIN:
        raise ValueError("a broken Mach-O file: no architecture where one is announced")
    order, header = THIN[magic]
    (cpu,) = struct.unpack(f"{order}i", _read(file, start + 4, 4))
    count, size = struct.unpack(f"{order}II", _read(file, start + 16, 8))
    if count > _COMMANDS_LIMIT:
        raise ValueError(f"a broken Mach-O file: {count} load commands")
    commands = _read(file, start + header, size)
    needed, rpath, own = [], [], None
    for command, text in _commands(commands, order, count):
        if command in _LOAD_DYLIB:
            needed.append(text)
        elif command == _ID_DYLIB:
            own = text
        else:
            rpath.append(text)
    return LoadCommands(cpu=cpu, own=own, needed=tuple(needed), rpath=tuple(rpath))


def _commands(data: bytes, order: str, count: int) -> Iterator[tuple[int, str]]:
    """Yield the load commands that name a file or a folder."""
    at = 0
    for _ in range(count):
        command, size = struct.unpack(f"{order}II", _part(data, at, 8))
        body = _part(data, at, size)
        if command in _LOAD_DYLIB or command in (_ID_DYLIB, _RPATH):
            (offset,) = struct.unpack(f"{order}I", _part(body, 8, 4))
            yield command, body[offset:].split(b"\0")[0].decode("utf-8", errors="replace")
        at += max(size, 8)


def _read(file: BinaryIO, at: int, size: int) -> bytes:
    file.seek(at)
    return _part(file.read(size), 0, size)


def _part(data: bytes, at: int, size: int) -> bytes:
    part = data[at : at + size]
    if len(part) != size:
        raise ValueError("a broken Mach-O file: it ends too early")
    return part
