"""What an index, a folder of files or the cache offers: one file of one project."""

from __future__ import annotations

from dataclasses import dataclass

from condasync.model.finding import Finding
from condasync.model.url import Url


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Hold one file as a page lists it (PEP 503, 691): nothing of it was read yet.

    `yanked` is the reason (PEP 592), perhaps "", None when the file is not yanked. With `has_metadata` its METADATA
    lies beside it (PEP 658), and `metadata_sha256` is that file's digest where the page states one.
    """

    file_name: str
    url: Url
    sha256: str | None = None
    requires_python: str | None = None
    yanked: str | None = None
    has_metadata: bool = False
    metadata_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """Hold all that was found for one name, and the findings about places that gave no answer."""

    every: tuple[Offer, ...]
    findings: tuple[Finding, ...] = ()
