"""Read the header block of METADATA and PKG-INFO files (the core metadata format of PyPA)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE_END = re.compile(r"\r\n|\r|\n")
_BLOCK_END = re.compile(rb"\r\n\r\n|\n\n|\r\r|\n\r\n")
_HEADER = re.compile(r"([!-9;-~]*):[ \t]*(.*)", re.DOTALL)
_SECTION = re.compile(r"\[(?P<extra>[^:\]]*)(?::(?P<marker>[^\]]*))?\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreMetadata:
    """Hold the fields that condasync needs; `name` and `version` are None when absent or empty.

    `undecodable` says that the block is no UTF-8: the text holds replacement characters.
    """

    name: str | None
    version: str | None
    requires: tuple[str, ...]
    requires_python: str | None
    extras: tuple[str, ...] = ()
    undecodable: bool = False


def read_core_metadata(raw: bytes) -> CoreMetadata:
    """Return the metadata of a file's bytes; reads them as `email.parser` does, only faster, and never fails."""
    block = _BLOCK_END.split(raw, maxsplit=1)[0]
    try:
        text, undecodable = block.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        text, undecodable = block.decode("utf-8-sig", errors="replace"), True
    fields = _headers(text)
    return CoreMetadata(
        name=_first(fields, "name"),
        version=_first(fields, "version"),
        requires=tuple(value for key, value in fields if key == "requires-dist" and value),
        requires_python=_first(fields, "requires-python"),
        extras=tuple(value for key, value in fields if key == "provides-extra" and value),
        undecodable=undecodable,
    )


def requires_of_egg(text: str) -> tuple[str, ...]:
    """Return the lines of an egg-info's requires.txt as Requires-Dist lines; its sections become markers."""
    found: list[str] = []
    condition = ""
    for line in (raw.strip() for raw in text.splitlines()):
        section = _SECTION.fullmatch(line)
        if section:
            condition = _condition(section["extra"], section["marker"])
        elif line and not line.startswith("#"):
            # PEP 508: a URL ends only at a space, so one must stand before the semicolon
            found.append(f"{line} ; {condition}" if condition else line)
    return tuple(found)


def _condition(extra: str, marker: str | None) -> str:
    marker, extra = (marker or "").strip(), extra.strip()
    if not extra:
        return marker
    return f'({marker}) and extra == "{extra}"' if marker else f'extra == "{extra}"'


def _headers(text: str) -> list[tuple[str, str]]:
    """Return (lower-case field, value) pairs; a line that is no header ends the block, as for `email.parser`."""
    fields: list[tuple[str, str]] = []
    for line in _LINE_END.split(text):
        if line[:1] in {" ", "\t"}:
            if fields:
                key, value = fields[-1]
                fields[-1] = (key, f"{value} {line.strip()}")
            continue
        header = _HEADER.fullmatch(line)
        if header is None:
            break
        fields.append((header[1].lower(), header[2]))
    return [(key, value.strip()) for key, value in fields]


def _first(fields: list[tuple[str, str]], wanted: str) -> str | None:
    return next((value for key, value in fields if key == wanted), None) or None
