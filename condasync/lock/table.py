"""Small typed readers for parsed files; an error names the file and the key path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from condasync.errors import LockFileError

_KINDS = {str: "a string", bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "a mapping"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Read one mapping of a file. `where` is its key path, "" at the top. Every reader raises LockFileError."""

    value: dict[str, Any]
    path: str
    where: str = ""

    def fail(self, problem: str, key: str = "", *, hints: tuple[str, ...] = ()) -> LockFileError:
        """Return the error that tells what is wrong with a key of this mapping, or with the mapping."""
        place = self._below(key) if key else self.where
        at = f" in {place!r}" if place else ""
        return LockFileError(f"{self.path}: {problem}{at}", hints=hints, path=self.path, key=place)

    def text(self, key: str) -> str:
        """Return a string that must be there and must not be empty."""
        value = self.optional_text(key)
        if value is None:
            raise self.fail("a required value is missing", key)
        if not value:
            raise self.fail("an empty value", key)
        return value

    def optional_text(self, key: str) -> str | None:
        """Return a string, None when it is absent or null."""
        value = self.value.get(key)
        if value is not None and not isinstance(value, str):
            raise self.wrong_kind("a string", value, key)
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """Return a boolean."""
        value = self.value.get(key, default)
        if not isinstance(value, bool):
            raise self.wrong_kind("a boolean", value, key)
        return value

    def items(self, key: str) -> list[Any]:
        """Return a list that must be there."""
        if key not in self.value:
            raise self.fail("a required value is missing", key)
        value = self.value[key]
        if not isinstance(value, list):
            raise self.wrong_kind("a list", value, key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings that must be there."""
        for at, one in enumerate(self.items(key)):
            if not isinstance(one, str):
                raise self.wrong_kind("a string", one, f"{key}[{at}]")
        return tuple(self.value[key])

    def table(self, key: str) -> Table:
        """Return a mapping that must be there."""
        if key not in self.value:
            raise self.fail("a required value is missing", key)
        return self._table(self.value[key], key)

    def tables(self, key: str) -> Iterator[Table]:
        """Return the mappings of a list that must be there."""
        for at, one in enumerate(self.items(key)):
            yield self._table(one, f"{key}[{at}]")

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """Return a mapping of strings, sorted by key; () when it is absent or null."""
        if self.value.get(key) is None:
            return ()
        table = self.table(key)
        for name, value in table.value.items():
            if not isinstance(value, str):
                raise table.wrong_kind("a string", value, name)
        return tuple(sorted(table.value.items()))

    def refuse_keys_beside(self, known: frozenset[str]) -> None:
        """Raise when the mapping holds another key."""
        for key in self.value:
            if key not in known:
                raise self.fail("unknown key", key)

    def wrong_kind(self, expected: str, value: Any, key: str) -> LockFileError:
        """Return the error for a value that is of another type than the key's."""
        found = "nothing" if value is None else _KINDS.get(type(value), "a date")
        hints = ("put the value in quotes",) if expected == "a string" and isinstance(value, int | float) else ()
        return self.fail(f"expected {expected}, found {found}", key, hints=hints)

    def _table(self, value: Any, key: str) -> Table:
        if not isinstance(value, dict):
            raise self.wrong_kind("a mapping", value, key)
        for name in value:
            if not isinstance(name, str):
                raise self.fail(f"the key {name!r} is no string", key)
        return Table(value=value, path=self.path, where=self._below(key))

    def _below(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key
