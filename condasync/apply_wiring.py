"""From settings and options to what an apply works with."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import condasync
from condasync.applying import ApplyTools
from condasync.channel.location import resolve_channel
from condasync.channel.transport import Progress, Transport
from condasync.errors import UsageError
from condasync.model.placeholder import expanded, names_variables
from condasync.model.url import Url
from condasync.settings import Settings


def apply_tools(settings: Settings, *, tell: Callable[[str], None], downloaded: Progress) -> ApplyTools:
    """Return what an apply works with."""
    places = (sys.prefix, sys.base_prefix, os.path.dirname(condasync.__file__))  # noqa: PTH120
    return ApplyTools(
        cache_dir=settings.cache_dir,
        own_prefixes=tuple(Path(place) for place in places),
        connect=Transport,
        secret_of=partial(secret_url, settings),
        tell=tell,
        progress=downloaded,
    )


def secret_url(settings: Settings, url: str) -> Url:
    """Return a lock's URL with its variables filled in, else with the credentials of the user's channel it lies below.

    Raises UsageError for a variable without value.
    """
    if names_variables(url):
        return expanded(url, settings.variables)
    for text in settings.default_channels:
        for channel in resolve_channel(text, variables=settings.variables) if "://" in text else ():
            below = f"{channel.base_url.public}/"
            if channel.base_url.has_credentials and url.startswith(below):
                return Url(f"{channel.base_url.secret}/{url.removeprefix(below)}")
    return Url(url)


def folders_of(paths: Sequence[Path], *, option: str) -> tuple[Path, ...]:
    """Return the folders that an option names, raise UsageError for what is none."""
    for path in paths:
        if not path.is_dir():
            raise UsageError(f"{option} {path}: there is no such folder", hints=(f"name a folder: {option} DIR",))
    return tuple(path.absolute() for path in paths)
