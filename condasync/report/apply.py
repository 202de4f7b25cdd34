"""What an apply did, as people and programs read it."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from condasync.model.apply import Applied
from condasync.report.diff import diff_data, plan_tables, summary
from condasync.report.rows import Row, finding_row
from condasync.report.summary import findings_lines

_UNITS = ("bytes", "kB", "MB", "GB")


def apply_data(applied: Applied, *, dry_run: bool) -> Row:
    """Return `data` of `apply --json`."""
    changes = diff_data(applied.plan)
    return {
        "prefix": applied.prefix,
        "platform": applied.platform,
        "dry_run": dry_run,
        "changed": applied.changed,
        "counts": changes["counts"],
        "changes": changes["changes"],
        "to_download": list(applied.to_download),
        "to_download_bytes": applied.to_download_bytes,
        "downloaded_bytes": applied.downloaded,
        "findings": [finding_row(finding) for finding in applied.findings],
    }


def apply_text(applied: Applied, *, dry_run: bool) -> RenderableType:
    """Return the plan as tables and what became of it."""
    parts: list[RenderableType] = [*findings_lines(applied.findings), *plan_tables(applied.plan)]
    parts.append(Text(_closing(applied, dry_run=dry_run)))
    return Group(*parts)


def _closing(applied: Applied, *, dry_run: bool) -> str:
    if applied.plan.empty:
        return f"{applied.prefix} is what the lock says: nothing to do"
    words = summary(applied.plan)
    if dry_run:
        return f"{applied.prefix} would change: {words}{_to_fetch(applied)}; nothing was touched"
    fetched = f"; {size_words(applied.downloaded)} downloaded" if applied.downloaded else ""
    return f"{applied.prefix} is now what the lock says: {words}{fetched}"


def _to_fetch(applied: Applied) -> str:
    if not applied.to_download:
        return "; nothing to download"
    size = "" if applied.to_download_bytes is None else f" ({size_words(applied.to_download_bytes)})"
    number = len(applied.to_download)
    return f"; {number} {'file' if number == 1 else 'files'} to download{size}"


def size_words(size: int) -> str:
    """Return a number of bytes as people read it."""
    amount, unit = float(size), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:  # noqa: PLR2004 - units go by thousands
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.1f} {_UNITS[unit]}" if unit else f"{size} bytes"
