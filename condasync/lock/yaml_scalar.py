"""Strings as YAML scalars that every reader, YAML 1.1 or 1.2, reads back as the same string."""

from __future__ import annotations

import re

# What PyYAML writes without quotes, restricted to ASCII: no indicator first, no ": ", no " #".
_PLAIN = re.compile(r"[A-Za-z0-9_./<=~+$();^\\-](?:[A-Za-z0-9_./<>=~+$();^\\*!|&%@,?{}'\"-]|:(?=[^ ])| (?![ #]|$))*")
_INDICATOR = re.compile(r"-( |$)|---|\.\.\.|.*:$")
# What a reader of YAML 1.1 or 1.2 takes for something else than a string: numbers, dates, booleans, null, merge keys.
_NO_STRING = re.compile(
    r"""[-+]?(?:\d[\d_]*(?:\.[\d_]*)?|\.[\d_]+)(?:e[-+]?\d+)?
    |[-+]?0[xob][0-9a-f_]+
    |[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?
    |\d{4}-\d\d?-\d\d?(?:[t ].*)?
    |[-+]?\.(?:inf|nan)
    |yes|no|on|off|y|n|true|false|null|~|=|<<""",
    re.VERBOSE | re.IGNORECASE,
)
_PRINTABLE = re.compile(r"[ -~]*")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def scalar(text: str) -> str:
    """Return the text as one YAML scalar on one line: plain where that is safe, else quoted."""
    if _PLAIN.fullmatch(text) and not _NO_STRING.fullmatch(text) and not _INDICATOR.match(text):
        return text
    if _PRINTABLE.fullmatch(text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if " " <= character <= "~":
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - four hex digits
