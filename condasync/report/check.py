"""Whether a lock is fresh, as people and programs read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from condasync.model.freshness import Drift, Freshness
from condasync.report.rows import Row, finding_row

if TYPE_CHECKING:
    from rich.console import RenderableType

_SHOWN = 50


def check_data(freshness: Freshness, lock: str) -> Row:
    """Return `data` of `check --json`."""
    return {
        "lock": lock,
        "fresh": freshness.fresh,
        "compared": list(freshness.compared),
        "drifts": [_row(drift) for drift in freshness.drifts],
        "findings": [finding_row(finding) for finding in freshness.findings],
    }


def check_text(freshness: Freshness, lock: str) -> RenderableType | str:
    """Return one line per drift and a closing line."""
    compared = f", compared with {' and '.join(freshness.compared)}"
    if freshness.fresh and not freshness.findings:
        return f"{lock}: fresh{compared}"  # the common answer waits for no library
    from rich.console import Group
    from rich.text import Text

    from condasync.report.summary import findings_lines

    parts: list[RenderableType] = [*findings_lines(freshness.findings)]
    parts += [Text(f"  {drift.text}") for drift in freshness.drifts[:_SHOWN]]
    if len(freshness.drifts) > _SHOWN:
        parts.append(Text(f"  ... and {len(freshness.drifts) - _SHOWN} more; --json shows all", style="dim"))
    parts.append(
        Text.assemble(
            f"{lock}: ",
            ("fresh", "bold green") if freshness.fresh else ("stale", "bold red"),
            compared,
        )
    )
    return Group(*parts)


def stale_sentence(freshness: Freshness, lock: str) -> str:
    """Return why a lock is stale in one line, for an annotation."""
    first = "; ".join(drift.text for drift in freshness.drifts[:5])
    more = len(freshness.drifts) - 5
    return f"{lock} is stale: {first}{f'; and {more} more' if more > 0 else ''}. Make it anew: condasync export"


def _row(drift: Drift) -> Row:
    return {
        "kind": drift.kind,
        "name": drift.name,
        "manager": drift.manager,
        "before": drift.before,
        "after": drift.after,
        "text": drift.text,
    }
