"""The user's own table of names: `[tool.condasync.names]` of a pyproject.toml, or a TOML or JSON file of its own."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from condasync.errors import NamesError
from condasync.model.translation import Evidence, NameCandidate

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_PYPI_KEY = re.compile(r"(?P<name>[A-Z0-9](?:[A-Z0-9._-]*[A-Z0-9])?)(?:\[(?P<extra>[A-Z0-9._-]+)\])?", re.IGNORECASE)
_CONDA_NAME = re.compile(r"[a-z0-9_][a-z0-9_.-]*")
_HINT = 'write `pypi-name = "conda-name"`, a list of conda names, or false for a package that the target does not need'
_TOML_LINE = re.compile(r"line (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class UserNames:
    """Propose what the user wrote (a `seams.NameSource`); `rows` map normalised names to conda names, () is dropped.

    `revision` is the file's name.
    """

    rows: Mapping[str, tuple[str, ...]]
    revision: str
    name: str = "user"

    def candidates(self, pypi_name: str) -> tuple[NameCandidate, ...]:
        """Return the row's proposal, () when there is no row."""
        conda_names = self.rows.get(pypi_name)
        if conda_names is None:
            return ()
        says = f"{pypi_name} -> {', '.join(conda_names)}" if conda_names else f"{pypi_name} is not wanted"
        return (
            NameCandidate(
                conda_names=conda_names,
                evidence=Evidence(source=self.name, revision=self.revision, detail=says),
                drop=not conda_names,
                trusted=True,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """Hold a file of names and find the line of a key in it."""

    path: Path
    text: str

    def fault(self, what: str, line: int | None, *hints: str) -> NamesError:
        where = f"{self.path}:{line}" if line else str(self.path)
        return NamesError(f"{where}: {what}", hints=hints or (_HINT,), path=str(self.path), line=line)

    def line_of(self, key: str) -> int | None:
        start = self.text.find("condasync")
        found = re.compile(rf"""(?<![\w.-])["']?{re.escape(key)}["']?\s*[=:]""").search(self.text, max(start, 0))
        return self.text.count("\n", 0, found.start()) + 1 if found else None


def read_user_names(path: Path) -> UserNames:
    """Return the user's table of names that a TOML or JSON file holds.

    A JSON file is one object; a TOML file has its rows in `[tool.condasync.names]`, or is nothing but rows.
    Raises NamesError with `file:line` for what cannot be read or cannot be meant.
    """
    try:
        file = _File(path=path, text=path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NamesError(
            f"{path}: cannot be read: {error.strerror}", hints=("name a file that exists",), path=str(path)
        ) from error
    except UnicodeDecodeError as error:
        raise NamesError(f"{path}: is not UTF-8: {error}", hints=("save the file as UTF-8",), path=str(path)) from error
    rows: dict[str, tuple[str, ...]] = {}
    for key, value in _mapping(file).items():
        pypi_name = _pypi_name(file, key)
        if pypi_name in rows:
            raise file.fault(f"{key!r} is there twice, spelled differently", file.line_of(key), "leave one of the two")
        rows[pypi_name] = _conda_names(file, key, value)
    return UserNames(rows=rows, revision=path.name)


def _mapping(file: _File) -> dict[str, Any]:
    data = _parse_json(file) if file.path.suffix == ".json" else _parse_toml(file)
    tool = data.get("tool")
    if file.path.name != "pyproject.toml" and not isinstance(tool, dict):
        return data
    own = tool.get("condasync", {}) if isinstance(tool, dict) else {}
    names = own.get("names", {}) if isinstance(own, dict) else None
    if not isinstance(names, dict):
        raise file.fault("[tool.condasync.names] is no table", file.line_of("names"))
    return names


def _parse_toml(file: _File) -> dict[str, Any]:
    try:
        return tomllib.loads(file.text)
    except tomllib.TOMLDecodeError as error:
        found = _TOML_LINE.search(str(error))
        raise file.fault(f"is no TOML: {error}", int(found.group(1)) if found else None) from error


def _parse_json(file: _File) -> dict[str, Any]:
    try:
        data = json.loads(file.text, object_pairs_hook=tuple)
    except json.JSONDecodeError as error:
        raise file.fault(f"is no JSON: {error.msg}", error.lineno) from error
    # Pairs show a key that is there twice, which a dict would hide; TOML refuses it by itself.
    if not isinstance(data, tuple):
        raise file.fault("one object with a row per name is wanted", 1)
    rows = dict(data)
    for key in rows:
        if sum(key == other for other, _ in data) > 1:
            raise file.fault(f"{key!r} is there twice", file.line_of(key), "leave one of the two")
    return rows


def _pypi_name(file: _File, key: str) -> str:
    found = _PYPI_KEY.fullmatch(key)
    if not found:
        raise file.fault(f"{key!r} is no name of a Python package", file.line_of(key))
    name = canonicalize_name(found["name"])
    return f"{name}[{canonicalize_name(found['extra'])}]" if found["extra"] else name


def _conda_names(file: _File, key: str, value: object) -> tuple[str, ...]:
    match value:
        case False:
            return ()
        case str():
            names: list[object] = [value]
        case list() if value:
            names = value
        case _:
            raise file.fault(f"{key!r} is {value!r}, which names no conda package", file.line_of(key))
    for name in names:
        if not isinstance(name, str) or not _CONDA_NAME.fullmatch(name):
            raise file.fault(f"{name!r}, given for {key!r}, is no conda package name", file.line_of(key))
    return tuple(name for name in names if isinstance(name, str))
