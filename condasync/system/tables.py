"""The reviewed tables of the system stage: what brings what, which programs a distribution needs, what is noise."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Any

from condasync.errors import NamesError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Say that a conda package brings a library or a program.

    `parts` is how many release numbers the versions of both sides share; `detail` is what the row says, for reports.
    """

    conda: str
    parts: int
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Hold the table of names, ready to be asked; `machine` and `absent` give the reason of a library's row."""

    revision: str
    sonames: Mapping[str, Row]
    debian: Mapping[str, Row]
    homebrew: Mapping[str, Row]
    programs: Mapping[str, Row]
    conda: Mapping[str, Row]
    machine: Mapping[str, str]
    absent: Mapping[str, str]


@cache
def names() -> Names:
    """Return the reviewed names."""
    table = _table("system_names.toml")
    rows = {name: _row(name, row) for name, row in table["conda"].items()}
    found: dict[str, dict[str, Row]] = {"soname": {}, "deb": {}, "brew": {}, "program": {}}
    for name, row in table["conda"].items():
        for kind, words in found.items():
            for word in row.get(kind, "").split():
                words.setdefault(word, rows[name])
    return Names(
        revision=table["revision"],
        sonames=found["soname"],
        debian=found["deb"],
        homebrew=found["brew"],
        programs=found["program"],
        conda=rows,
        machine=table["machine"],
        absent=table["absent"],
    )


@cache
def needed_programs() -> Mapping[str, tuple[str, ...]]:
    """Return the programs that distributions are of no use without, by normalised name."""
    return {name: tuple(words.split()) for name, words in _table("wrappers.toml")["programs"].items()}


@cache
def hinted_packages() -> Mapping[str, str]:
    """Return the conda packages that environment variables hint at."""
    hints: Mapping[str, str] = _table("wrappers.toml")["hints"]
    return hints


@cache
def machine_programs() -> frozenset[str]:
    """Return the programs that every machine, or the machine alone, brings."""
    return frozenset(_table("wrappers.toml")["machine"]["programs"].split())


@cache
def wrappers_revision() -> str:
    """Return the date of the last review of the programs."""
    revision: str = _table("wrappers.toml")["revision"]
    return revision


@cache
def is_everywhere(soname: str) -> bool:
    """Return whether the manylinux policy lets a wheel expect a library on every machine."""
    table = _table("manylinux_policy.toml")
    return soname in table["sonames"] or any(fnmatchcase(soname, pattern) for pattern in table["patterns"])


def match_soname(soname: str, rows: Mapping[str, Any]) -> Any | None:
    """Return what a table says of a library: by full name, name up to `.so`, pattern; None if nothing."""
    stem = stem_of(soname)
    for word in (soname, stem):
        if word in rows:
            return rows[word]
    patterns = (word for word in rows if "*" in word and (fnmatchcase(stem, word) or fnmatchcase(soname, word)))
    best = max(patterns, key=len, default=None)
    return None if best is None else rows[best]


def stem_of(soname: str) -> str:
    """Return a library's name up to its version: that of `libpq.so.5` and `/opt/.../libpq.5.dylib` is `libpq`."""
    name = soname.rpartition("/")[2]
    if name.endswith(".dylib"):
        bare = name.removesuffix(".dylib")
        head, _, tail = bare.rpartition(".")
        while head and tail.isdigit():
            bare = head
            head, _, tail = bare.rpartition(".")
        return bare
    return name.partition(".so")[0]


def _row(name: str, row: Mapping[str, Any]) -> Row:
    why = f": {row['why']}" if "why" in row else ""
    source = f" ({row['source']})" if "source" in row else ""
    return Row(conda=name, parts=row.get("parts", 1), detail=f"{name}{why}{source}")


def _table(name: str) -> dict[str, Any]:
    text = (resources.files("condasync.system") / "data" / name).read_text(encoding="utf-8")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NamesError(f"{name}: {error}", hints=("reinstall condasync: its data file is damaged",)) from error
