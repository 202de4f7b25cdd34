"""pyproject.toml: PEP 621 dependencies and extras, PEP 735 dependency groups."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from condasync.capture.files.merge import merge
from condasync.capture.files.pyproject_groups import read_lists, wanted
from condasync.capture.files.requirements import capture_requirements
from condasync.capture.files.text_file import Place, read_text, syntax_error
from condasync.capture.files.toml_text import load_toml, table_in, wrong_type
from condasync.errors import CaptureError
from condasync.model.environment import Environment, InputFile
from condasync.model.finding import Finding


def capture_pyproject(path: Path, text: str, *, groups: tuple[str, ...] | None) -> Environment:
    """Return what a project requires; `groups` names the extras and dependency groups to include, None means all.

    A reference of the project to its own extras (`me[test]`) stands for what they list.
    Raises InputSyntaxError for a fault, UsageError for a group that is not there, CaptureError when the file holds no
    requirements in these forms.
    """
    document = load_toml(path, text)
    if "project" not in document and "dependency-groups" not in document:
        raise CaptureError(
            f"{path}: there is neither a [project] table (PEP 621) nor [dependency-groups] (PEP 735)",
            hints=(_hint(document),),
            path=f"{path}",
        )
    head = Environment(
        kind="files",
        requires_python=_requires_python(document, path),
        inputs=(InputFile(path=f"{path}", kind="pyproject.toml"),),
    )
    lists = read_lists(document, path, text)
    return merge([head, *wanted(lists, groups, path), *_dynamic(document, path, groups)])


def _hint(document: dict[str, Any]) -> str:
    tool = document.get("tool")
    if isinstance(tool, dict) and "poetry" in tool:
        return "export the project's requirements with `poetry export`, and use -f on that file"
    return "list the requirements in [project] dependencies, or use -f on a requirements.txt"


def _requires_python(document: dict[str, Any], path: Path) -> str | None:
    value = table_in(document, "project", path=path).get("requires-python")
    if value is None:
        return None
    if not isinstance(value, str):
        raise wrong_type(path, "project.requires-python", "a string", value)
    try:
        SpecifierSet(value)
    except InvalidSpecifier as error:
        hint = "it is written like >=3.10 or >=3.10,<3.13"
        raise syntax_error(
            Place(path), "in 'project.requires-python' stands no specifier", hint, shown=value
        ) from error
    return value.strip() or None


def _dynamic(document: dict[str, Any], path: Path, groups: tuple[str, ...] | None) -> Iterator[Environment]:
    """Yield what setuptools reads from requirements files, and a finding for what only a build can tell."""
    dynamic = table_in(document, "project", path=path).get("dynamic", [])
    setuptools = table_in(document, "tool", "setuptools", "dynamic", path=path)
    for key, read in (("dependencies", _from_files), ("optional-dependencies", partial(_from_extras, groups=groups))):
        if not isinstance(dynamic, list) or key not in dynamic:
            continue
        table = table_in(setuptools, key, path=path)
        if table:
            yield from read(table, path)
        else:
            yield _untold(key, path)


def _from_extras(table: dict[str, Any], path: Path, *, groups: tuple[str, ...] | None) -> Iterator[Environment]:
    chosen = None if groups is None else {canonicalize_name(name) for name in groups}
    for extra in table:
        if chosen is None or canonicalize_name(extra) in chosen:
            yield from _from_files(table_in(table, extra, path=path), path)


def _from_files(table: dict[str, Any], path: Path) -> Iterator[Environment]:
    names = table.get("file", [])
    for name in [names] if isinstance(names, str) else names:
        if not isinstance(name, str):
            raise wrong_type(path, "tool.setuptools.dynamic", "a file name", name)
        listed = path.parent / name
        try:
            text = read_text(listed)
        except CaptureError as error:
            message = f"{path}: in 'tool.setuptools.dynamic': {error.message}"
            raise type(error)(message, hints=error.hints, **error.facts) from error
        yield capture_requirements(listed, text)


def _untold(key: str, path: Path) -> Environment:
    finding = Finding(
        code="dynamic-dependencies",
        severity="warning",
        text=f"'project.{key}' is dynamic: only a build of the project tells it, so it is not read",
        where=f"{path}",
    )
    return Environment(kind="files", findings=(finding,))
