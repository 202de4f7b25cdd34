"""Findings as people read them."""

from __future__ import annotations

from rich.text import Text

from condasync.model.finding import Finding
from condasync.report.summary import findings_lines


def test_errors_first_and_no_place_twice() -> None:
    """The place stands behind a text that does not name it; the package before one that does not."""
    findings = [
        Finding(code="a", severity="note", text="something lies in /x/y", where="/x/y"),
        Finding(code="b", severity="warning", text="it is old", package="mine", where="f.txt:1"),
        Finding(code="c", severity="error", text="mine is broken", package="mine"),
    ]
    lines = [line.plain for line in findings_lines(findings) if isinstance(line, Text)]
    assert lines == ["error: mine is broken", "warning: mine: it is old (f.txt:1)", "note: something lies in /x/y"]
