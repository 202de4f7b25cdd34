"""What a user calls a channel, and where it is."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from condasync.errors import ChannelError, UsageError
from condasync.model.placeholder import expanded
from condasync.model.record import Channel
from condasync.model.url import Url

BUNDLED = "bundled"
"""What a user calls the snapshot of conda-forge that condasync carries."""
BUNDLED_CHANNEL = Channel(name="conda-forge", base_url=Url("bundled:conda-forge"))
"""Locks made from it say conda-forge: its records are conda-forge's own."""
DEFAULT_ALIAS = "https://conda.anaconda.org"
OFFLINE_HINTS = (
    "--offline uses only what is on disk: the repodata cache, else the bundled snapshot",
    "-c DIR uses a local channel directory",
)
_ANACONDA = "https://repo.anaconda.com"
_DEFAULTS = ("pkgs/main", "pkgs/r")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_.-]+)*")
_SUBDIR = re.compile(r"/(noarch|(linux|osx|win|emscripten|wasi|zos|freebsd)-[a-z0-9_]+)/?$")


def resolve_channel(
    text: str, *, alias: str = DEFAULT_ALIAS, variables: Mapping[str, str] | None = None
) -> tuple[Channel, ...]:
    """Return the channels that a text names: one, or several for `defaults`.

    A text is a URL (http, https, file), a local directory (`./x`, `/x`, `~/x`, or `x` when it exists and holds
    repodata), `bundled` for the snapshot inside condasync, or a name below the channel alias. The name of a channel
    carries no credential; `$NAME` in a URL is filled in from `variables`, and the name keeps `${NAME}`.
    Raises UsageError for a text that is none of these or that names a variable without value, ChannelError for a
    directory that does not exist.
    """
    text = text.strip()
    if "://" in text:
        return (_at_url(expanded(text, variables or {}), alias),)
    if _is_directory(text):
        return (_at_path(Path(text).expanduser()),)
    if text == BUNDLED:
        return (BUNDLED_CHANNEL,)
    if not _NAME.fullmatch(text):
        raise UsageError(
            f"{text!r}: not a channel",
            hints=("a channel is a name such as conda-forge, a URL, or a local directory such as ./channel",),
        )
    return tuple(_named(name, alias) for name in (_DEFAULTS if text == "defaults" else (text,)))


def local_directory(channel: Channel) -> Path | None:
    """Return the directory of a `file://` channel, None for another one."""
    return path_of_file_url(channel.base_url.secret)


def path_of_file_url(url: str) -> Path | None:
    """Return the path behind a `file://` URL, None for another one."""
    parts = urlsplit(url)
    return _path_of(parts.path) if parts.scheme == "file" else None


def _is_directory(text: str) -> bool:
    if text.startswith((".", "/", "~", "\\")) or re.match(r"[A-Za-z]:[\\/]", text):
        return True
    return any(Path(text).glob("*/repodata.json"))


def _at_path(path: Path) -> Channel:
    folder = path.resolve()
    if not folder.is_dir():
        raise ChannelError(
            f"{path}: there is no such channel directory",
            hints=("a channel directory holds SUBDIR/repodata.json files, such as noarch/repodata.json",),
            path=str(path),
        )
    url = folder.as_uri()
    return Channel(name=url, base_url=Url(url))


def _at_url(stated: Url, alias: str) -> Channel:
    named = None if stated.named is None else _SUBDIR.sub("", stated.named).rstrip("/")
    url = Url(_SUBDIR.sub("", stated.secret).rstrip("/"), named)
    try:
        parts = urlsplit(url.secret)
        fine = parts.port != 0 and bool(parts.hostname or parts.scheme == "file")
    except ValueError:
        fine = False
    if not fine or parts.scheme not in {"http", "https", "file"}:
        raise UsageError(
            f"{stated}: not a channel URL", hints=("a channel URL begins with https://, http:// or file://",)
        )
    if parts.scheme == "file":
        return _at_path(_path_of(parts.path))
    return Channel(name=_short(url.public, alias) if named is None else named, base_url=url)


def _path_of(url_path: str) -> Path:
    if os.name == "nt":
        from urllib.request import url2pathname  # noqa: PLC0415  brings http and ssl along, 15 ms

        return Path(url2pathname(url_path))
    return Path(unquote(url_path))


def _short(public: str, alias: str) -> str:
    """Return the name of a URL below the alias or of Anaconda's own channels, else the URL."""
    for prefix in (alias, _ANACONDA):
        name = public.removeprefix(f"{Url(prefix).public.rstrip('/')}/")
        if name != public and "?" not in name and (prefix == alias or name.startswith("pkgs/")):
            return re.sub(r"^t/+", "", name)
    return public


def _named(name: str, alias: str) -> Channel:
    base = _ANACONDA if name.startswith("pkgs/") else alias.rstrip("/")
    return Channel(name=name, base_url=Url(f"{base}/{name}"))
