"""MatchSpec texts as conda's own parser takes them apart.

`condasync.convert.matchspec` reads what a user means, strictly. Here the same bytes as conda's parser gives are wanted,
its oddities included, because conda-lock hashes them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from condasync.lock.version_text import normalise_version

_SIMPLE = re.compile(  # what nearly all `depends` look like; ten times as fast
    r"([a-z0-9_.-]+)(?: ((?:[<>!~]=?|[0-9a-zA-Z_.+*,|])*[0-9a-zA-Z_.+*])(?: ([0-9a-zA-Z_.*+]+))?)?"
)
_BRACKETS = re.compile(r".*(\[.*\])")
_PARENTHESES = re.compile(r".*(\(.*\))")
_KEY_VALUE = re.compile(r"([a-zA-Z0-9_-]+?)=([\"']?)([^'\"]*?)(\2)(?:[, ]|$)")
_NAME = re.compile(r"([^ =<>!~]+)?([><!=~ ].+)?")
_VERSION_BUILD = re.compile(r"((?:.+?)[^><!,|]?)(?:(?<![=!|,<>~])(?:[ =])([^-=,|<>~]+?))?$")
_SUBDIRS: Final = (
    "noarch|emscripten-wasm32|wasi-wasm32|freebsd-64|linux-32|linux-64|linux-aarch64|linux-armv6l|linux-armv7l|"
    "linux-ppc64|linux-ppc64le|linux-riscv64|linux-s390x|osx-64|osx-arm64|win-32|win-64|win-arm64|zos-z"
)
_SUBDIR = re.compile(rf"/(?:{_SUBDIRS})(?=/|$)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9]{0,11}://")
_TOKEN = re.compile(r"/t/[a-zA-Z0-9-]*")
_DEFAULTS: Final = frozenset({"pkgs/main", "pkgs/r", "pkgs/msys2"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchSpecText:
    """Hold the fields that conda-lock hashes, each as conda writes it back; `version` is "" for any."""

    name: str
    version: str = ""
    build: str | None = None
    channel: str | None = None


@lru_cache(maxsize=65536)
def parse_match_spec(text: str) -> MatchSpecText:
    """Return the fields of a MatchSpec text. Raises ValueError when conda would refuse it."""
    simple = _SIMPLE.fullmatch(text)
    if simple and simple[2] != "if":
        return MatchSpecText(name=simple[1], version=normalise_version(simple[2]) if simple[2] else "", build=simple[3])
    return _parse(text)


def _parse(text: str) -> MatchSpecText:
    spec = text.partition("#")[0].split(" if ", 1)[0]
    if spec.rstrip().endswith((".conda", ".tar.bz2")):
        raise ValueError("a package file is no request for a package by name")
    keys, spec = _cut_keys(spec)
    _, spec = _cut(_PARENTHESES, spec)
    *before, spec = spec.rsplit(":", 2)
    channel = keys.get("channel") or (before[0] if len(before) == 2 else "")  # noqa: PLR2004 - channel:namespace:name
    found = _NAME.match(spec)
    if found is None or found[1] is None:
        raise ValueError("a package name is missing")
    version, build = _version_and_build((found[2] or "").strip())
    version = keys.get("version", version)
    return MatchSpecText(
        name="*" if "*" in found[1] else found[1].lower(),
        version=normalise_version(version) if version else "",
        build=keys.get("build", build),
        channel=_channel_name(channel) if channel else None,
    )


def _cut(pattern: re.Pattern[str], spec: str) -> tuple[str, str]:
    found = pattern.match(spec)
    return (found[1][1:-1], spec.replace(found[1], "")) if found else ("", spec)


def _cut_keys(spec: str) -> tuple[dict[str, str], str]:
    body, rest = _cut(_BRACKETS, spec)
    keys = {}
    for key, _, value, _ in _KEY_VALUE.findall(body):
        if not value:
            raise ValueError("a key in the brackets has no value")
        keys[key] = value
    return keys, rest


def _version_and_build(text: str) -> tuple[str, str | None]:
    if not text:
        return "", None
    if "[" in text:
        raise ValueError("only one pair of brackets may stand at the end")
    parts = _VERSION_BUILD.search(text)
    version, build = (parts[1], parts[2]) if parts else (text, None)
    version, build = version.replace(" ", ""), build and build.strip()
    if version.startswith("==") and build is None and version != "==":
        return version[2:], build
    rest = version[1:]
    if version[0] == "=" and rest and not any(character in rest for character in "=,|"):
        version = f"{rest}*" if build is None and not rest.endswith("*") else rest
    return ("" if version == "=" else version), build


def _channel_name(channel: str) -> str:
    """Return conda's canonical name of a channel: no subdir, of a URL only what stands behind the host."""
    name = _SUBDIR.sub("", channel, count=1).rstrip("/")
    if channel[0] in "~./":
        raise ValueError("a channel that is a path means another thing on every machine")
    if _SCHEME.match(name):
        parts = urlsplit(_TOKEN.sub("", name, count=1))
        path = parts.path.strip("/")
        name = path.removeprefix("conda/") if parts.hostname else path.rpartition("/")[2]
    return "defaults" if name in _DEFAULTS else name
