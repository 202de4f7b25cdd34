"""How a lock names what lies in the channel folder beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condasync.convert.channel_folder import (
    CHANNEL,
    below_lock,
    in_channel_folder,
    is_channel_folder,
    is_placed_beside,
    portable_channel,
    portable_lock,
    portable_url,
)
from condasync.model.lockfile import LockedPackage, LockFile, LockMetadata

FOLDER = "file:///home/me/my%20lock"
FILE = "condasync-channel/noarch/a-1-0.conda"


@pytest.mark.parametrize(
    ("url", "platform", "locked"),
    [
        (f"{FOLDER}/{FILE}", "linux-64", f"file:///proc/self/cwd/{FILE}"),
        (f"{FOLDER}/{FILE}", "linux-aarch64", f"file:///proc/self/cwd/{FILE}"),
        (f"{FOLDER}/{FILE}", "osx-arm64", f"file://$PWD/{FILE}"),
        (f"{FOLDER}/other/noarch/a-1-0.conda", "linux-64", f"{FOLDER}/other/noarch/a-1-0.conda"),
        (f"file:///elsewhere/{FILE}", "linux-64", f"file:///elsewhere/{FILE}"),
        (f"https://example.org/{FILE}", "linux-64", f"https://example.org/{FILE}"),
    ],
)
def test_only_what_lies_beside_the_lock_is_named_by_its_place(url: str, platform: str, locked: str) -> None:
    """Linux has a name for the working directory; elsewhere conda-lock's placeholder stands for it."""
    assert portable_url(url, folder=FOLDER, platform=platform) == locked
    assert portable_url(url, folder=f"{FOLDER}/", platform=platform) == locked
    assert is_placed_beside(locked) == (locked != url)


@pytest.mark.parametrize(
    ("url", "below"),
    [
        (f"file:///proc/self/cwd/{FILE}", FILE),
        (f"file://$PWD/{FILE}", FILE),
        (f"file://${{PWD}}/{FILE}", FILE),
        (f"file://$pwd/{FILE}", FILE),
        (f"./{FILE}", FILE),
        (FILE, FILE),
        ("file:///proc/self/cwd/condasync-channel/noarch/a-1%2B2-0.conda", "condasync-channel/noarch/a-1+2-0.conda"),
        (f"file:///home/me/{FILE}", None),
        (f"file://$HOME/{FILE}", None),
        (f"https://example.org/{FILE}", None),
        ("./other/noarch/a-1-0.conda", None),
        ("", None),
    ],
)
def test_every_way_to_say_it_is_read(url: str, below: str | None) -> None:
    """Also a relative path, and the lower case that rattler makes of a placeholder."""
    assert below_lock(url) == below


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        (f"file:///old/place/{FILE}", "noarch/a-1-0.conda"),
        ("file:///old/condasync-channel/noarch/a-1%2B2-0.conda", "noarch/a-1+2-0.conda"),
        ("file:///old/condasync-channel", None),
        ("file:///old/channel/noarch/a-1-0.conda", None),
        (f"https://example.org/{FILE}", None),
    ],
)
def test_a_package_of_a_channel_folder_is_known_anywhere(url: str, inside: str | None) -> None:
    """Locks of older versions name the folder by its path."""
    assert in_channel_folder(url) == inside


def test_a_channel_folder_is_one_channel_wherever_it_lies() -> None:
    """By its name in a lock, and by its path."""
    assert portable_channel(f"{FOLDER}/condasync-channel", folder=FOLDER) == CHANNEL
    assert portable_channel("conda-forge", folder=FOLDER) == "conda-forge"
    known = [CHANNEL, "file:///a/condasync-channel", "conda-forge", "file:///a/channel", f"file:///a/{FILE}"]
    assert [is_channel_folder(one) for one in known] == [True, True, False, False, False]


def test_a_whole_lock_is_made_portable() -> None:
    """Rows and channels change together, what comes from elsewhere stays; a pip row is no exception."""
    rows = tuple(
        LockedPackage(manager="conda", name=name, version="1", platform="linux-64", url=url, md5="0" * 32, sha256=None)
        for name, url in (("a", f"{FOLDER}/{FILE}"), ("b", "https://example.org/noarch/b-1-0.conda"), ("c", ""))
    )
    metadata = LockMetadata(
        content_hash=(),
        channels=(f"{FOLDER}/condasync-channel", "conda-forge"),
        platforms=("linux-64",),
        sources=(),
    )
    made = portable_lock(LockFile(packages=rows, metadata=metadata), folder=FOLDER)
    assert [row.url for row in made.packages] == [f"file:///proc/self/cwd/{FILE}", rows[1].url, ""]
    assert made.metadata.channels == (CHANNEL, "conda-forge")
    assert portable_lock(made, folder="file:///another") == made


@pytest.mark.parametrize(
    ("format_name", "url"),
    [
        ("conda-lock-v1", f"file://$PWD/{FILE}"),
        ("explicit", f"./{FILE}"),
        ("pixi-lock", f"{FOLDER}/{FILE}"),
    ],
)
def test_formats_differ_where_there_is_no_name_for_the_working_directory(format_name: str, url: str) -> None:
    """conda reads a path in a list and fills nothing in; rattler reads neither, so it gets the path of now."""  # noqa: D403
    row = LockedPackage(
        manager="conda",
        name="a",
        version="1",
        platform="osx-64",
        url=f"{FOLDER}/{FILE}",
        md5=None,
        sha256=None,
    )
    metadata = LockMetadata(content_hash=(), channels=(), platforms=("osx-64", "linux-64"), sources=())
    lock = LockFile(packages=(row, replace(row, platform="linux-64")), metadata=metadata)
    made = portable_lock(lock, folder=FOLDER, format_name=format_name)
    assert [one.url for one in made.packages] == [url, f"file:///proc/self/cwd/{FILE}"]


@given(
    st.sampled_from(["linux-64", "osx-64", "win-64"]), st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8}){0,3}", fullmatch=True)
)
def test_no_folder_name_is_left_in_a_portable_url(platform: str, folder: str) -> None:
    """Whatever the folder, the portable URL is the same, and says what lies below the lock."""
    made = portable_url(f"file:///{folder}/{FILE}", folder=f"file:///{folder}", platform=platform)
    assert made == portable_url(f"file:///x/{FILE}", folder="file:///x", platform=platform)
    assert below_lock(made) == FILE
