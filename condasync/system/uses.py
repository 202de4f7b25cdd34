"""What packages use of the system: libraries that they link and load, programs that they call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from condasync.convert.requirement import normalise
from condasync.model.finding import Finding
from condasync.model.package import SystemUse
from condasync.system.brought import Brought
from condasync.system.contents import Place
from condasync.system.loader import Loader
from condasync.system.machine import Machine
from condasync.system.scan_cache import ScanCache
from condasync.system.sources import Wish
from condasync.system.tables import is_everywhere, machine_programs, needed_programs


@dataclass(slots=True)
class Search:
    """Look through packages for what they use of one machine.

    `findings` gather what could not be read, `foreign` the packages of another platform.
    """

    machine: Machine
    loader: Loader
    cache: ScanCache
    brought: Brought
    bin_folders: tuple[Path, ...]
    findings: list[Finding] = field(default_factory=list)
    foreign: set[str] = field(default_factory=set)

    def uses(self, place: Place) -> Iterator[SystemUse]:
        """Yield what the compiled files and the sources of one package use, in the order of its files."""
        scan = self.cache.scan(place)
        self.findings += scan.findings
        for shown, path in scan.binaries:
            yield from self._linked(place, shown, Path(path))
        for shown, wish in scan.wishes:
            seek = self._loaded if wish.kind == "load" else self._called
            yield from seek(place, shown, wish)

    def required(self, name: str) -> Iterator[SystemUse]:
        """Yield the programs that a distribution is of no use without, as far as they are on this machine."""
        for program in needed_programs().get(normalise(name), ()):
            path = self.machine.program(program, self.bin_folders)
            if path is not None and not self.brought.holds(path):
                yield SystemUse(by=name, file="", wants=program, path=str(path), strength="called")

    def _linked(self, place: Place, shown: str, path: Path) -> Iterator[SystemUse]:
        try:
            binary = self.cache.binary(path)
        except (OSError, ValueError) as error:
            reason = str(error.strerror) if isinstance(error, OSError) else str(error)
            self.findings.append(_unread(place, shown, reason))
            return
        if binary is None:
            return
        if (binary.kind == "mach-o") != (self.machine.platform == "darwin"):
            self._foreign(place, shown, binary.kind)
            return
        for soname in binary.needed:
            if is_everywhere(soname) or _is_of_macos(soname) or self.brought.has(soname):
                continue
            found = self.loader.linked(soname, binary, path)
            if found is None:
                self.findings.append(_missing(place, shown, soname))
            elif not self.brought.holds(found):
                name = soname.rpartition("/")[2]
                yield SystemUse(by=place.name, file=shown, wants=name, path=str(found), strength="linked")

    def _foreign(self, place: Place, shown: str, kind: str) -> None:
        """Say once for each package that its compiled files are of another platform."""
        if place.name not in self.foreign:
            self.foreign.add(place.name)
            self.findings.append(_unread(place, shown, f"it is for another platform ({kind})"))

    def _loaded(self, place: Place, shown: str, wish: Wish) -> Iterator[SystemUse]:
        found = [path for path in self.loader.loaded(wish.name) if not self.brought.holds(path)]
        names = {path: self._soname(path) for path in found}
        kept = [path for path in found if not is_everywhere(names[path]) and not self.brought.has(names[path])]
        for path in kept:
            yield SystemUse(
                by=place.name,
                file=f"{shown}:{wish.line}",
                wants=names[path],
                path=str(path),
                strength="loaded" if len(kept) == 1 else "hinted",
            )

    def _soname(self, path: Path) -> str:
        """Return the name that programs link a library by, its file's name when it states none."""
        try:
            binary = self.cache.binary(path)
        except (OSError, ValueError):
            return path.name
        return (binary.soname if binary else None) or path.name

    def _called(self, place: Place, shown: str, wish: Wish) -> Iterator[SystemUse]:
        if wish.name in machine_programs():
            return
        path = self.machine.program(wish.name, self.bin_folders)
        if path is not None and not self.brought.holds(path):
            yield SystemUse(
                by=place.name,
                file=f"{shown}:{wish.line}",
                wants=wish.name,
                path=str(path),
                strength="called" if place.own else "hinted",
            )


def unique(uses: Iterable[SystemUse]) -> tuple[SystemUse, ...]:
    """Return the uses, each library or program once for each package, its strongest proof first found."""
    order = ("linked", "loaded", "called", "hinted")
    best: dict[tuple[str, str], SystemUse] = {}
    for use in uses:
        known = best.get((use.by, use.wants))
        if known is None or order.index(use.strength) < order.index(known.strength):
            best[use.by, use.wants] = use
    return tuple(best.values())


def _is_of_macos(name: str) -> bool:
    return name.startswith(("/usr/lib/", "/System/", "@rpath/libswift", "@rpath/Python"))


def _missing(place: Place, shown: str, soname: str) -> Finding:
    return Finding(
        code="missing-system-library",
        severity="note",
        text=f"{place.name} links {soname}, which is not on this machine",
        package=place.name,
        where=shown,
    )


def _unread(place: Place, shown: str, reason: str) -> Finding:
    return Finding(
        code="system-scan-unreadable",
        severity="note",
        text=f"{place.name}: {shown} is not searched for system libraries: {reason}",
        package=place.name,
        where=shown,
    )
