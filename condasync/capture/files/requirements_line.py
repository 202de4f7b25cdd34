"""The logical lines of a requirements file, and what options stand on one (pip's documented file format)."""

from __future__ import annotations

import optparse
import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from condasync.model.environment import Indexes

_COMMENT = re.compile(r"(^|\s+)#.*$")
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
_OPTION = re.compile(r"(?:^|\s)(?=-)")
_BACKSLASH = re.compile(r"\\(?=[^\s\"'\\])")

_FLAGS = ("--prefer-binary", "--require-hashes", "--pre")
_IGNORED = ("--no-binary", "--only-binary", "--trusted-host", "--use-feature", "--global-option", "--config-settings")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalLine:
    """Hold one line without comment and continuation; `number` is its first physical line.

    `text` has environment variables filled in, `shown` is as written.
    """

    number: int
    text: str
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOptions:
    """Hold what a logical line says; `requirement` is "" when it holds only options.

    `indexes` are what options say of pip's own indexes. `ignored` are options that condasync accepts and that change
    nothing for it, `stray` is text that pip ignores.
    """

    requirement: str = ""
    hashes: tuple[str, ...] = ()
    editables: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    index_urls: tuple[str, ...] = ()
    indexes: tuple[Indexes, ...] = ()
    find_links: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    stray: tuple[str, ...] = ()


class _OptionError(ValueError):
    """An option is unknown or lacks its value."""


class _Parser(optparse.OptionParser):
    def error(self, msg: str) -> NoReturn:
        raise _OptionError(msg)


def logical_lines(text: str, *, first: int = 1) -> Iterator[LogicalLine]:
    """Yield what is left of a file's lines after joining continuations, removing comments, and filling in `${NAME}`.

    A variable that is not set stays as it stands, as pip has it. Lines count from `first`.
    """
    for number, joined in _joined(text.split("\n"), first):
        shown = _COMMENT.sub("", joined).strip()
        if shown:
            filled = _VARIABLE.sub(lambda found: os.environ.get(found.group(1)) or found.group(), shown)
            yield LogicalLine(number=number, text=filled, shown=shown)


def parse_options(text: str) -> LineOptions:
    """Return the requirement and the options of a logical line.

    Raises ValueError for an unknown option, a missing value or an open quote.
    """
    found = _OPTION.search(text)
    if found is None:
        return LineOptions(requirement=text.strip())
    # A backslash is a Windows path's more often than an escape; shlex would eat it.
    options = _BACKSLASH.sub(r"\\\\", text[found.start() :])
    values, stray = _parser().parse_args(shlex.split(options))
    given = {name: tuple(value or ()) for name, value in vars(values).items()}
    return LineOptions(requirement=text[: found.start()].strip(), stray=tuple(stray), **given)


def _joined(lines: list[str], first: int) -> Iterator[tuple[int, str]]:
    start, parts = first, list[str]()
    for number, line in enumerate(lines, start=first):
        comment = _COMMENT.match(line) is not None
        start = start if parts else number
        if line.endswith("\\") and not comment:
            parts.append(line.rstrip("\\"))
            continue
        # The blank keeps a comment that ends a continuation a comment after joining.
        yield start, "".join([*parts, f" {line}" if comment else line])
        parts = []
    if parts:
        yield start, "".join(parts)


def _parser() -> _Parser:
    parser = _Parser(add_help_option=False)
    parser.add_option("--hash", dest="hashes", action="append")
    parser.add_option("-e", "--editable", dest="editables", action="append")
    parser.add_option("-r", "--requirement", dest="requirements", action="append")
    parser.add_option("-c", "--constraint", dest="constraints", action="append")
    parser.add_option(
        *("-i", "--index-url", "--pypi-url"),
        dest="index_urls",
        action="callback",
        type="str",
        callback=_replace_indexes,
    )
    parser.add_option("--extra-index-url", dest="index_urls", action="append")
    parser.add_option("--no-index", dest="indexes", action="append_const", const="none")
    parser.add_option("-f", "--find-links", dest="find_links", action="append")
    for flag in _FLAGS:
        parser.add_option(flag, dest="ignored", action="append_const", const=flag)
    parser.add_option("-C", dest="ignored", action="callback", type="str", callback=_note, callback_args=("-C",))
    for option in _IGNORED:
        parser.add_option(
            option, dest="ignored", action="callback", type="str", callback=_note, callback_args=(option,)
        )
    return parser


def _replace_indexes(_option: optparse.Option, _text: str, value: str, parser: optparse.OptionParser) -> None:
    values = parser.values
    if values is not None:
        values.index_urls = [*(values.index_urls or ()), value]
        values.indexes = [*(values.indexes or ()), "instead"]


def _note(_option: optparse.Option, _text: str, _value: str, parser: optparse.OptionParser, name: str) -> None:
    values = parser.values
    if values is not None:
        values.ignored = [*(values.ignored or ()), name]
