"""A small system in a folder: ELF and Mach-O files, a linker's cache, package managers' records, an environment."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from condasync.model.environment import Environment
from condasync.model.package import Distribution, LocalPackage, PipPackage
from condasync.model.translation import Outcome, Reason, Unmapped
from condasync.system.machine import Machine

LIB = "/usr/lib/x86_64-linux-gnu"


def elf(
    needed: Sequence[str] = (), *, soname: str | None = None, rpath: str = "", runpath: str = "", cpu: int = 62
) -> bytes:
    """Return a 64-bit ELF library without sections: headers, one loaded segment, the dynamic section and its names."""
    names = b"\0"
    entries: list[tuple[int, int]] = []
    texts = [(1, each) for each in needed] + [(14, soname or ""), (15, rpath), (29, runpath)]
    for tag, text in texts:
        if text:
            entries.append((tag, len(names)))
            names += text.encode() + b"\0"
    size = 16 * (len(entries) + 3)
    table = 176 + size
    entries += [(5, table), (10, len(names)), (0, 0)]
    dynamic = b"".join(struct.pack("<qQ", tag, value) for tag, value in entries)
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    header = struct.pack("<HHIQQQIHHHHHH", 3, cpu, 1, 0, 64, 0, 0, 64, 56, 2, 64, 0, 0)
    load = struct.pack("<IIQQQQQQ", 1, 4, 0, 0, 0, table + len(names), table + len(names), 4096)
    place = struct.pack("<IIQQQQQQ", 2, 4, 176, 176, 176, size, size, 8)
    return ident + header + load + place + dynamic + names


def mach_o(needed: Sequence[str] = (), *, own: str | None = None, rpath: Sequence[str] = ()) -> bytes:
    """Return a 64-bit Mach-O library that consists of load commands."""
    words = [(0xD, own)] if own else []
    words += [(0xC, each) for each in needed] + [(0x8000001C, each) for each in rpath]
    commands = b""
    for command, text in words:
        head = 12 if command == 0x8000001C else 24
        body = text.encode() + b"\0"
        body += bytes(-len(body) % 8)
        commands += struct.pack("<III", command, head + len(body), head) + bytes(head - 12) + body
    header = struct.pack("<IiiIIIII", 0xFEEDFACF, 0x0100000C, 0, 6, len(words), len(commands), 0, 0)
    return header + commands


def ld_cache(paths: Sequence[str]) -> bytes:
    """Return a linker's cache as glibc writes it, for libraries by their paths."""
    entries, strings = b"", b""
    start = 48 + 24 * len(paths)
    for path in paths:
        key = path.rpartition("/")[2].encode() + b"\0"
        value = path.encode() + b"\0"
        entries += struct.pack("=iIIIQ", 0x0303, start + len(strings), start + len(strings) + len(key), 0, 0)
        strings += key + value
    return b"glibc-ld.so.cache1.1" + struct.pack("=II", len(paths), len(strings)) + bytes(20) + entries + strings


@dataclass(frozen=True, slots=True)
class FakeSystem:
    """A system in a folder, with an environment beside it."""

    root: Path
    site: Path

    @property
    def machine(self) -> Machine:
        """Return the machine that it is."""
        return Machine(root=self.root, programs=(self.root / "usr/bin",), platform="linux")

    def write(self, path: str, content: bytes | str, *, mode: int = 0o644) -> Path:
        """Write a file of the system."""
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        file.chmod(mode)
        return file

    def library(self, soname: str, *, version: str = "1", folder: str = LIB) -> Path:
        """Put a library where the linker looks: the file with its version, and the link that has its soname."""
        file = self.write(f"{folder}/{soname}.{version}", elf(soname=soname))
        link = file.with_name(soname)
        link.symlink_to(file.name)
        return link

    def program(self, name: str) -> Path:
        """Put a program on PATH."""
        return self.write(f"/usr/bin/{name}", "#!/bin/sh\n", mode=0o755)

    def dpkg(self, package: str, version: str, *paths: str, source: str | None = None, more: str = "") -> None:
        """Record a package of Debian with its files."""
        self.write(f"/var/lib/dpkg/info/{package}:amd64.list", "\n".join(("/.", "/usr", *paths)) + "\n")
        status = self.root / "var/lib/dpkg/status"
        old = status.read_text(encoding="utf-8") if status.exists() else ""
        lines = [f"Package: {package}", "Status: install ok installed", "Architecture: amd64", f"Version: {version}"]
        lines += [f"Source: {source}"] if source else []
        lines += [more] if more else []
        self.write("/var/lib/dpkg/status", old + "\n".join(lines) + "\nDescription: x\n more: of it\n\n")

    def install(self, name: str, files: dict[str, bytes | str]) -> PipPackage:
        """Install a distribution in the environment beside the system."""
        rows = []
        for path, content in files.items():
            file = self.site / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
            rows.append(f"{path},,")
        info = self.site / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        (info / "RECORD").write_text("\n".join(rows) + "\n", encoding="utf-8")
        distribution = Distribution(name=name, version="1.0", location=str(info))
        return PipPackage(name=name, version="1.0", requested=True, distribution=distribution)

    def environment(self, *packages: PipPackage | LocalPackage) -> Environment:
        """Return the environment with some of its packages."""
        return Environment(kind="venv", prefix=str(self.site.parents[2]), python="3.11.7", packages=packages)


def leftovers(*packages: PipPackage | LocalPackage) -> tuple[Outcome, ...]:
    """Return outcomes as translation leaves them for what conda has nothing for."""
    reason = Reason(code="no-conda-name", text="no conda package is known for it")
    return tuple(Unmapped(package=package, reason=reason) for package in packages)


@pytest.fixture
def system(tmp_path: Path) -> FakeSystem:
    """Return an empty system."""
    site = tmp_path / "env" / "lib" / "python3.11" / "site-packages"
    site.mkdir(parents=True)
    root = tmp_path / "root"
    (root / "usr/lib/x86_64-linux-gnu").mkdir(parents=True)
    return FakeSystem(root=root, site=site)
