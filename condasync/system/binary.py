"""Executables and shared libraries, read for what they link: ELF and Mach-O."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias

from condasync.system.elf import read_dynamic
from condasync.system.mach_o import FAT, THIN, LoadCommands, read_fat, read_thin

Kind: TypeAlias = Literal["elf", "mach-o"]

_ELF = b"\x7fELF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary:
    """Hold what the loader reads of one file; `rpath` and `runpath` are folders as written, `machine` is the CPU."""

    kind: Kind
    machine: str
    soname: str | None = None
    needed: tuple[str, ...] = ()
    rpath: tuple[str, ...] = ()
    runpath: tuple[str, ...] = ()


def read_binary(path: Path) -> Binary | None:
    """Return what a file links, None when it is neither ELF nor Mach-O.

    Raises OSError, and ValueError when the file is of such a kind and broken.
    """
    with path.open("rb") as file:
        magic = file.read(4)
        if magic == _ELF:
            return _elf(file)
        if magic in THIN:
            return _mach_o(read_thin(file, 0))
        if magic in FAT:
            commands = read_fat(file, magic)
            return _mach_o(commands) if commands else None
    return None


def _elf(file: BinaryIO) -> Binary:
    try:
        found = read_dynamic(file)
    except ValueError as error:
        raise ValueError(f"a broken ELF file: {error}") from error
    return Binary(
        kind="elf",
        machine=str(found.cpu),
        soname=found.soname,
        needed=found.needed,
        rpath=_folders(found.rpath),
        runpath=_folders(found.runpath),
    )


def _folders(lists: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(folder for text in lists for folder in text.split(":") if folder)


def _mach_o(commands: LoadCommands) -> Binary:
    return Binary(
        kind="mach-o",
        machine=str(commands.cpu),
        soname=commands.own,
        needed=commands.needed,
        rpath=commands.rpath,
    )
