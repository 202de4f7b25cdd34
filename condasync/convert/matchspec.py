"""MatchSpecs: what people and repodata write, read into one value and written for each reader."""

from __future__ import annotations

import re
from functools import lru_cache

from condasync.convert.constraint import normalise_constraint
from condasync.model.spec import CondaSpec
from condasync.model.url import Url, redact

_NAME = re.compile(r"[a-z0-9_][a-z0-9_.-]*", re.IGNORECASE)
_BRACKETS = re.compile(r"(?P<head>[^\[\]]*)\[(?P<body>[^\[\]]*)\]")
_PAIR = re.compile(
    r"\s*(?P<key>[a-z_0-9]+)\s*=\s*(?:'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\"|(?P<bare>[^'\",\s]+))\s*"
)
_GLUED_BUILD = re.compile(r"(?P<version>.*[^=!<>~,|(])=(?P<build>[^=!<>~,|()]+)")
_BUILD = re.compile(r"[0-9a-z_.*+-]+", re.IGNORECASE)
_SUBDIR_END = re.compile(r"/(?:noarch|(?:linux|osx|win|emscripten|wasi|freebsd|zos)-[0-9a-z]+)$")
_SEPARATORS = re.compile(r"\s*([,|()])\s*")
_OPERATORS = re.compile(r"([=!<>~]=?|===)\s+(?=[^\s=])")
_PLAIN_BUILD = re.compile(r"[0-9A-Za-z_*]+")
_NOT_FOR_LIBMAMBA = re.compile(r"[+-]+")


@lru_cache(maxsize=65536)
def parse_spec(text: str) -> CondaSpec:
    """Return the request that a MatchSpec text means to conda, leniently read and strictly kept.

    Fits what environment.yml and repodata `depends` hold: `numpy=1.24` is `1.24.*`, `numpy 1.24` and `numpy=1.24=build`
    are exact. The subdir of `conda-forge/linux-64::x` is left out: the target says it. A channel URL loses credentials.
    Raises ValueError with what is wrong, also for keys that condasync would have to ignore (`md5`, `build_number`).
    """
    channel, head, keys = _split(text)
    text = redact(text)
    found = _NAME.match(head)
    name = found.group() if found else ""
    rest = head[len(name) :]
    if not name:
        raise ValueError(f"a package name is missing or is no conda name in {text!r}")
    if rest and rest[0] not in "=!<>~ \t":
        raise ValueError(f"unexpected {rest[0]!r} after the name {name!r} in {text!r}")
    version, build = _version_and_build(rest, text)
    for key, given in (("version", version), ("build", build), ("channel", channel)):
        if given and key in keys:
            raise ValueError(f"the {key} is given twice in {text!r}")
    build = keys.get("build", build)
    if build and not _BUILD.fullmatch(build):
        raise ValueError(f"{build!r} is no build string in {text!r}")
    return CondaSpec(
        name=name.lower(),
        version=_version(version, keys.get("version"), build, text),
        build=None if build in {"", "*"} else build,
        channel=_channel(channel or keys.get("channel"), text),
    )


def to_rattler(spec: CondaSpec) -> str:
    """Return the strict text that rattler takes: `numpy ==1.26.4 build`, in brackets for `.`, `+`, `-` in a build."""
    if spec.build and not _PLAIN_BUILD.fullmatch(spec.build):
        return _bracketed(spec, version=spec.version, build=spec.build)
    words = (spec.version or "*", spec.build) if spec.build else (spec.version,)
    return " ".join([_with_channel(spec), *filter(None, words)])


def to_libmamba(spec: CondaSpec) -> str:
    """Return the text that libmamba takes as a request, where `|` binds tighter than `,`.

    A build with `+` or `-` cannot be matched exactly there: these characters become `*`.
    """
    alternatives = spec.version.split("|")
    grouped = [f"({one})" if "," in one and len(alternatives) > 1 else one for one in alternatives]
    build = _NOT_FOR_LIBMAMBA.sub("*", spec.build) if spec.build else None
    return _bracketed(spec, version="|".join(grouped), build=build)


