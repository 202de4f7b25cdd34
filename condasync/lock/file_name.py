"""What a conda package's URL says of it: name, version, build, subdir."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

_FILE: Final = re.compile(r"(?P<name>.+)-(?P<version>[^-]+)-(?P<build>[^-]+)(?:\.conda|\.tar\.bz2)")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPackage:
    """Hold what a conda package's URL states."""

    name: str
    version: str
    build: str
    subdir: str
    file_name: str

    @property
    def build_number(self) -> int:
        """Return the number that the build string ends with; 0 when it ends with none."""
        number = self.build.rpartition("_")[2]
        return int(number) if number.isdecimal() else 0


def package_of_url(url: str) -> NamedPackage:
    """Return what a URL states. Raises ValueError when it leads to no conda package."""
    folder, _, file_name = unquote(urlsplit(url).path).rpartition("/")
    found = _FILE.fullmatch(file_name)
    subdir = folder.rpartition("/")[2]
    if found is None or not subdir:
        raise ValueError(f"no conda package: {file_name or url!r}")
    return NamedPackage(
        name=found["name"], version=found["version"], build=found["build"], subdir=subdir, file_name=file_name
    )
