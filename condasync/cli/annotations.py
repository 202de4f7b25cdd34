"""Messages that GitHub shows beside the files of a pull request."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from condasync.errors import CondasyncError
from condasync.model.url import redact


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """Say one thing about a file; `path` is seen from the working directory, `line` counts from 1."""

    text: str
    path: str | None = None
    line: int | None = None
    level: Literal["error", "warning", "notice"] = "error"


def annotation_of(error: CondasyncError) -> Annotation:
    """Return what an error says, at its place."""
    path, line = error.facts.get("path"), error.facts.get("line")
    hints = "".join(f"\nhint: {hint}" for hint in error.hints)
    return Annotation(
        text=error.message + hints,
        path=path if isinstance(path, str) else None,
        line=line if isinstance(line, int) else None,
    )


def workflow_command(annotation: Annotation) -> str:
    """Return the line that makes GitHub Actions annotate: `::error file=conda-lock.yml,line=1::text`."""
    places: dict[str, str] = {"title": "condasync"}
    if annotation.path is not None:
        places["file"] = _relative(annotation.path)
    if annotation.line is not None:
        places["line"] = str(annotation.line)
    where = ",".join(f"{key}={_property(value)}" for key, value in places.items())
    return f"::{annotation.level} {where}::{_data(redact(annotation.text))}"


def _relative(path: str) -> str:
    """Return a path as seen from the working directory where it lies below it: the form that GitHub knows."""
    try:
        return Path(path).resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
