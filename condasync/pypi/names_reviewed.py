"""The reviewed table of names: rows that a person has looked at, a reason in each."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from condasync.errors import NamesError
from condasync.model.spec import CondaSpec
from condasync.model.translation import Evidence, NameCandidate

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_FILE = "reviewed_names.toml"
_SHARED_BY_PROGRAMS = 3  # release numbers: wheels that carry a program add numbers of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedNames:
    """Propose what the reviewed table says (a `seams.NameSource`); it is read at the first question."""

    name: str = "reviewed"

    @property
    def revision(self) -> str:
        """Return the date of the table's last review."""
        return _table()[0]

    def candidates(self, pypi_name: str) -> tuple[NameCandidate, ...]:
        """Return the row's proposal, () when there is no row, and what to take where the channel lacks it."""
        revision, rows = _table()
        row = rows.get(pypi_name)
        if row is None:
            return ()
        first = _candidate(pypi_name, row, self.name, revision)
        if "otherwise" not in row:
            return (first,)
        second = {**row, "conda": row["otherwise"], "release": _SHARED_BY_PROGRAMS}
        return first, _candidate(pypi_name, second, self.name, revision)


def reviewed_rows() -> tuple[str, ...]:
    """Return the names that the table has a row for, in its order."""
    return tuple(_table()[1])


@cache
def _table() -> tuple[str, dict[str, dict[str, Any]]]:
    text = (resources.files("condasync.pypi") / "data" / _FILE).read_text(encoding="utf-8")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NamesError(f"{_FILE}: {error}", hints=("reinstall condasync: its data file is damaged",)) from error
    return table["revision"], table["names"]


def _candidate(pypi_name: str, row: dict[str, Any], source: str, revision: str) -> NameCandidate:
    conda = row.get("conda", ())
    specs = tuple(_spec(text) for text in ((conda,) if isinstance(conda, str) else conda))
    names = tuple(spec.name for spec in specs)
    return NameCandidate(
        conda_names=names,
        evidence=Evidence(source=source, revision=revision, detail=_detail(pypi_name, names, row)),
        drop=row.get("drop", False),
        trusted=True,
        constraints=tuple(spec for spec in specs if spec.version),
        release_parts=row.get("release"),
    )


def _spec(text: str) -> CondaSpec:
    name, _, constraint = text.partition(" ")
    return CondaSpec(name=name, version=constraint)


def _detail(pypi_name: str, names: tuple[str, ...], row: dict[str, Any]) -> str:
    says = f"{pypi_name} -> {', '.join(names)}" if names else pypi_name
    place = f" ({row['source']})" if "source" in row else ""
    return f"{says}: {row['why']}{place}"
