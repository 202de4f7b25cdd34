"""The summary of an export as people read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from condasync.convert.requirement import normalise
from condasync.model.export import Export, ExportFiles, PlatformExport
from condasync.model.finding import Finding
from condasync.model.package import manager_of
from condasync.model.solve import Relaxation, Solution
from condasync.model.translation import Built, Dropped, Kept, Mapped, Outcome, PipWheel, System, Unmapped, kind_of
from condasync.report.export_data import counts, records_of, wheels_of
from condasync.report.rows import spec_text
from condasync.report.system_words import uses_words

_STYLE = {"error": "bold red", "warning": "yellow", "note": "dim"}
_FINDINGS_SHOWN = 20
_ABSENT = "the channels have no "


def export_summary(export: Export, files: ExportFiles, changed: Sequence[Path]) -> RenderableType:
    """Return what was renamed, relaxed and left out, the findings, and the files; `changed` are those that are new."""
    parts: list[RenderableType] = [_headline(export), _counts(export)]
    for platform in export.platforms:
        several = len(export.platforms) > 1
        title = f" on {platform.target.subdir}" if several else ""
        locked = {record.name: record.version for record in records_of(platform)}
        parts += _section(
            f"Renamed{title}", ("PyPI", "conda-forge", "locked", "known from"), _renamed(platform.outcomes, locked)
        )
        parts += _relaxed(platform.relaxations, title)
        parts += _section(f"Built{title}", ("project", "conda package", "wheel"), _built(platform.outcomes))
        parts += _section(f"Wheels{title}", ("package", "wheel", "needed by", "why not from conda"), _wheels(platform))
        parts += _section(
            f"System{title}", ("package", "by", "used by", "conda-forge", "locked"), _system(platform.outcomes, locked)
        )
        parts += _section(
            f"Left out{title}", ("package", "manager", "outcome", "because"), _left_out(platform.outcomes)
        )
    findings = dict.fromkeys((*export.findings, *(one for each in export.platforms for one in each.findings)))
    parts += findings_lines(tuple(findings))
    parts.append(_written(files, changed))
    return Group(*parts)


def findings_lines(findings: Sequence[Finding]) -> list[RenderableType]:
    """Return the findings, errors first, one line each; a long list is cut and says so."""
    order = {"error": 0, "warning": 1, "note": 2}
    ranked = sorted(findings, key=lambda finding: order[finding.severity])
    lines: list[RenderableType] = []
    for finding in ranked[:_FINDINGS_SHOWN]:
        place = f" ({finding.where})" if finding.where and finding.where not in finding.text else ""
        name = f"{finding.package}: " if finding.package and finding.package not in finding.text else ""
        lines.append(Text.assemble((f"{finding.severity}: ", _STYLE[finding.severity]), f"{name}{finding.text}{place}"))
    if len(ranked) > _FINDINGS_SHOWN:
        lines.append(Text(f"... and {len(ranked) - _FINDINGS_SHOWN} more; --json shows all", style="dim"))
    return lines


def table(title: str, columns: Iterable[str], rows: Iterable[Sequence[str]]) -> Table:
    """Return a plain table in the house's look."""
    made = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim")
    for number, column in enumerate(columns):
        made.add_column(column, overflow="fold", no_wrap=number == 0)
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    return made


