"""Channels as conda-lock writes and hashes them: credentials are names of environment variables."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit, urlunsplit

_TOKEN = re.compile(r"(.*)/t/\$?\{?([a-zA-Z0-9-_]*)\}?(/.*)")


def used_variables(channel: str) -> tuple[str, ...]:
    """Return the names of the environment variables that a channel URL asks for, sorted."""
    return _normalised(channel)[1]


def hashable_channel(channel: str) -> str:
    """Return the JSON text of a channel that enters conda-lock's content hash.

    `$TOKEN` in a URL becomes `${TOKEN}`. conda-lock would also look for a variable whose value is a literal credential;
    condasync writes no credential, so it does not look.
    """
    url, variables = _normalised(channel)
    return json.dumps({"url": url, "used_env_vars": variables}, separators=(",", ":"), ensure_ascii=False)


def _normalised(channel: str) -> tuple[str, tuple[str, ...]]:
    if "://" not in channel:
        return channel, ()
    parts = urlsplit(channel)
    variables: set[str] = set()

    def named(text: str) -> str:
        if not text.startswith("$"):
            return text
        name = text.lstrip("$").strip("{}")
        variables.add(name)
        return f"${{{name}}}"

    user_info, at, host = parts.netloc.rpartition("@")
    user, colon, password = user_info.partition(":")
    netloc = f"{named(user)}{colon}{named(password)}@{host}" if at else host
    if variables:
        netloc = netloc.removesuffix(host) + host.lower()  # as conda-lock puts it together anew
    token = _TOKEN.search(parts.path)
    path = parts.path
    if token and token.group(2) and f"/t/${token.group(2)}" in path.replace("{", ""):
        path = f"{token.group(1)}/t/{named('$' + token.group(2))}{token.group(3)}"
    return urlunsplit((parts.scheme, netloc, path, parts.query, parts.fragment)), tuple(sorted(variables))
