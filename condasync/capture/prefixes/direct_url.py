"""Read direct_url.json (PEP 610)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from condasync.model.package import DirectUrl
from condasync.model.url import Url

_DRIVE = re.compile(r"/[A-Za-z]:")  # file:///C:/project


def read_direct_url(text: str) -> DirectUrl:
    """Return where a distribution came from. Raises ValueError that says what is wrong with the file."""
    try:
        data = json.loads(text)
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error
    if not isinstance(data, dict):
        raise ValueError("a JSON object is wanted")  # noqa: TRY004  one error type for a malformed file
    kinds = [key for key in ("dir_info", "archive_info", "vcs_info") if isinstance(data.get(key), dict)]
    if len(kinds) != 1:
        raise ValueError("exactly one of dir_info, archive_info and vcs_info is wanted")
    info: Mapping[str, object] = data[kinds[0]]
    return DirectUrl(
        kind=_kind(kinds[0]),
        url=Url(_text(data, "url")),
        editable=info.get("editable") is True,
        vcs=_text(info, "vcs") if kinds == ["vcs_info"] else None,
        commit=_text(info, "commit_id") if kinds == ["vcs_info"] else None,
        subdirectory=_text(data, "subdirectory") if "subdirectory" in data else None,
    )


def local_path(url: Url) -> Path | None:
    """Return the path of a `file:` URL on this machine, None for every other URL."""
    try:
        parts = urlsplit(url.secret)
    except ValueError:
        return None
    if parts.scheme != "file" or parts.netloc not in {"", "localhost"}:
        return None
    path = unquote(parts.path)
    return Path(path[1:] if _DRIVE.match(path) else path)


def _kind(key: str) -> Literal["directory", "archive", "vcs"]:
    if key == "dir_info":
        return "directory"
    return "archive" if key == "archive_info" else "vcs"


def _text(data: Mapping[str, object], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"'{key}': a text is wanted")
    value.encode()  # JSON can state halves of characters, which no file or terminal takes: UnicodeEncodeError
    return value
