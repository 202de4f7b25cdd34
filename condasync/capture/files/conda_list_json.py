"""The output of `conda list --json` (micromamba's too)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from condasync.capture.files.conda_row import ListedRow, row_environment
from condasync.capture.files.merge import merge
from condasync.capture.files.text_file import Place, syntax_error
from condasync.capture.files.toml_text import wrong_type
from condasync.errors import CaptureError
from condasync.model.environment import Environment, InputFile


def load_json(path: Path, text: str) -> Any:
    """Return a JSON document; raise InputSyntaxError with the line of a fault."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise syntax_error(Place(path, error.lineno), f"this is not valid JSON: {error.msg}") from error
    except RecursionError:
        raise syntax_error(Place(path), "this JSON is nested too deeply") from None


def capture_conda_json(path: Path, rows: Any) -> Environment:
    """Return the packages of the document that `conda list --json` writes.

    Raises InputSyntaxError with the key path of what is missing or of the wrong type, CaptureError for other JSON.
    """
    if not isinstance(rows, list):
        raise CaptureError(
            f"{path}: this JSON is no package list",
            hints=("the output of `conda list --json` is wanted: an array of packages",),
            path=f"{path}",
        )
    head = Environment(kind="files", inputs=(InputFile(path=f"{path}", kind="conda-list"),))
    return merge([head, *(row_environment(_row(row, f"[{index}]", path)) for index, row in enumerate(rows))])


def _row(row: Any, key: str, path: Path) -> ListedRow:
    if not isinstance(row, dict):
        raise wrong_type(path, key, "a table", row)
    name, version = (_text(row, part, key, path) for part in ("name", "version"))
    if not name or not version:
        raise syntax_error(Place(path), f"in {key!r}: a package needs a name and a version")
    return ListedRow(
        name=name,
        version=version,
        place=Place(path),
        build=_text(row, "build_string", key, path) or _text(row, "build", key, path),
        channel=_text(row, "channel", key, path),
        subdir=_text(row, "platform", key, path) or _text(row, "subdir", key, path),
    )


def _text(row: dict[str, Any], part: str, key: str, path: Path) -> str | None:
    value = row.get(part)
    if value is not None and not isinstance(value, str):
        raise wrong_type(path, f"{key}.{part}", "a string", value)
    return value or None
