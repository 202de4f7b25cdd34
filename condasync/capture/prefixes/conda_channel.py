"""The name of the channel that an installed conda package came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from condasync.model.record import ChannelRecord
from condasync.model.url import Url

_ALIAS_HOST = "conda.anaconda.org"
_DEFAULTS_HOST_END = ".anaconda.com"
_NO_CHANNEL = frozenset({"", "<unknown>", "@"})


def channel_name(stated: str, url: str, subdir: str) -> str:
    """Return how a person names the channel: `conda-forge`, `pkgs/main`, or a URL without credentials.

    `stated` is conda-meta's `channel`, a name or a URL with or without the subdir; when it says nothing, the channel is
    read from the package's URL. A channel of the default set stays what it is: `defaults`, `pkgs/main`, `pkgs/r`.
    """
    text = url.rpartition("/")[0] if stated in _NO_CHANNEL else stated
    text = Url(text).public.rstrip("/")
    text = next((text.removesuffix(end) for end in (f"/{subdir}", "/noarch") if text.endswith(end)), text)
    parts = urlsplit(text)
    path = parts.path.strip("/")
    is_named = parts.netloc == _ALIAS_HOST or (
        parts.netloc.endswith(_DEFAULTS_HOST_END) and path.startswith("pkgs/") and path.count("/") == 1
    )
    return path if is_named and path else text


def channels_of(records: Iterable[ChannelRecord]) -> tuple[str, ...]:
    """Return the channels that records come from, the one with most records first."""
    counts = Counter(record.channel for record in records if record.channel)
    return tuple(sorted(counts, key=lambda name: (-counts[name], name)))
