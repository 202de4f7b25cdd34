"""References as pip writes them."""

from __future__ import annotations

import pytest

from condasync.convert.direct_url import reference_of
from condasync.model.package import DirectUrl
from condasync.model.url import Url

PLACE = Url("https://me:hush@example.org/x")


@pytest.mark.parametrize(
    ("origin", "reference"),
    [
        (DirectUrl(kind="vcs", url=PLACE, vcs="git", commit="abc"), "git+https://example.org/x@abc"),
        (DirectUrl(kind="vcs", url=PLACE, vcs="hg"), "hg+https://example.org/x"),
        (
            DirectUrl(kind="vcs", url=Url("svn+ssh://example.org/x"), vcs="svn", commit="3", subdirectory="y"),
            "svn+ssh://example.org/x@3#subdirectory=y",
        ),
        (DirectUrl(kind="archive", url=PLACE, subdirectory="y"), "https://example.org/x#subdirectory=y"),
        (DirectUrl(kind="directory", url=Url("file:///x")), "file:///x"),
    ],
)
def test_reference_names_system_and_commit(origin: DirectUrl, reference: str) -> None:
    """Without credentials."""
    assert reference_of(origin) == reference
