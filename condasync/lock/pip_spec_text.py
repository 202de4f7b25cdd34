"""Lines of a pip section as conda-lock's parser takes them apart."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import urldefrag

from packaging.markers import InvalidMarker, Marker, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from condasync.lock.hashed_spec import HashedSpec, versioned

_REMOTE: Final = ("git+", "https://", "ssh://")
_VALUE = r"(?:'[^']*'|\"[^\"]*\"|[a-z_.]+)"
_CLAUSE = re.compile(rf"({_VALUE})\s*(?:[<>=!~]=?=?|not\s+in\b|in\b)\s*({_VALUE})")
_KNOWN_MARKERS: Final = ("os_name", "platform_system", "sys_platform")
_SYSTEMS: Final = {
    "linux": {"os_name": "posix", "platform_system": "Linux", "sys_platform": "linux"},
    "osx": {"os_name": "posix", "platform_system": "Darwin", "sys_platform": "darwin"},
    "win": {"os_name": "nt", "platform_system": "Windows", "sys_platform": "win32"},
}


def parse_pip_line(line: str, *, category: str) -> HashedSpec:
    """Return the request of one line. Raises ValueError when the line is no requirement."""
    text, semicolon, marker = line.rpartition(";")
    text, markers = (text.strip(), marker.strip()) if semicolon else (line, None)
    if text.startswith(_REMOTE):
        repository = text.rpartition("/")[2].partition("@")[0].removesuffix(".git")
        text = f"{repository} @ {text}"
    text, digest = _without_digest(text)
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise ValueError(str(error).partition("\n")[0]) from None
    url = requirement.url
    in_git = url is not None and url.startswith("git+")
    return HashedSpec(
        name=canonicalize_name(requirement.name),
        manager="pip",
        category=category,
        source=versioned(_version(requirement), digest=digest) if url is None else _reference(url),
        extras=() if in_git else tuple(requirement.extras),
        markers=markers,
    )


def holds_on(markers: str | None, platform: str) -> bool:
    """Return whether a marker holds on a platform; clauses on anything but the system count as true.

    Raises ValueError when the text is no marker.
    """
    if markers is None:
        return True
    system = _SYSTEMS.get(platform.partition("-")[0])
    if system is None:
        return True
    always = f"os_name == '{system['os_name']}'"

    def known(found: re.Match[str]) -> str:
        return found[0] if {found[1], found[2]} & set(_KNOWN_MARKERS) else always

    try:
        return Marker(_CLAUSE.sub(known, markers)).evaluate(dict(system))
    except (InvalidMarker, UndefinedEnvironmentName) as error:
        raise ValueError(str(error).partition("\n")[0]) from None


def _without_digest(text: str) -> tuple[str, str | None]:
    before, option, digest = text.partition(" --hash=")
    return (before, digest) if option and " --hash=" not in digest else (text, None)


def _version(requirement: Requirement) -> str:
    text = ",".join(sorted(str(one) for one in requirement.specifier)).replace("===", "==")
    return ",".join(sorted(text.split(","))) or "*"


def _reference(url: str) -> tuple[tuple[str, Any], ...]:
    if url.startswith("git+"):
        return _repository(url)
    if url.startswith(_REMOTE):
        clean, fragment = urldefrag(url)
        return (("url", clean), ("hashes", [fragment.replace("=", ":")]))
    # conda-lock, too, looks whether the path is a folder, seen from the working directory.
    path = Path(url.removeprefix("file://"))
    return (("path", path.as_posix()), ("is_directory", path.is_dir()))


def _repository(url: str) -> tuple[tuple[str, Any], ...]:
    address = url.removesuffix(".git").removeprefix("git+")
    revision = folder = None
    if "@" in address:
        address, _, revision = address.rpartition("@")
        if "#subdirectory=" in revision:
            revision, folder = revision.split("#subdirectory=", 1)
    fields: tuple[tuple[str, Any], ...] = (("source", address), ("vcs", "git"), ("rev", revision))
    return (*fields, ("subdirectory", folder)) if folder is not None else fields
