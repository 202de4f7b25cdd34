"""The captured environment: the first value of every command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from condasync.model.finding import Finding
from condasync.model.package import CapturedPackage
from condasync.model.spec import PipRequirement
from condasync.model.url import Url

SourceKind: TypeAlias = Literal["conda-prefix", "venv", "interpreter", "files"]
Indexes: TypeAlias = Literal["beside", "instead", "none"]
InputKind: TypeAlias = Literal["environment.yml", "requirements.txt", "pyproject.toml", "conda-list"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """Name a file that was read as input; `kind` says how it was read."""

    path: str
    kind: InputKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformPackages:
    """Say what a platform asks for beside the others, and instead of what."""

    platform: str
    left_out: tuple[CapturedPackage, ...] = ()
    added: tuple[CapturedPackage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Hold what one capture saw, in a stable order: packages sorted by (manager, normalised name).

    `python` is the full version of the captured interpreter ("3.11.7") or None; `requires_python` a PEP 440 specifier
    set that the inputs state; `platform` the conda subdir of the machine that the environment was captured from, None
    when the inputs do not say; `channels` as the inputs name them, in their order, may be empty; `platforms` as an
    environment.yml names them; `constraints` are the lines of pip constraint files (`-c`); `index_urls` are the
    package indexes that the inputs name; `indexes` says whether they stand beside those of pip's configuration or
    instead of them (`--index-url`), or whether none is asked (`--no-index`). Where selectors of an environment.yml
    decide, `packages` are those of linux-64, and `by_platform` says what differs elsewhere.
    """

    kind: SourceKind
    prefix: str | None = None
    python: str | None = None
    requires_python: str | None = None
    platform: str | None = None
    channels: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    packages: tuple[CapturedPackage, ...] = ()
    constraints: tuple[PipRequirement, ...] = ()
    index_urls: tuple[Url, ...] = ()
    indexes: Indexes = "beside"
    find_links: tuple[Url, ...] = ()
    inputs: tuple[InputFile, ...] = ()
    findings: tuple[Finding, ...] = ()
    by_platform: tuple[PlatformPackages, ...] = ()
