"""The options that a user gave to a command, as words for another command."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import Any

import typer


def given_words(context: typer.Context, *, leave: Container[str]) -> list[str]:
    """Return the options of the command line as words; `leave` names parameters that stay behind."""
    words: list[str] = []
    for option in given_options(context):
        name = option.name or ""
        if name in leave:
            continue
        value = context.params[name]
        flag = option.opts[-1]
        words += [flag] if value is True else [word for one in _each(value) for word in (flag, str(one))]
    return words


def given_options(context: typer.Context) -> Iterator[Any]:
    """Yield the parameters that the user gave."""
    for option in context.command.params:
        source = context.get_parameter_source(option.name or "")
        if source is not None and source.name == "COMMANDLINE":
            yield option


def _each(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else [value]
