"""TOML text as typed tables, with the lines that its strings stand on."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from condasync.capture.files.text_file import Place, syntax_error
from condasync.errors import InputSyntaxError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_HEADER = re.compile(r"\s*\[\[?\s*([^\]#]+?)\s*\]\]?\s*(?:#.*)?$")
_TYPES = {bool: "a boolean", int: "an integer", float: "a float", str: "a string", list: "an array", dict: "a table"}


def load_toml(path: Path, text: str) -> dict[str, Any]:
    """Return a TOML document; raise InputSyntaxError with the line of a fault."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = int(found.group(1)) if found else text.rstrip().count("\n") + 1
        fault = _LINE.sub("", str(error)).replace("(at end of document)", "").strip()
        raise syntax_error(Place(path, line), f"this is not valid TOML: {fault}") from error
    except RecursionError:
        raise syntax_error(Place(path), "this TOML is nested too deeply") from None


def table_in(document: dict[str, Any], *keys: str, path: Path) -> dict[str, Any]:
    """Return the table at a key path, empty when there is none; raise InputSyntaxError when it is something else."""
    here: Any = document
    for depth, key in enumerate(keys, start=1):
        here = here.get(key, {})
        if not isinstance(here, dict):
            raise wrong_type(path, ".".join(keys[:depth]), "a table", here)
    return dict(here)


def wrong_type(path: Path, key: str, wanted: str, found: object) -> InputSyntaxError:
    """Return the error for a value of the wrong type; `key` is its key path."""
    return syntax_error(
        Place(path), f"in {key!r}: {wanted} is wanted, {_TYPES.get(type(found), 'a date')} stands there"
    )


def lines_of(text: str, table: str, key: str, strings: Sequence[str]) -> tuple[int | None, ...]:
    """Return the line of each string of the array `table.key`, None where it cannot be told.

    TOML readers give no places, so the array is looked up in the text: under its header, or as a dotted key.
    """
    lines = text.split("\n")
    at = _start(lines, table, key)
    found: list[int | None] = []
    for string in strings:
        number = None if at is None else _line_with(lines, at, string)
        found.append(None if number is None else number + 1)
        at = at if number is None else number
    return tuple(found)


def _start(lines: Sequence[str], table: str, key: str) -> int | None:
    header, wanted = "", f"{table}.{key}"
    for number, line in enumerate(lines):
        opened = _HEADER.match(line)
        if opened and "=" not in line:
            header = opened.group(1)
            continue
        name, equals, _ = line.partition("=")
        if equals and _plain(f"{header}.{name}") == _plain(wanted):
            return number
    return None


def _plain(key: str) -> str:
    return re.sub(r"[\s\"']", "", key).strip(".")


def _line_with(lines: Sequence[str], start: int, string: str) -> int | None:
    spellings = (json.dumps(string, ensure_ascii=False), f"'{string}'")
    for number in range(start, len(lines)):
        line = lines[number].strip()
        if number > start and _HEADER.match(lines[number]) and "=" not in line and not line.startswith("[["):
            return None
        if not line.startswith("#") and any(spelling in line for spelling in spellings):
            return number
    return None
