"""Where the dynamic linker would find a library: RPATH, LD_LIBRARY_PATH, RUNPATH, its cache, its default folders."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from condasync.model.finding import Finding
from condasync.system.binary import Binary
from condasync.system.ld_cache import read_ld_cache
from condasync.system.machine import Machine

_CACHE = "/etc/ld.so.cache"
_FOLDERS = {
    "linux": ("/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib", "/usr/local/lib64"),
    "darwin": ("/opt/homebrew/lib", "/usr/local/lib", "/opt/local/lib"),
}
_HEADER = 20
_CPU = slice(18, 20)


class Loader:
    """Find libraries as the dynamic linker of a machine does; its cache is read at the first question."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.findings: list[Finding] = []

    def linked(self, name: str, binary: Binary, path: Path) -> Path | None:
        """Return the file that stands for what a binary at a path needs, None when there is none."""
        if binary.kind == "mach-o":
            return _first(self._mach_o(name, binary, path))
        if "/" in name:
            return _first(iter((self._machine.at(name),)))
        return _first(self._elf(name, binary, path), _cpu(path))

    def loaded(self, name: str) -> tuple[Path, ...]:
        """Return the files that a run-time load of a name may mean, each once, links followed.

        A name with `.so` or `.dylib` is one library; a bare one is every version of it, as `find_library` takes it.
        """
        if ".so" in name or name.endswith(".dylib"):
            names = [name]
        else:
            stem = name if name.startswith("lib") else f"lib{name}"
            names = [each for each in self._sonames if each.partition(".so")[0] == stem or each == f"{stem}.dylib"]
        found = [path for each in names if (path := _first(self._named(each)))]
        return tuple(dict.fromkeys(self._machine.real(path) for path in found))

    def _elf(self, name: str, binary: Binary, path: Path) -> Iterator[Path]:
        stated = () if binary.runpath else binary.rpath  # RPATH counts only where there is no RUNPATH
        yield from (folder / name for folder in _expanded(stated, path))
        yield from (folder / name for folder in self._machine.libraries)
        yield from (folder / name for folder in _expanded(binary.runpath, path))
        yield from self._named(name)

    def _mach_o(self, name: str, binary: Binary, path: Path) -> Iterator[Path]:
        head, _, tail = name.partition("/")
        if head == "@rpath":
            yield from (folder / tail for folder in _expanded(binary.rpath, path))
        elif head in {"@loader_path", "@executable_path"}:
            yield path.parent / tail
        else:
            yield self._machine.at(name)

    def _named(self, soname: str) -> Iterator[Path]:
        yield from (self._machine.at(path) for path in self._cache.get(soname, ()))
        yield from (folder / soname for folder in self._folders)

    @cached_property
    def _cache(self) -> Mapping[str, tuple[str, ...]]:
        file = self._machine.at(_CACHE)
        if self._machine.platform != "linux" or not file.exists():
            return {}
        try:
            return read_ld_cache(file.read_bytes())
        except (OSError, ValueError) as error:
            text = f"the linker's list of libraries cannot be read, its default folders are searched instead: {error}"
            self.findings.append(Finding(code="unreadable-ld-cache", severity="note", text=text, where=_CACHE))
            return {}

    @cached_property
    def _folders(self) -> tuple[Path, ...]:
        """Return the default folders, those of Debian's architectures among them."""
        places = [self._machine.at(path) for path in _FOLDERS.get(self._machine.platform, ())]
        if self._machine.platform == "linux":
            above = (self._machine.at("/lib"), self._machine.at("/usr/lib"))
            places += [place for folder in above for place in sorted(folder.glob("*-linux-*")) if place.is_dir()]
        return tuple(dict.fromkeys(place for place in places if place.is_dir()))

    @cached_property
    def _sonames(self) -> tuple[str, ...]:
        listed = (name for folder in self._folders for name in _listed(folder))
        return tuple(sorted({*self._cache, *listed}))


def _listed(folder: Path) -> list[str]:
    """Return the names of the libraries in a folder, none when it cannot be read."""
    try:
        return [name for name in os.listdir(folder) if ".so." in name or name.endswith(".dylib")]  # noqa: PTH208
    except OSError:
        return []


def _expanded(folders: tuple[str, ...], path: Path) -> Iterator[Path]:
    origin = str(path.parent)
    for folder in folders:
        text = folder
        for word in ("$ORIGIN", "${ORIGIN}", "@loader_path", "@executable_path"):
            text = text.replace(word, origin)
        if text.startswith("/"):
            yield Path(os.path.normpath(text))


def _first(paths: Iterator[Path], cpu: bytes | None = None) -> Path | None:
    return next((path for path in paths if _is_file(path) and (cpu is None or _cpu(path) == cpu)), None)


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113  Path.is_file fails on some names


def _cpu(path: Path) -> bytes | None:
    """Return the CPU's number in an ELF file: a machine may have libraries for two."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER)
    except OSError:
        return None
    return head[_CPU] if head.startswith(b"\x7fELF") else None
