"""Packages of the channel folder are found where the lock lies now."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from condasync.build.local_channel import local_channel
from condasync.channel.beside_lock import located_lock, located_url, lost_packages, present_channels
from condasync.convert.channel_folder import portable_lock
from condasync.model.lockfile import LockedPackage, LockFile, LockMetadata

FILE = "condasync-channel/noarch/a-1-0.conda"
DATA = b"the package"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a lock, with a space in its name, that holds one package."""
    path = tmp_path / "my lock" / FILE
    path.parent.mkdir(parents=True)
    path.write_bytes(DATA)
    return tmp_path / "my lock"


def lock(*urls: str, channels: tuple[str, ...] = (), digest: str | None = None) -> LockFile:
    """Return a lock of packages with these URLs."""
    sha256 = digest or hashlib.sha256(DATA).hexdigest()
    rows = tuple(
        LockedPackage(
            manager="conda",
            name=f"p{at}",
            version="1",
            platform="linux-64",
            url=url,
            md5=hashlib.md5(DATA, usedforsecurity=False).hexdigest(),
            sha256=sha256,
        )
        for at, url in enumerate(urls)
    )
    metadata = LockMetadata(content_hash=(), channels=channels, platforms=("linux-64",), sources=())
    return LockFile(packages=rows, metadata=metadata)


@pytest.mark.parametrize(
    "url", [f"file:///proc/self/cwd/{FILE}", f"file://$PWD/{FILE}", f"./{FILE}", f"file:///no/such/place/{FILE}"]
)
def test_a_package_is_found_beside_the_lock(folder: Path, url: str) -> None:
    """However the lock names it, and when it says where the folder lay before."""
    assert located_url(url, folder) == (folder / FILE).as_uri()


def test_the_folder_may_be_a_link(folder: Path, tmp_path: Path) -> None:
    """It is named by where the link lies, so that a lock that is written again still names it by its place."""
    (folder / "condasync-channel").rename(tmp_path / "store")
    (folder / "condasync-channel").symlink_to(tmp_path / "store")
    here = folder.as_uri()
    made = located_lock(lock(f"./{FILE}", channels=("./condasync-channel",)), folder)
    assert made.packages[0].url == f"{here}/{FILE}"
    again = portable_lock(made, folder=here)
    assert again.packages[0].url == f"file:///proc/self/cwd/{FILE}"
    assert again.metadata.channels == ("./condasync-channel",)
    assert local_channel(folder / "condasync-channel").name == f"{here}/condasync-channel"


def test_what_lies_elsewhere_stays(folder: Path, tmp_path: Path) -> None:
    """Another channel's URL, a file that is there, and one that is nowhere are left as they are."""
    other = tmp_path / "other" / FILE
    other.parent.mkdir(parents=True)
    other.write_bytes(DATA)
    for url in (other.as_uri(), "file:///no/condasync-channel/noarch/b-1-0.conda", "https://example.org/a-1-0.conda"):
        assert located_url(url, folder) == url


def test_channels_are_found_with_the_packages(folder: Path, tmp_path: Path) -> None:
    """By the lock's name for it, by rattler's, and by a path where it lies no more."""
    stated = (
        "./condasync-channel",
        "file:///proc/self/cwd/condasync-channel",
        "file:///no/condasync-channel",
        "conda-forge",
    )
    here = (folder / "condasync-channel").as_uri()
    assert located_lock(lock(channels=stated), folder).metadata.channels == (here, here, here, "conda-forge")
    away = located_lock(lock(channels=stated[:1]), tmp_path)
    assert away.metadata.channels == ((tmp_path / "condasync-channel").as_uri(),)
    assert present_channels(away) == ()
    assert present_channels(located_lock(lock(channels=stated), folder))[-1] == "conda-forge"


def test_lost_and_changed_packages_are_told(folder: Path, tmp_path: Path) -> None:
    """A file that is missing and one with other bytes are errors; packages of other channels are not looked at."""
    made = lock(f"file:///proc/self/cwd/{FILE}", "https://example.org/noarch/b-1-0.conda")
    assert lost_packages(made, folder) == ()
    (lost,) = lost_packages(made, tmp_path)
    assert (lost.code, lost.severity, lost.package) == ("package-missing", "error", "p0")
    assert "the folder condasync-channel must lie beside the lock" in lost.text
    (folder / FILE).write_bytes(b"another")
    (changed,) = lost_packages(made, folder)
    assert changed.code == "package-differs"
    assert lost_packages(lock(f"./{FILE}", digest="0" * 64), folder)[0].code == "package-differs"
