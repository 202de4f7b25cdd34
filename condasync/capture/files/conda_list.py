"""The output of `conda list`: the table (mamba's too), `--export` and `--explicit`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypeAlias

from condasync.capture.files.conda_row import ListedRow, row_environment
from condasync.capture.files.conda_url import row_of_url
from condasync.capture.files.merge import merge
from condasync.capture.files.requirements import Reading, capture_lines
from condasync.capture.files.requirements_line import logical_lines
from condasync.capture.files.text_file import Place, syntax_error
from condasync.model.environment import Environment, InputFile

ListFormat: TypeAlias = Literal["table", "export", "explicit"]

_TITLE = re.compile(r"(?:# packages|List of packages) in environment", re.IGNORECASE)
_COLUMNS = re.compile(r"(?:#\s*)?Name\s+Version\s+Build", re.IGNORECASE)
_RULE = re.compile(r"[─━-]{3,}")
_EXPORT_ROW = re.compile(
    r"(?:(?P<channel>[^\s=]+)::)?(?P<name>[A-Za-z0-9_.-]+)=(?P<version>[^=\s]+)(?:=(?P<build>[^=\s]+))?"
)
_PLATFORM = re.compile(r"^#\s*platform:\s*(\S+)", re.MULTILINE)
_PIP_COMMENT = "# pip "


def list_format(text: str) -> ListFormat | None:
    """Return which output of `conda list` a text is, None when it is none."""
    for line in map(str.strip, text.split("\n")):
        if _TITLE.match(line) or _COLUMNS.match(line):
            return "table"
        if line == "@EXPLICIT":
            return "explicit"
        if line and not line.startswith("#"):
            return "export" if _EXPORT_ROW.fullmatch(line) else None
    return None


def capture_conda_list(path: Path, text: str, written_as: ListFormat) -> Environment:
    """Return the packages of a `conda list` text; rows that pip installed become pip packages.

    Raises InputSyntaxError with the line of a row that cannot be read.
    """
    platform = _PLATFORM.search(text)
    head = Environment(
        kind="files",
        platform=platform.group(1) if platform else None,
        inputs=(InputFile(path=f"{path}", kind="conda-list"),),
    )
    return merge([head, *_rows(path, text, written_as)])


def _rows(path: Path, text: str, written_as: ListFormat) -> Iterator[Environment]:
    for number, line in enumerate(map(str.strip, text.split("\n")), start=1):
        place = Place(path, number)
        if line.startswith(_PIP_COMMENT) and written_as == "explicit":
            # conda-lock writes the pip rows of an explicit file as comments.
            lines = logical_lines(line.removeprefix(_PIP_COMMENT), first=number)
            yield capture_lines(lines, Reading(path=path))
        elif line and not line.startswith(("#", "@EXPLICIT")):
            row = _row(line, place, written_as)
            if row is not None:
                yield row_environment(row)


def _row(line: str, place: Place, written_as: ListFormat) -> ListedRow | None:
    match written_as:
        case "table":
            return _table_row(line, place)
        case "export":
            return _export_row(line, place)
        case "explicit":
            return row_of_url(line, place)


def _table_row(line: str, place: Place) -> ListedRow | None:
    if _TITLE.match(line) or _COLUMNS.match(line) or _RULE.match(line):
        return None
    cells = line.split()
    match cells:
        case [name, version, build]:
            return ListedRow(name=name, version=version, build=build, place=place)
        case [name, version, build, channel, *_]:
            return ListedRow(name=name, version=version, build=build, channel=channel, place=place)
        case _:
            hint = "a row of `conda list` is: name, version, build, channel"
            raise syntax_error(place, "this is no row of a package list", hint, shown=line)


def _export_row(line: str, place: Place) -> ListedRow:
    found = _EXPORT_ROW.fullmatch(line)
    if found is None:
        hint = "a row of `conda list --export` is name=version=build; a requirements.txt has name==version"
        raise syntax_error(place, "this is no row of an exported list", hint, shown=line)
    return ListedRow(place=place, **found.groupdict())
