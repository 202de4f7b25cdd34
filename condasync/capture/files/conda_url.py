"""URLs of conda packages, as `conda list --explicit` writes them."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from condasync.capture.files.conda_row import ListedRow
from condasync.capture.files.text_file import Place, syntax_error
from condasync.model.url import Url

_PACKAGE = re.compile(r"(?P<name>.+)-(?P<version>[^-]+)-(?P<build>[^-]+)(?:\.tar\.bz2|\.conda)")
_ALIAS = "https://conda.anaconda.org/"
_DEFAULTS = re.compile(r"https?://repo\.(?:anaconda\.com|continuum\.io)/pkgs/\w+")


def row_of_url(text: str, place: Place) -> ListedRow:
    """Return the row of a package URL (`.../conda-forge/linux-64/numpy-1.26.4-py311_0.conda#md5`) or path."""
    try:
        path = PurePosixPath(unquote(urlsplit(text).path))
    except ValueError as error:
        raise syntax_error(place, f"this URL cannot be read ({error})", shown=text) from error
    found = _PACKAGE.fullmatch(path.name)
    if found is None:
        hint = "after @EXPLICIT each line is the URL of a .conda or .tar.bz2 file"
        raise syntax_error(place, "this is no conda package", hint, shown=text)
    return ListedRow(
        name=found["name"],
        version=found["version"],
        build=found["build"],
        place=place,
        channel=channel_of(text.partition("#")[0].rpartition("/")[0].rpartition("/")[0]) if "://" in text else None,
        subdir=path.parent.name or None,
    )


def channel_of(base: str) -> str:
    """Return the channel's name for the URL above its subdirs: `conda-forge`, `defaults`, else the URL itself."""
    clean = Url(base).public
    if _DEFAULTS.fullmatch(clean):
        return "defaults"
    return clean.removeprefix(_ALIAS)
