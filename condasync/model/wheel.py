"""Wheels: built distributions that pip installs as they are."""

from __future__ import annotations

from dataclasses import dataclass

from condasync.model.url import Url


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """Name one wheel by where it is and what is in it.

    `name` is normalised (PEP 503), `version` as the file name has it; `requires` are raw Requires-Dist lines; `extras`
    are those that it provides, normalised (PEP 685); `yanked` is the reason that the index gives (perhaps ""), None
    when the file is not yanked.
    """

    name: str
    version: str
    file_name: str
    url: Url
    sha256: str
    requires: tuple[str, ...] = ()
    requires_python: str | None = None
    yanked: str | None = None
    extras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionMetadata:
    """State what one version of a distribution asks for by its own METADATA.

    `name` is normalised (PEP 503), `requires` are raw Requires-Dist lines, `extras` those that it provides, normalised
    (PEP 685) and sorted; `source` says where that was read ("installed", or the wheel's file name).
    """

    name: str
    version: str
    requires: tuple[str, ...]
    extras: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltWheel:
    """State what is in a wheel that was built here from a project.

    `tag` is its compatibility tag ("cp311-cp311-linux_x86_64"); `glibc` the lowest glibc that its compiled files run
    with ("2.17"), None when they need none; `source_sha256` is the digest of the sources that it was built from.
    """

    file_name: str
    sha256: str
    tag: str
    source_sha256: str
    glibc: str | None = None
