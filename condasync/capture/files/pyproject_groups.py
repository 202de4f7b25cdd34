"""The lists of requirements in a pyproject.toml: which there are, and what the wanted ones say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from condasync.capture.files.local_project import also_only_if
from condasync.capture.files.requirement import ListedText, malformed, named
from condasync.capture.files.text_file import Place, syntax_error
from condasync.capture.files.toml_text import lines_of, table_in, wrong_type
from condasync.errors import UsageError
from condasync.model.environment import Environment
from condasync.model.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Hold one requirement of a list."""

    requirement: Requirement
    text: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Include:
    """Hold one `{include-group = "name"}` of a dependency group (PEP 735)."""

    group: str
    place: Place


Item: TypeAlias = Entry | Include


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Hold every list of a file; extras and groups are keyed by their normalised names."""

    project: str | None
    base: tuple[Item, ...] = ()
    extras: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)
    groups: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)


def read_lists(document: dict[str, Any], path: Path, text: str) -> Lists:
    """Return the lists of a document; raise InputSyntaxError for what is no requirement."""
    project = table_in(document, "project", path=path)
    name = project.get("name")
    extras = table_in(document, "project", "optional-dependencies", path=path)
    dynamic = table_in(document, "tool", "setuptools", "dynamic", "optional-dependencies", path=path)
    groups = table_in(document, "dependency-groups", path=path)
    return Lists(
        project=canonicalize_name(name) if isinstance(name, str) else None,
        base=_items(project.get("dependencies", []), "project", "dependencies", path, text),
        extras={canonicalize_name(one): () for one in dynamic}
        | {
            canonicalize_name(one): _items(value, "project.optional-dependencies", one, path, text)
            for one, value in extras.items()
        },
        groups={
            canonicalize_name(one): _items(value, "dependency-groups", one, path, text) for one, value in groups.items()
        },
    )


def wanted(lists: Lists, names: tuple[str, ...] | None, path: Path) -> Iterator[Environment]:
    """Yield what the project's own list and the named extras and groups say; None names all of them.

    Raises UsageError for a name that is neither.
    """
    known = {**lists.groups, **lists.extras}
    chosen = set(known) if names is None else {canonicalize_name(name) for name in names}
    missing = sorted(chosen - set(known))
    if missing:
        raise UsageError(
            f"{path}: there is no extra or dependency group {', '.join(missing)}",
            hints=(f"it has: {', '.join(sorted(known))}" if known else "it has none",),
            path=f"{path}",
        )
    expansion = _Expansion(lists=lists, chosen=frozenset(chosen))
    yield from expansion.of(lists.base, ())
    for kind, table in (("extra", lists.extras), ("group", lists.groups)):
        for name, items in table.items():
            if name in chosen:
                yield from expansion.of(items, ((kind, name),))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Expansion:
    lists: Lists
    chosen: frozenset[str]

    def of(
        self, items: tuple[Item, ...], chain: tuple[tuple[str, str], ...], marker: Marker | None = None
    ) -> Iterator[Environment]:
        """Yield what items list, with the groups that they include and the own extras that they refer to."""
        for item in items:
            match item:
                case Include():
                    yield from self._included(item, chain, marker)
                case Entry() if canonicalize_name(item.requirement.name) == self.lists.project:
                    yield from self._own_extras(item, chain, marker)
                case Entry():
                    requirement = also_only_if(item.requirement, marker) if marker else item.requirement
                    yield named(requirement, ListedText(text=item.text, place=item.place, shown=item.text))

    def _included(
        self, item: Include, chain: tuple[tuple[str, str], ...], marker: Marker | None
    ) -> Iterator[Environment]:
        name = canonicalize_name(item.group)
        if name not in self.lists.groups:
            raise syntax_error(item.place, f"the dependency group {item.group!r} is included, but is not there")
        if ("group", name) in chain:
            route = " -> ".join(one for _, one in (*chain, ("group", name)))
            raise syntax_error(item.place, f"these dependency groups include each other: {route}")
        yield from self.of(self.lists.groups[name], (*chain, ("group", name)), marker)

    def _own_extras(
        self, item: Entry, chain: tuple[tuple[str, str], ...], marker: Marker | None
    ) -> Iterator[Environment]:
        for extra in map(canonicalize_name, sorted(item.requirement.extras)):
            if extra not in self.lists.extras:
                yield _unknown_extra(item, extra)
            elif extra not in self.chosen and ("extra", extra) not in chain:
                # A chosen extra is listed anyway, without the marker of this reference.
                both = " and ".join(f"({one})" for one in (marker, item.requirement.marker) if one)
                inner = Marker(both) if both else None
                yield from self.of(self.lists.extras[extra], (*chain, ("extra", extra)), inner)


def _items(value: Any, table: str, key: str, path: Path, text: str) -> tuple[Item, ...]:
    if not isinstance(value, list):
        raise wrong_type(path, f"{table}.{key}", "an array", value)
    lines = lines_of(text, table, key, [_spelling(one) for one in value])
    return tuple(
        _item(one, f"{table}.{key}[{index}]", Place(path, line))
        for index, (one, line) in enumerate(zip(value, lines, strict=True))
    )


def _spelling(value: Any) -> str:
    return str(value.get("include-group", "")) if isinstance(value, dict) else str(value)


def _item(value: Any, key: str, place: Place) -> Item:
    match value:
        case str():
            try:
                return Entry(requirement=Requirement(value), text=value, place=place)
            except InvalidRequirement as error:
                raise malformed(ListedText(text=value, place=place, shown=value), error) from error
        case {"include-group": str(group), **rest} if not rest and key.startswith("dependency-groups"):
            return Include(group=group, place=place)
        case _:
            raise wrong_type(place.path, key, "a requirement string", value)


def _unknown_extra(item: Entry, extra: str) -> Environment:
    text = f"the project refers to its own extra {extra!r}, which is not there"
    finding = Finding(code="unknown-extra", severity="warning", text=text, where=str(item.place))
    return Environment(kind="files", findings=(finding,))
