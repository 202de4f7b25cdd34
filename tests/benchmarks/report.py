"""What the benchmarks found, as a table on screen and as the page of the docs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Hold one figure: what was compared, what came out, what was wanted; `met` is None where nothing is promised."""

    what: str
    measured: str
    wanted: str = ""
    met: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Hold one benchmark: how it was done, its command, its figures, what else there is to say.

    `skipped` says why it could not run; then there are no rows.
    """

    title: str
    about: str
    command: str = ""
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    skipped: str = ""


def ratio(wall: float, cpu: float | None = None) -> str:
    """Return a ratio as the tables show it."""
    return f"{wall:.2f}x" if cpu is None else f"{wall:.2f}x (CPU {cpu:.2f}x)"


def at_most(what: str, limit: float, wall: float, cpu: float | None = None) -> Row:
    """Return the row of a ratio that has a limit; wall time decides."""
    return Row(what=what, measured=ratio(wall, cpu), wanted=f"at most {limit:g}x", met=wall <= limit)


def markdown(sections: Sequence[Section], facts: Sequence[tuple[str, str]]) -> str:
    """Return the page: `facts` are versions and the date, sections in the order they were run."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`. Every figure is a ratio of two things that ran in turn on the same machine in the",
        "same minutes, the best of several rounds each: a busy or slow machine changes both. Wall time decides; CPU",
        "time (user and system, children included) stands beside it, since processes that overlap cost more CPU.",
        "",
        *(f"- {name}: {value}" for name, value in facts),
    ]
    for section in sections:
        lines += ["", f"## {section.title}", "", section.about]
        lines += ["", f"    {section.command}"] if section.command else []
        lines += ["", *_table(section.rows)] if section.rows else []
        lines += ["", f"Not run: {section.skipped}"] if section.skipped else []
        lines += ["", *(f"- {note}" for note in section.notes)] if section.notes else []
    return "\n".join(lines) + "\n"


def plain(section: Section) -> str:
    """Return one benchmark as text for a terminal."""
    lines = [section.title]
    lines += [f"  not run: {section.skipped}"] if section.skipped else []
    wide = max((len(row.what) for row in section.rows), default=0)
    lines += [f"  {row.what:{wide}}  {row.measured:24}  {row.wanted:20}  {_met(row)}".rstrip() for row in section.rows]
    lines += [f"  {note}" for note in section.notes]
    return "\n".join(lines)


def _table(rows: Sequence[Row]) -> Iterator[str]:
    yield "| compared | measured | wanted | met |"
    yield "|---|---|---|---|"
    for row in rows:
        met = f"**{_met(row)}**" if row.met is False else _met(row)
        yield f"| {row.what} | {row.measured} | {row.wanted} | {met} |"


def _met(row: Row) -> str:
    return "" if row.met is None else ("yes" if row.met else "no")
