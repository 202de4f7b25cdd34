"""Wheels: built distributions that pip installs as they are."""

from __future__ import annotations

from dataclasses import dataclass

from condasync.model.url import Url


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """Name one wheel by where it is and what is in it.

    `name` is normalised (PEP 503), `version` as the file name has it; `requires` are raw Requires-Dist lines;
    `yanked` is the reason that the index gives (perhaps ""), None when the file is not yanked.
    """

    name: str
    version: str
    file_name: str
    url: Url
    sha256: str
    requires: tuple[str, ...] = ()
    requires_python: str | None = None
    yanked: str | None = None
