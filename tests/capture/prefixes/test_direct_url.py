"""direct_url.json of PEP 610: three kinds, and the ways to get it wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from condasync.capture.prefixes.direct_url import local_path, read_direct_url
from condasync.model.package import DirectUrl
from condasync.model.url import Url

_FAULTS = Path(__file__).parent / "data" / "faults" / "direct_url"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            {"url": "file:///src/a", "dir_info": {"editable": True}},
            DirectUrl(kind="directory", url=Url("file:///src/a"), editable=True),
        ),
        ({"url": "file:///src/a", "dir_info": {}}, DirectUrl(kind="directory", url=Url("file:///src/a"))),
        (
            {"url": "https://example.org/a.whl", "archive_info": {"hash": "sha256=0"}},
            DirectUrl(kind="archive", url=Url("https://example.org/a.whl")),
        ),
        (
            {
                "url": "https://example.org/a.git",
                "vcs_info": {"vcs": "git", "commit_id": "c0ffee", "requested_revision": "main"},
                "subdirectory": "python",
            },
            DirectUrl(
                kind="vcs", url=Url("https://example.org/a.git"), vcs="git", commit="c0ffee", subdirectory="python"
            ),
        ),
    ],
)
def test_each_kind_is_read(data: object, expected: DirectUrl) -> None:
    """Proves that the fields of every kind arrive."""
    assert expected == read_direct_url(json.dumps(data))


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("empty.json", "Expecting value"),
        ("half-character.json", "surrogates not allowed"),
        ("list.json", "a JSON object is wanted"),
        ("no-commit.json", "'commit_id': a text is wanted"),
        ("no-kind.json", "exactly one of dir_info, archive_info and vcs_info"),
        ("no-url.json", "'url': a text is wanted"),
        ("two-kinds.json", "exactly one of dir_info, archive_info and vcs_info"),
        ("unfinished.json", "Expecting ',' delimiter"),
        ("url-number.json", "'url': a text is wanted"),
    ],
)
def test_faults(file: str, message: str) -> None:
    """Proves that each broken file says what is wrong with it."""
    with pytest.raises(ValueError, match=message):
        read_direct_url((_FAULTS / file).read_text())


def test_endless_nesting_is_refused() -> None:
    """Proves that a text which exhausts the JSON reader is malformed like any other."""
    with pytest.raises(ValueError, match="nested too deeply"):
        read_direct_url("[" * 200_000)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///src/with%20space", Path("/src/with space")),
        ("file://localhost/src", Path("/src")),
        ("file:///C:/src", Path("C:/src")),
        ("file://server/share", None),
        ("https://example.org/src", None),
        ("http://[", None),
    ],
)
def test_only_file_urls_of_this_machine_have_a_path(url: str, path: Path | None) -> None:
    """Proves that a path is read from a URL only where it means one here."""
    assert path == local_path(Url(url))
