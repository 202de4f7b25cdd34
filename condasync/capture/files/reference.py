"""Direct references: requirements that name a URL, an archive or a folder instead of a version."""

from __future__ import annotations

import re
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)

from condasync.model.package import DirectUrl
from condasync.model.url import Url

_URL = re.compile(
    r"(?:(?:git|hg|svn|bzr)\+)?(?:https?|ftp|file|ssh|git|hg|svn|bzr|lp|static-https?|sftp):", re.IGNORECASE
)
_VCS = re.compile(r"(git|hg|svn|bzr)\+", re.IGNORECASE)
_ARCHIVE = re.compile(r"\.(?:whl|zip|tar|tar\.gz|tgz|tar\.bz2|tbz|tar\.xz|txz|tlz|tar\.lz|tar\.lzma)$", re.IGNORECASE)
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_HASHES = ("sha256", "sha384", "sha512")
# Where conda-build works: a package that conda built says so in `pip freeze`, and the folder is long gone.
_CONDA_BUILD = re.compile(
    r"/(?:feedstock_root|croot|conda-bld|build_artifacts)/|/b/abs_|/tmp/build/[0-9a-f]+/|/ci/\w+_\d+/work"
)


def is_url(text: str) -> bool:
    """Return whether a requirement is a URL in one of pip's schemes."""
    return _URL.match(text) is not None


def is_archive(text: str) -> bool:
    """Return whether a file name or URL ends like a wheel or a source archive."""
    return _ARCHIVE.search(urlsplit(text).path if is_url(text) else text) is not None


def is_folder_url(text: str) -> bool:
    """Return whether a `file:` URL names a folder, not an archive."""
    return text.lower().startswith("file:") and not is_archive(text)


def is_conda_build_path(text: str) -> bool:
    """Return whether a `file:` URL points into conda-build's working folders."""
    return text.lower().startswith("file:") and _CONDA_BUILD.search(urlsplit(text).path) is not None


def direct_url(text: str, *, editable: bool = False) -> DirectUrl:
    """Return the PEP 610 facts of a URL; `commit` only when the URL names a full commit hash.

    Raises ValueError for a URL that cannot be split.
    """
    vcs = _VCS.match(text)
    parts = urlsplit(text[vcs.end() :] if vcs else text)
    subdirectory = fragment_of(text).get("subdirectory")
    if not vcs:
        url = Url(urlunsplit((*parts[:4], "")))
        if is_folder_url(text):
            return DirectUrl(kind="directory", url=url, editable=editable, subdirectory=subdirectory)
        return DirectUrl(kind="archive", url=url, editable=editable, subdirectory=subdirectory)
    path, at, revision = parts.path.rpartition("@")
    commit = revision if at and _COMMIT.fullmatch(revision) else None
    url = Url(urlunsplit((parts.scheme, parts.netloc, path if commit else parts.path, parts.query, "")))
    return DirectUrl(
        kind="vcs", url=url, editable=editable, vcs=vcs.group(1).lower(), commit=commit, subdirectory=subdirectory
    )


def fragment_of(text: str) -> dict[str, str]:
    """Return the keys of a URL's fragment: `egg`, `subdirectory`, `sha256`."""
    return dict(parse_qsl(urlsplit(text).fragment))


def fragment_hashes(text: str) -> tuple[str, ...]:
    """Return the hashes that a URL's fragment states, as `sha256:...`."""
    return tuple(f"{key}:{value}" for key, value in fragment_of(text).items() if key in _HASHES)


def archive_name(text: str) -> tuple[str, str] | None:
    """Return the name and version that the file name of a wheel or sdist states."""
    file_name = file_name_of(text)
    try:
        if file_name.lower().endswith(".whl"):
            name, version, _, _ = parse_wheel_filename(file_name)
        else:
            name, version = parse_sdist_filename(file_name)
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None
    return str(name), str(version)


def file_name_of(text: str) -> str:
    """Return the last part of a URL's or a path's path."""
    if is_url(text):
        return PurePosixPath(unquote(urlsplit(text).path)).name
    return PureWindowsPath(text).name
