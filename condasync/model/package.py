"""Packages as captured: what is installed or listed, by whom, from where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.url import Url

Manager: TypeAlias = Literal["pip", "conda", "local", "system"]
Origin: TypeAlias = Literal["env", "user-site", "system-site", "pythonpath", "pth"]
SystemManager: TypeAlias = Literal["apt", "rpm", "apk", "homebrew", "none"]
Strength: TypeAlias = Literal["linked", "loaded", "called", "hinted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectUrl:
    """Say where a distribution came from when not from an index (PEP 610)."""

    kind: Literal["directory", "archive", "vcs"]
    url: Url
    editable: bool = False
    vcs: str | None = None
    commit: str | None = None
    subdirectory: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Hold an installed distribution's own metadata (`.dist-info` or `.egg-info`).

    `location` is the metadata folder or file, `requires` are raw Requires-Dist lines, `extras` the names that it
    provides as they are written.
    """

    name: str
    version: str
    location: str
    origin: Origin = "env"
    installer: str | None = None
    requires: tuple[str, ...] = ()
    requires_python: str | None = None
    extras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PipPackage:
    """A Python distribution that pip (or uv, poetry ...) installed, or that a file lists.

    `version` is the installed version, or the one that a file pins with `==`; `requirements` are the lines of files
    that list it (empty when installed); `distribution` is set when installed.
    """

    name: str
    version: str | None
    requested: bool
    requirements: tuple[PipRequirement, ...] = ()
    distribution: Distribution | None = None
    direct_url: DirectUrl | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CondaPackage:
    """A conda package that is installed in a prefix, or that a file lists.

    Installed: `version`, `build`, `channel`, `subdir` and `record` come from conda-meta, `distributions` are the Python
    distributions whose metadata files it owns. Listed: `specs` are the parsed requests; `version` is set only when a
    listing states it exactly.
    """

    name: str
    version: str | None
    requested: bool
    build: str | None = None
    channel: str | None = None
    subdir: str | None = None
    specs: tuple[CondaSpec, ...] = ()
    record: ChannelRecord | None = None
    distributions: tuple[Distribution, ...] = ()
    where: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPackage:
    """A project that lies on this machine as source: editable, `.egg-link`, or installed from a path.

    `path` is the project folder; `requires` are raw Requires-Dist lines when known, `extras` those wanted (`-e .[x]`).
    """

    name: str
    version: str | None
    path: str
    editable: bool
    requested: bool = True
    requires: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    where: str | None = None


CapturedPackage: TypeAlias = PipPackage | CondaPackage | LocalPackage


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemUse:
    """Prove that an environment uses something of the system.

    `by` is the captured package that uses it, `file` the file that proves it (`psycopg2/_psycopg...so`, `app/x.py:12`),
    `wants` the soname, program or variable, `path` what stands for it on this machine; `strength` says how sure it is:
    a linker wrote it down, the source loads it, the source or a reviewed row calls it, or something merely hints.
    """

    by: str
    file: str
    wants: str
    path: str | None
    strength: Strength


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemPackage:
    """A package of the system that the environment uses.

    `version` is upstream's, without epoch, revision and what the distribution added; `owner` is who installed it,
    "none" for a file that no package manager knows, whose `name` is then its path.
    """

    name: str
    version: str | None
    owner: SystemManager
    uses: tuple[SystemUse, ...]
    requested: bool = False


def manager_of(package: CapturedPackage | SystemPackage) -> Manager:
    """Return who manages a captured package."""
    match package:
        case PipPackage():
            return "pip"
        case CondaPackage():
            return "conda"
        case LocalPackage():
            return "local"
        case SystemPackage():
            return "system"
