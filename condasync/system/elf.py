"""The dynamic section of ELF files: what the loader reads, and nothing else of the file.

pyelftools reads the same by way of all section headers, in twelve times the time; a test holds the two against each
other.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_LOAD, _DYNAMIC = 1, 2
_NULL, _NEEDED, _STRTAB, _SONAME, _RPATH, _RUNPATH = 0, 1, 5, 14, 15, 29
_TABLE_LIMIT = 4_000_000
_NAME_LIMIT = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Dynamic:
    """Hold the dynamic section's texts, and the number of the CPU that the file is for."""

    cpu: int
    needed: tuple[str, ...] = ()
    soname: str | None = None
    rpath: tuple[str, ...] = ()
    runpath: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """Hold how a class of ELF files lays out its structures; numbers are places in a program header."""

    header: struct.Struct
    segment: struct.Struct
    entry: struct.Struct
    at: tuple[int, int, int]

    @classmethod
    def of(cls, bits: int, order: str) -> _Form:
        if bits == 2:  # noqa: PLR2004  the class of 64-bit files
            header, segment, entry = "HHIQQQIHHH", "IIQQQQQQ", "qQ"
            return cls._made(order, header, segment, entry, (2, 3, 5))
        return cls._made(order, "HHIIIIIHHH", "IIIIIIII", "iI", (1, 2, 4))

    @classmethod
    def _made(cls, order: str, header: str, segment: str, entry: str, at: tuple[int, int, int]) -> _Form:
        made = (struct.Struct(order + each) for each in (header, segment, entry))
        return cls(header=next(made), segment=next(made), entry=next(made), at=at)


def read_dynamic(file: BinaryIO) -> Dynamic:
    """Return what an ELF file links. Raises ValueError when it is broken."""
    ident = _read(file, 0, 16)
    if ident[4] not in (1, 2) or ident[5] not in (1, 2):
        raise ValueError("its class or byte order is unknown")
    form = _Form.of(ident[4], "<" if ident[5] == 1 else ">")
    header = form.header.unpack(_read(file, 16, form.header.size))
    cpu, start, size, count = header[1], header[4], header[8], header[9]
    if count and size < form.segment.size:
        raise ValueError(f"its program headers are {size} bytes long")
    table = _read(file, start, size * count)
    segments = [form.segment.unpack_from(table, at * size) for at in range(count)]
    dynamic = next((each for each in segments if each[0] == _DYNAMIC), None)
    if dynamic is None:
        return Dynamic(cpu=cpu)
    offset, _, length = (dynamic[at] for at in form.at)
    entries = list(_entries(_read(file, offset, length), form.entry))
    return _texts(file, cpu, entries, [tuple(each[at] for at in form.at) for each in segments if each[0] == _LOAD])


def _entries(data: bytes, entry: struct.Struct) -> Iterator[tuple[int, int]]:
    for tag, value in entry.iter_unpack(data[: len(data) - len(data) % entry.size]):
        if tag == _NULL:
            return
        yield tag, value


def _texts(file: BinaryIO, cpu: int, entries: list[tuple[int, int]], loads: list[tuple[int, ...]]) -> Dynamic:
    values = dict(entries)
    if _STRTAB not in values:
        return Dynamic(cpu=cpu)
    address = values[_STRTAB]
    place = next((offset + address - at for offset, at, length in loads if at <= address < at + length), None)
    if place is None:
        raise ValueError("its table of names lies outside the file")
    found: dict[int, list[str]] = {_NEEDED: [], _SONAME: [], _RPATH: [], _RUNPATH: []}
    for tag, value in entries:
        if tag in found:
            found[tag].append(_text(file, place + value))
    return Dynamic(
        cpu=cpu,
        needed=tuple(found[_NEEDED]),
        soname=next(iter(found[_SONAME]), None),
        rpath=tuple(found[_RPATH]),
        runpath=tuple(found[_RUNPATH]),
    )


def _text(file: BinaryIO, at: int) -> str:
    """Return one name of the table; the tables of large libraries have megabytes."""
    data = _read(file, at, _NAME_LIMIT, short=True)
    end = data.find(b"\0")
    if end < 0:
        raise ValueError("a name in it has no end")
    return data[:end].decode("utf-8", errors="replace")


def _read(file: BinaryIO, at: int, size: int, *, short: bool = False) -> bytes:
    if size > _TABLE_LIMIT:
        raise ValueError(f"it announces a table of {size} bytes")
    try:
        file.seek(at)
        data = file.read(size)
    except (OSError, OverflowError) as error:
        raise ValueError(f"it points to the byte {at}, where nothing can be") from error
    if len(data) != size and not short:
        raise ValueError("it ends too early")
    return data
