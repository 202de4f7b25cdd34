"""What an export changes in the lock that lies there already."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from condasync.model.plan import Plan
from condasync.report.diff import diff_data, summary
from condasync.report.rows import Row


def lock_change_data(changed: Sequence[Path], plan: Plan | None) -> Row:
    """Return the keys that `data` of `export --json` has of the change; `changes` is null without an earlier lock."""
    return {"changed_files": [str(path) for path in changed], "changes": diff_data(plan) if plan else None}


def lock_change_text(changed: Sequence[Path], plan: Plan | None, *, check: bool) -> Text:
    """Return one line: what changes against the earlier lock, and under `check` which files are out of date."""
    said = f"against the earlier lock: {summary(plan)}" if plan is not None else ""
    if not check:
        return Text(said)
    files = ", ".join(str(path) for path in changed)
    verdict = f"out of date, nothing was written: {files}" if changed else "up to date, nothing was written"
    return Text("; ".join(part for part in (verdict, said) if part))
