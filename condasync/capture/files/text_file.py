"""The text of an input file, and errors that name a place in it."""

from __future__ import annotations

import codecs
import os
import re
from dataclasses import dataclass
from pathlib import Path

from condasync.errors import CaptureError, InputSyntaxError
from condasync.model.url import redact

# UTF-32's little-endian mark begins with UTF-16's, so it is tried first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODING = re.compile(rb"^[ \t]*#.*?coding[:=][ \t]*([-\w.]+)")
# A terminal would obey them when a name is printed.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Place:
    """Name a line of an input file, or the file alone where the line is not known; `str` gives `file:line`."""

    path: Path
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else f"{self.path}"


def read_text(path: Path) -> str:
    """Return a file's text with Unix line ends.

    A byte order mark decides the encoding (PowerShell's `>` writes UTF-16), else a PEP 263 comment in the first two
    lines, else UTF-8. Raises CaptureError for what cannot be read, InputSyntaxError with the line for what is no text.
    """
    text = _decoded(path, _bytes(path)).replace("\r\n", "\n").replace("\r", "\n")
    control = _CONTROL.search(text)
    if control:
        place = Place(path, text.count("\n", 0, control.start()) + 1)
        raise syntax_error(place, f"this is no text file (it holds the control character {control.group()!a})")
    return text


def syntax_error(place: Place, fault: str, *hints: str, shown: str | None = None) -> InputSyntaxError:
    """Return the error for a malformed input; `shown` is the offending text, printed without credentials."""
    text = "" if shown is None else f": {_shortened(redact(shown))}"
    return InputSyntaxError(f"{place}: {redact(fault)}{text}", hints=hints, path=f"{place.path}", line=place.line)


def is_printable(text: str) -> bool:
    """Return whether a text that escapes of its format may have made holds no control and no half character."""
    return _UNPRINTABLE.search(text) is None


def _bytes(path: Path) -> bytes:
    if os.path.isdir(path):  # noqa: PTH112 -- Path.is_dir raises for a name that is too long
        raise CaptureError(
            f"{path} is a folder, not a file",
            hints=(f"to read the environment in this folder, use --prefix {path}",),
            path=f"{path}",
        )
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise CaptureError(f"{path}: there is no such file", hints=("check the path",), path=f"{path}") from None
    except OSError as error:
        raise CaptureError(f"{path}: cannot be read: {error.strerror}", path=f"{path}") from error


def _decoded(path: Path, raw: bytes) -> str:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _as(path, raw[len(mark) :], encoding)
    for line in raw.split(b"\n")[:2]:
        found = _CODING.match(line)
        if found:
            return _as(path, raw, found.group(1).decode("ascii", "replace"))
    return _as(path, raw, "utf-8")


def _as(path: Path, raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except LookupError:
        raise syntax_error(Place(path), f"the encoding {encoding!r} of its coding comment is not known") from None
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        fault = f"this is not {encoding.upper()} text (byte 0x{raw[error.start]:02x})"
        raise syntax_error(Place(path, line), fault, "save the file as UTF-8") from error


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) <= _SHOWN else f"{line[:_SHOWN]}...")