def to_environment(spec: CondaSpec) -> str:
    """Return what a person writes in environment.yml: `python=3.11`, `numpy==1.26.4`, `dask>=2024,<2025`.

    `numpy=1.26.4` would be fuzzy to conda; with a build `numpy=1.26.4=build` is exact. A build with `-` needs brackets.
    """
    name = _with_channel(spec)
    exact = re.fullmatch(r"==([^,|]+)", spec.version)
    fuzzy = re.fullmatch(r"([^,|=!<>]+)\.\*", spec.version)
    if spec.build and "-" in spec.build:
        return _bracketed(spec, version=spec.version, build=spec.build)
    if spec.build:
        version = exact.group(1) if exact else spec.version or "*"
        return f"{name}={version}={spec.build}" if exact or version == "*" else f"{name} {version} {spec.build}"
    if fuzzy:
        return f"{name}={fuzzy.group(1)}"
    return f"{name}{spec.version}" if spec.version[:1] in {"", "=", "!", "<", ">"} else f"{name} {spec.version}"


def _bracketed(spec: CondaSpec, *, version: str, build: str | None) -> str:
    keys = [f"{key}='{value}'" for key, value in (("version", version), ("build", build)) if value]
    return f"{_with_channel(spec)}[{','.join(keys)}]" if keys else _with_channel(spec)


def _with_channel(spec: CondaSpec) -> str:
    return f"{spec.channel}::{spec.name}" if spec.channel else spec.name


def _split(text: str) -> tuple[str | None, str, dict[str, str]]:
    line = text.partition(" #")[0].strip()
    if ";" in line:
        raise ValueError(f"conda knows no markers, remove the ';' and what follows in {redact(text)!r}")
    channel, colons, tail = line.rpartition("::")
    if "://" in tail:
        raise ValueError(f"a URL is no request for a package by name: {Url(text)}")
    if colons and not channel.strip():
        raise ValueError(f"a channel is missing before '::' in {redact(text)!r}")
    bracketed = _BRACKETS.fullmatch(tail)
    if bracketed:
        return channel.strip() or None, bracketed["head"].strip(), _keys(bracketed["body"], redact(text))
    if "[" in tail or "]" in tail:
        raise ValueError(f"brackets must be closed and stand at the end in {redact(text)!r}")
    return channel.strip() or None, tail.strip(), {}


def _keys(body: str, text: str) -> dict[str, str]:
    keys: dict[str, str] = {}
    at = 0
    while at < len(body):
        found = _PAIR.match(body, at)
        if not found:
            raise ValueError(f"expected key=value in the brackets of {text!r}")
        if found["key"] not in {"version", "build", "channel", "subdir"}:
            raise ValueError(f"the key {found['key']!r} is not supported in {text!r}")
        keys[found["key"]] = next(value for value in found.group("single", "double", "bare") if value is not None)
        at = found.end() + 1
        if body[found.end() : at] not in {"", ","}:
            raise ValueError(f"expected a comma between the keys in {text!r}")
    return keys


def _version_and_build(rest: str, text: str) -> tuple[str, str | None]:
    compact = _OPERATORS.sub(r"\1", _SEPARATORS.sub(r"\1", rest)).strip()
    words = compact.split()
    match words:
        case []:
            return "", None
        case [version]:
            glued = _GLUED_BUILD.fullmatch(version)
            return (glued["version"], glued["build"]) if glued else (version, None)
        case [version, build]:
            build = build.removeprefix("=")
            if build[:1] in set("<>!~="):
                raise ValueError(f"a comma is missing before {build!r} in {text!r}")
            return version, build
        case _:
            raise ValueError(f"expected a name, a version and a build, found more in {text!r}")


def _version(outside: str, inside: str | None, build: str | None, text: str) -> str:
    beside_build = build is not None and inside is None
    try:
        return normalise_constraint(outside if inside is None else inside, bare_is_exact=beside_build)
    except ValueError as error:
        raise ValueError(f"{error} of {text!r}") from None


def _channel(channel: str | None, text: str) -> str | None:
    if channel is None:
        return None
    clean = Url(channel).public if "://" in channel else channel
    clean = _SUBDIR_END.sub("", clean.rstrip("/"))
    if not clean or any(character.isspace() for character in clean):
        raise ValueError(f"{clean!r} is no channel in {text!r}")
    return clean
