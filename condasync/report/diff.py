"""A plan as table, JSON and Markdown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.text import Text

from condasync.model.plan import Change, ChangeKind, Plan, PresentPackage
from condasync.report.rows import Row, finding_row
from condasync.report.summary import findings_lines, table

_TITLES: tuple[tuple[ChangeKind, str], ...] = (("added", "Added"), ("removed", "Removed"), ("changed", "Changed"))
_SHOWN_OPEN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """Hold one change as people read it; the same change on several platforms is one line."""

    kind: ChangeKind
    name: str
    before: str
    after: str
    facts: str


def diff_data(plan: Plan) -> Row:
    """Return `data` of `diff --json`."""
    return {
        "platforms": list(plan.platforms),
        "platforms_added": list(plan.platforms_added),
        "platforms_removed": list(plan.platforms_removed),
        "counts": {kind: len(plan.of_kind(kind)) for kind, _ in _TITLES},
        "changes": [_change_row(change) for change in plan.changes],
        "findings": [finding_row(finding) for finding in plan.findings],
    }


def diff_text(plan: Plan, *, before: str, after: str) -> RenderableType:
    """Return one table per kind of change and a closing line."""
    parts = [*findings_lines(plan.findings), *plan_tables(plan)]
    parts += [Text(sentence) for sentence in _platform_sentences(plan)]
    parts.append(Text(f"{before} and {after}: {summary(plan)}"))
    return Group(*parts)


def plan_tables(plan: Plan) -> list[RenderableType]:
    """Return one table per kind of change, an empty line after each."""
    parts: list[RenderableType] = []
    lines = _lines(plan)
    for kind, title in _TITLES:
        rows = [
            _cells(line, platforms, several=len(plan.platforms) > 1)
            for line, platforms in lines.items()
            if line.kind == kind
        ]
        if rows:
            columns = ("package", "before", "after", "what", "platforms")[: len(rows[0])]
            parts.append(table(f"{title} ({len(rows)})", columns, rows))
            parts.append(Text(""))
    return parts


def diff_markdown(plan: Plan) -> str:
    """Return the plan as Markdown: a summary, then one table; a long one is folded."""
    lines = _lines(plan)
    parts = [f"**Lock diff:** {summary(plan)}"]
    parts += [f"- {sentence}" for sentence in _platform_sentences(plan)]
    if lines:
        several = len(plan.platforms) > 1
        head = ("Package", "Change", "Before", "After", "What", *(("Platforms",) if several else ()))
        rows = [
            (f"`{line.name}`", line.kind, _code(line.before), _code(line.after), line.facts)
            + ((", ".join(platforms),) if several else ())
            for line, platforms in lines.items()
        ]
        made = [_markdown_row(head), _markdown_row(["---"] * len(head)), *(_markdown_row(row) for row in rows)]
        folded = len(rows) > _SHOWN_OPEN
        opening = [f"<details><summary>{len(rows)} packages</summary>", ""] if folded else []
        parts += ["", *opening, *made, *(["", "</details>"] if folded else [])]
    return "\n".join(parts)


def _lines(plan: Plan) -> dict[_Line, tuple[str, ...]]:
    grouped: defaultdict[_Line, list[str]] = defaultdict(list)
    for change in plan.changes:
        grouped[_line(change)].append(change.platform)
    return {line: tuple(platforms) for line, platforms in grouped.items()}


def _line(change: Change) -> _Line:
    name = change.name if change.manager == "conda" else f"{change.name} (pip)"
    with_build = bool(change.facts) and change.facts[0] == "build"
    with_channel = "channel" in change.facts
    return _Line(
        kind=change.kind,
        name=name,
        before=_state(change.before, with_build=with_build, with_channel=with_channel),
        after=_state(change.after, with_build=with_build, with_channel=with_channel),
        facts=", ".join(change.facts),
    )


def _state(package: PresentPackage | None, *, with_build: bool, with_channel: bool) -> str:
    if package is None:
        return ""
    parts = [package.version or "?"]
    if with_build:
        parts.append(package.build or "")
    if with_channel:
        parts.append(f"({package.channel})")
    return " ".join(part for part in parts if part)


def _cells(line: _Line, platforms: Sequence[str], *, several: bool) -> tuple[str, ...]:
    cells = (line.name, line.before or "-", line.after or "-", line.facts)
    return (*cells, ", ".join(platforms)) if several else cells


def _platform_sentences(plan: Plan) -> Iterator[str]:
    if plan.platforms_added:
        yield f"platforms added: {', '.join(plan.platforms_added)}"
    if plan.platforms_removed:
        yield f"platforms removed: {', '.join(plan.platforms_removed)}"


def summary(plan: Plan) -> str:
    """Return how many packages were added, removed and changed; the same change on several platforms counts once."""
    if plan.empty:
        return "no difference"
    lines = _lines(plan)
    counts = [(kind, sum(line.kind == kind for line in lines)) for kind, _ in _TITLES]
    return ", ".join(f"{number} {kind}" for kind, number in counts if number) or "other platforms"


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _change_row(change: Change) -> Row:
    return {
        "kind": change.kind,
        "platform": change.platform,
        "manager": change.manager,
        "name": change.name,
        "before": _package_row(change.before),
        "after": _package_row(change.after),
        "facts": list(change.facts),
    }


def _package_row(package: PresentPackage | None) -> Row | None:
    if package is None:
        return None
    return {
        "version": package.version,
        "build": package.build,
        "channel": package.channel,
        "digest": package.digest,
    }
