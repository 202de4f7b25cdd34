"""What verifying a lock found, as people read it."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from condasync.model.verdict import Verdict
from condasync.report.summary import findings_lines


def verdict_text(verdict: Verdict, path: str) -> RenderableType:
    """Return the findings and one closing line."""
    platforms = ", ".join(f"{platform} ({number} packages)" for platform, number in verdict.checked.items())
    closing = ("consistent", "bold green") if verdict.good else ("not consistent", "bold red")
    engine = f", checked by condasync and {' '.join(verdict.verified_by)}" if verdict.verified_by else ""
    scope = f" for {platforms}" if platforms else ""
    line = Text.assemble(f"{path}: ", closing, f"{scope}{engine}")
    return Group(*findings_lines(verdict.findings), line)
