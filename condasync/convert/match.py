"""Which records meet a MatchSpec, and which Python they are for. Answers are cached by text: records repeat theirs."""

from __future__ import annotations

import re
from functools import lru_cache

from rattler import Version, VersionSpec
from rattler.exceptions import InvalidVersionError

from condasync.convert.matchspec import parse_spec
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec

_ON_PYTHON = re.compile(r"(?P<name>python|python_abi)(?![0-9A-Za-z_.-])")
_INTERPRETER = frozenset({"python", "python_abi"})
_MINORS = ("2.7", *(f"3.{minor}" for minor in range(31)))
_PATCH = re.compile(r"(?<![0-9.])(\d+\.\d+)\.(\d+)")
_ABI_BUILD = re.compile(r"cp(\d)(\d+)t?$")


@lru_cache(maxsize=65536)
def version_key(version: str) -> Version:
    """Return a key that sorts versions as conda does; equal keys are equal versions (`1.0` and `1.0.0`).

    Raises ValueError for what is no conda version.
    """
    try:
        return Version(version)
    except InvalidVersionError:
        raise ValueError(f"{version!r} is no conda version") from None


def record_matches(spec: str | CondaSpec, record: ChannelRecord) -> bool:
    """Return whether a record meets a request; a text is read as `depends` are.

    Raises ValueError for a malformed text.
    """
    wanted = parse_spec(spec) if isinstance(spec, str) else spec
    return (
        wanted.name == record.name
        and build_matches(wanted.build, record.build)
        and version_matches(wanted.version, record.version)
        and (wanted.channel is None or _is_from(wanted.channel, record))
    )


@lru_cache(maxsize=262144)
def version_matches(constraint: str, version: str) -> bool:
    """Return whether a version meets a strict constraint ("" is any)."""
    return not constraint or _version_spec(constraint).matches(version_key(version))


def build_matches(pattern: str | None, build: str) -> bool:
    """Return whether a build string meets a build or glob (None is any)."""
    return pattern is None or pattern == build or ("*" in pattern and _glob(pattern).fullmatch(build) is not None)


def is_python_package(record: ChannelRecord) -> bool:
    """Return whether a record installs into a Python: noarch python, or it depends on python or python_abi."""
    return record.noarch == "python" or any(map(_ON_PYTHON.match, record.depends))


def python_minor_of(record: ChannelRecord) -> str | None:
    """Return the one Python minor ("3.12") that a record is built for, None when it fits several or none at all."""
    minors = _minors(record)
    return next(iter(minors)) if len(minors) == 1 else None


def fits_python(record: ChannelRecord, minor: str) -> bool:
    """Return whether a record can be installed beside a Python minor; `python` itself fits its own only.

    A record whose python dependency cannot be read fits none.
    """
    if record.name in _INTERPRETER:
        return _own_minor(record) == minor
    return _fits(_on_python(record), minor)


def _minors(record: ChannelRecord) -> frozenset[str]:
    if record.name in _INTERPRETER:
        return frozenset({_own_minor(record)})
    depends = _on_python(record)
    return frozenset(minor for minor in _MINORS if _fits(depends, minor))


def _own_minor(record: ChannelRecord) -> str:
    return ".".join(record.version.split(".")[:2])


def _on_python(record: ChannelRecord) -> tuple[str, ...]:
    return tuple(one for one in record.depends if one.startswith("python") and _ON_PYTHON.match(one))


@lru_cache(maxsize=65536)
def _fits(depends: tuple[str, ...], minor: str) -> bool:
    try:
        return all(_admits(parse_spec(one), minor) for one in depends)
    except ValueError:
        return False  # engines skip such a record too; one bad row must not stop an export


def _admits(spec: CondaSpec, minor: str) -> bool:
    if spec.name == "python_abi":
        abi = _ABI_BUILD.search(spec.build or "")
        return version_matches(spec.version, minor) and (abi is None or f"{abi[1]}.{abi[2]}" == minor)
    bounds = (int(patch) for of, patch in _PATCH.findall(spec.version) if of == minor)
    patches = {0, 99}.union(*({bound, bound + 1} for bound in bounds))
    return any(version_matches(spec.version, f"{minor}.{patch}") for patch in patches)


def _is_from(channel: str, record: ChannelRecord) -> bool:
    if channel == record.channel:
        return True
    place = f"{channel}/{record.subdir}/"
    return record.url.startswith(place) if "://" in channel else f"/{place}" in record.url


@lru_cache(maxsize=65536)
def _version_spec(constraint: str) -> VersionSpec:
    return VersionSpec(constraint, strict=True)


@lru_cache(maxsize=16384)
def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))))