def _section(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[RenderableType]:
    return [Text(), table(f"{title} ({len(rows)})", columns, rows)] if rows else []


def _relaxed(relaxations: Sequence[Relaxation], title: str) -> list[RenderableType]:
    """Return clashes row by row with their reasons; versions that the channels lack share one reason."""
    absent = [each for each in relaxations if each.because.startswith(_ABSENT)]
    clashing = [each for each in relaxations if each not in absent]
    columns = ("package", "local", "locked", "because")
    rows = [(each.package, each.local_version, each.locked_version or "-", each.because) for each in clashing]
    parts = _section(f"Relaxed{title}", columns, rows)
    if absent:
        moved = ", ".join(f"{each.package} {each.local_version} -> {each.locked_version or '-'}" for each in absent)
        heading = f"Relaxed{title}: the channels lack the local version ({len(absent)})\n"
        parts += [Text(), Text.assemble((heading, "bold"), moved)]
    return parts


def _headline(export: Export) -> Text:
    first = export.platforms[0].target
    solved, verified = " ".join(export.engine), " ".join(export.verified_by)
    platforms = ", ".join(each.target.subdir for each in export.platforms)
    channels = ", ".join(channel.name for channel in export.question.channels)
    by = (
        f"solved and verified with {solved}"
        if verified == solved
        else f"solved with {solved}, verified with {verified}"
    )
    if all(each.as_locked for each in export.platforms):
        by = f"as locked, verified with {verified}"
    if not all(isinstance(each.answer, Solution) for each in export.platforms):
        by = f"not solvable with {solved}"
    return Text(f"Python {first.python} for {platforms} from {channels}, {by}", style="bold")


def _counts(export: Export) -> Text:
    shown = counts(export)
    parts = [f"{number} {kind.replace('_', '-')}" for kind, number in shown.items() if number or kind == "captured"]
    return Text(" · ".join(parts))


def _renamed(outcomes: Iterable[Outcome], locked: dict[str, str]) -> list[tuple[str, str, str, str]]:
    rows: list[tuple[str, str, str, str]] = []
    for outcome in outcomes:
        if not isinstance(outcome, Mapped):
            continue
        names = list(dict.fromkeys(spec.name for spec in outcome.specs))
        if names == [outcome.package.name.lower()]:
            continue
        versions = ", ".join(locked.get(name, "-") for name in names)
        source = outcome.evidence[0].source if outcome.evidence else ""
        rows.append((outcome.package.name, ", ".join(names), versions, source))
    return rows


def _built(outcomes: Iterable[Outcome]) -> list[tuple[str, str, str]]:
    return [
        (one.package.name, f"{one.record.subdir}/{one.record.file_name}", one.wheel.file_name)
        for one in outcomes
        if isinstance(one, Built)
    ]


def _wheels(platform: PlatformExport) -> list[tuple[str, str, str, str]]:
    rows: list[tuple[str, str, str, str]] = []
    locked = wheels_of(platform)
    for one in locked:
        beside = [other for other in platform.outcomes if isinstance(other, Mapped | Built)]
        askers = [
            normalise(other.package.name)
            for other in (*locked, *beside)
            if any(normalise(need.name) == one.wheel.name for need in other.needs)
        ]
        why = f"{one.reason.text} [{one.reason.code}]"
        rows.append((one.package.name, one.wheel.file_name, ", ".join(askers), why))
    return rows


def _system(outcomes: Iterable[Outcome], locked: dict[str, str]) -> list[tuple[str, str, str, str, str]]:
    rows: list[tuple[str, str, str, str, str]] = []
    for outcome in outcomes:
        if not isinstance(outcome, System):
            continue
        package = outcome.package
        name = f"{package.name} {package.version}" if package.version else package.name
        versions = ", ".join(locked.get(spec.name, "-") for spec in outcome.specs)
        rows.append((name, package.owner, uses_words(package.uses), ", ".join(map(spec_text, outcome.specs)), versions))
    return rows


def _left_out(outcomes: Iterable[Outcome]) -> list[tuple[str, str, str, str]]:
    rows: list[tuple[str, str, str, str]] = []
    for outcome in outcomes:
        match outcome:
            case Dropped(package=package, reason=reason) | Unmapped(package=package, reason=reason):
                why = f"{reason.text} [{reason.code}]"
                rows.append((package.name, manager_of(package), kind_of(outcome), why))
            case Kept() | Mapped() | Built() | PipWheel() | System():
                pass
    return rows


def _written(files: ExportFiles, changed: Sequence[Path]) -> Text:
    environment = None if files.own_environment else files.environment
    paths = [path for path in (environment, files.lock, files.virtual_packages, *files.more) if path]
    new = {str(path) for path in changed}
    lines = [f"{'wrote' if path in new else 'unchanged:'} {path}" for path in paths]
    if files.own_environment:
        lines.append(f"the lock's source is {files.environment}, which needed no translation")
    return Text("\n" + "\n".join(lines) if lines else "")
