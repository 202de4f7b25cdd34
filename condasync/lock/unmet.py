"""Whether a locked version meets what is asked for, conda's way or pip's."""

from __future__ import annotations

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version


def is_met(manager: str, wanted: str, version: str) -> bool:
    """Return whether a version meets a constraint; one that cannot be read counts as met, for it tells nothing."""
    if wanted in {"", "*"}:
        return True
    try:
        if manager == "pip":
            return SpecifierSet(wanted).contains(Version(version), prereleases=True)
        from condasync.convert.match import version_matches  # noqa: PLC0415 - its library is slow to load
        from condasync.convert.matchspec import parse_spec  # noqa: PLC0415

        return version_matches(parse_spec(f"any {wanted}").version, version)
    except (InvalidSpecifier, InvalidVersion, ValueError):
        return True
