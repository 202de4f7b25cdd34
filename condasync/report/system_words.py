"""Uses of the system as people say them."""

from __future__ import annotations

from collections.abc import Sequence

from condasync.model.package import SystemUse

_USES_SHOWN = 2


def uses_words(uses: Sequence[SystemUse]) -> str:
    """Return who uses a package of the system and how: "linked by psycopg2/_psycopg.so"; a long list is cut."""
    shown = list(dict.fromkeys(_use(use) for use in uses))
    rest = f" and {len(shown) - _USES_SHOWN} more" if len(shown) > _USES_SHOWN else ""
    return ", ".join(shown[:_USES_SHOWN]) + rest


def _use(use: SystemUse) -> str:
    place = use.file or use.by
    if not place.startswith(use.by):
        place = f"{use.by} ({place})"
    return f"{use.strength} by {place}"
