"""The machine that a lock is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Subdir: TypeAlias = Literal["linux-64", "linux-aarch64", "linux-ppc64le", "osx-64", "osx-arm64", "win-64"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualPackage:
    """State a fact of the target machine as a package (CEP 30): `__glibc 2.28 0`."""

    name: str
    version: str
    build: str = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualPackageOverride:
    """Replace one virtual package of a target; `package` None removes it."""

    name: str
    package: VirtualPackage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Say for which subdir, Python minor ("3.11") and virtual packages an environment is meant."""

    subdir: Subdir
    python: str
    virtual_packages: tuple[VirtualPackage, ...]
