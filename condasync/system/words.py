"""Uses of the system in words."""

from __future__ import annotations

from condasync.model.package import SystemUse

_VERBS = {"linked": "links", "loaded": "loads", "called": "calls", "hinted": "may use"}


def use_words(use: SystemUse) -> str:
    """Return a use as people say it: "psycopg2/_psycopg.so links libpq.so.5"."""
    place = use.file if use.file.startswith(use.by) or not use.file else f"{use.by} ({use.file})"
    return f"{place or use.by} {_VERBS[use.strength]} {use.wants}"
