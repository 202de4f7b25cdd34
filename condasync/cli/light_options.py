"""Typer commands whose plain option values cost nothing.

typer builds a pydantic adapter for each option at every start, given or not: 0.1 s for `export`, a quarter of a solve.
A value that is what its option asks for already needs no adapter; every other value goes typer's own way, with its
errors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from typer.core import TyperCommand, TyperGroup

_OTHERWISE = object()


class LightCommand(TyperCommand):
    """Give as `cls=` to `app.command`; with a typer that has no such adapters it is its parent class."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options and arguments, `--help` included."""
        return [_lightened(option) for option in super().get_params(ctx)]


class LightGroup(TyperGroup):
    """Give as `cls=` to `typer.Typer`."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options of the group itself, `--help` included."""
        return [_lightened(option) for option in super().get_params(ctx)]


def _lightened(option: Any) -> Any:
    build = getattr(option, "get_runtime_param", None)
    descriptor = getattr(option, "type_descriptor", None)
    if build is not None and descriptor is not None and "get_runtime_param" not in vars(option):
        light = _Light(annotation=descriptor.annotation, build=build)
        option.get_runtime_param = lambda: light
    return option


@dataclass(frozen=True, slots=True, kw_only=True)
class _Light:
    """Stand in for the adapter of one option; `build` makes typer's own."""

    annotation: Any
    build: Callable[[], Any]

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the value of an option; `param` and `ctx` are what typer's own adapter wants."""
        several = param.multiple or param.nargs == -1
        if value is None:
            return () if several else None
        plain = _plain_list(value, self.annotation) if several else _plain(value, self.annotation)
        return self.build().coerce(value, param=param, ctx=ctx) if plain is _OTHERWISE else plain


def _plain_list(value: Any, annotation: Any) -> Any:
    if get_origin(annotation) is not list or not isinstance(value, (list, tuple)):
        return _OTHERWISE
    items = [_plain(one, get_args(annotation)[0]) for one in value]
    return _OTHERWISE if _OTHERWISE in items else items


def _plain(value: Any, annotation: Any) -> Any:
    if get_origin(annotation) is Literal:
        return value if value in get_args(annotation) else _OTHERWISE
    if annotation in {int, float} and isinstance(value, (int, float)):
        return annotation(value)  # the default: what a user types is text
    if annotation not in {str, Path}:
        return _OTHERWISE
    if annotation is Path and isinstance(value, str):
        return Path(value)
    return value if isinstance(value, annotation) else _OTHERWISE
