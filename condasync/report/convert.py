"""What converting a lock left out, as people read it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from condasync.model.finding import Finding
from condasync.report.summary import findings_lines


def findings_text(findings: Sequence[Finding]) -> str:
    """Return the findings as plain lines, for stderr."""
    return "".join(f"{finding.severity}: {finding.text}\n" for finding in findings)


def convert_text(findings: Sequence[Finding], output: Path | None) -> RenderableType:
    """Return the findings and the file written."""
    return Group(*findings_lines(findings), Text(f"wrote {output}"))
