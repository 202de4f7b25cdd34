"""What is asked of a solver, and of pip: one value each, rendered elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from condasync.model.url import Url


@dataclass(frozen=True, slots=True, kw_only=True)
class CondaSpec:
    """Ask for a conda package (the MatchSpec fields that condasync uses).

    `version` is a strict conda version constraint ("" is any): `==1.2`, `>=1,<2`, `1.2.*`, `>=1|==0.9`;
    `build` a build string or glob; `channel` a channel name.
    """

    name: str
    version: str = ""
    build: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PipRequirement:
    """Ask for a Python distribution (PEP 508), as one line of one file listed it.

    `specifier` is a PEP 440 specifier set ("" is any), `where` is `file:line`, `hashes` are `sha256:...` strings.
    """

    name: str
    specifier: str = ""
    extras: tuple[str, ...] = ()
    marker: str | None = None
    url: Url | None = None
    where: str | None = None
    hashes: tuple[str, ...] = ()
