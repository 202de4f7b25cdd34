"""Owners of files by homebrew's folders: Cellar/FORMULA/VERSION/... is all that it takes, on macOS and Linux."""

from __future__ import annotations

import re

from condasync.system.owner import Owner

_CELLAR = re.compile(r"/(?:Cellar|opt/homebrew/Cellar)/(?P<formula>[^/]+)/(?P<version>[^/]+)/")
_REVISION = re.compile(r"_\d+$")


class HomebrewOwners:
    """Read the formula and its version from a path (an `owner.OwnerSource`)."""

    def owners(self, paths: tuple[str, ...]) -> dict[str, Owner]:
        """Return the owners of paths."""
        matches = ((path, _CELLAR.search(path)) for path in paths)
        return {
            path: Owner(
                manager="homebrew",
                name=match["formula"],
                version=_REVISION.sub("", match["version"]),
                source=match["formula"],
            )
            for path, match in matches
            if match
        }
