"""What compiled files of a wheel need from the machine, read from their ELF headers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

from condasync.build.wheel_file import WheelMember

_ELF = b"\x7fELF"
_GLIBC = re.compile(r"GLIBC_(\d+)\.(\d+)(?:\.\d+)?")
_MACHINES = {"EM_X86_64": "x86_64", "EM_AARCH64": "aarch64", "EM_PPC64": "ppc64le"}
_EVERYWHERE = re.compile(
    r"(ld-linux.*|libc|libm|libdl|libpthread|librt|libutil|libnsl|libresolv|libcrypt|libgcc_s|libstdc\+\+)\.so(\.\d+)*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ElfNeeds:
    """Hold what compiled files need: the lowest glibc ("2.17"), None when none; machines; libraries not of the base."""

    glibc: str | None
    machines: frozenset[str]
    libraries: frozenset[str]


def elf_needs(members: Iterable[WheelMember]) -> ElfNeeds:
    """Return what the ELF files among the members need; libraries that lie among the members are no need."""
    floors: list[tuple[int, int]] = []
    machines: set[str] = set()
    libraries: set[str] = set()
    own: set[str] = set()
    for member in members:
        own.add(member.name.rpartition("/")[2])
        if member.data.startswith(_ELF):
            try:
                _read(member.data, floors, machines, libraries)
            except (ELFError, KeyError, UnicodeDecodeError):
                machines.add(f"unreadable ({member.name})")
    floor = max(floors, default=None)
    return ElfNeeds(
        glibc=None if floor is None else f"{floor[0]}.{floor[1]}",
        machines=frozenset(machines),
        libraries=frozenset(name for name in libraries - own if not _EVERYWHERE.fullmatch(name)),
    )


def _read(data: bytes, floors: list[tuple[int, int]], machines: set[str], libraries: set[str]) -> None:
    file = ELFFile(io.BytesIO(data))
    machine = file["e_machine"]
    machines.add(_MACHINES.get(machine, str(machine)))
    for section in file.iter_sections():
        if isinstance(section, GNUVerNeedSection):
            for _, versions in section.iter_versions():
                floors += [(int(m[1]), int(m[2])) for one in versions if (m := _GLIBC.fullmatch(one.name))]
        elif isinstance(section, DynamicSection):
            libraries.update(tag.needed for tag in section.iter_tags("DT_NEEDED"))
