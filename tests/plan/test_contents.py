"""What locks and environments hold, in the same terms."""

from __future__ import annotations

import pytest

from condasync.model.environment import Environment
from condasync.model.lockfile import LockedPackage, LockFile, LockMetadata
from condasync.model.package import CondaPackage, LocalPackage, PipPackage
from condasync.model.plan import Contents, PresentPackage
from condasync.model.record import ChannelRecord
from condasync.plan.contents import channel_of, contents_of_environment, contents_of_lock

URL = "https://conda.anaconda.org/conda-forge/linux-64/zlib-1.3.1-h1_2.conda"
RECORD = ChannelRecord(
    name="zlib",
    version="1.3.1",
    build="h1_2",
    build_number=2,
    subdir="linux-64",
    file_name="zlib-1.3.1-h1_2.conda",
    channel="conda-forge",
    url=URL,
    md5="0" * 32,
)


def lock(*packages: LockedPackage, platforms: tuple[str, ...] = ("linux-64",)) -> LockFile:
    """Return a lock of rows."""
    metadata = LockMetadata(content_hash=(), channels=("conda-forge",), platforms=platforms, sources=())
    return LockFile(packages=packages, metadata=metadata)


def row(*, build: str | None = "h1_2") -> LockedPackage:
    """Return the row of the record."""
    return LockedPackage(
        manager="conda",
        name="zlib",
        version="1.3.1",
        platform="linux-64",
        url=URL,
        md5="0" * 32,
        sha256=None,
        build=build,
    )


def captured(platform: str | None) -> Environment:
    """Return an environment that has the record, a wheel and a project of the user."""
    return Environment(
        kind="conda-prefix",
        platform=platform,
        packages=(
            CondaPackage(name="zlib", version="1.3.1", requested=True, build="h1_2", channel="other", record=RECORD),
            LocalPackage(name="My.Project", version="0.1", path="somewhere", editable=True),
            PipPackage(name="Foo_Bar", version="2", requested=True),
        ),
    )


def test_a_lock_and_the_prefix_made_from_it_hold_the_same() -> None:
    """The row of a record and the installed record are one and the same package."""
    (held,) = contents_of_lock(lock(row()))
    assert held.packages[0] in contents_of_environment(captured("linux-64"), platform="linux-64").packages


def test_names_of_pip_packages_are_normalised() -> None:
    """`My.Project` is `my-project`, whoever wrote it; projects of the user are pip's."""
    packages = contents_of_environment(captured("linux-64"), platform="linux-64").packages
    assert [(one.name, one.manager) for one in packages] == [
        ("foo-bar", "pip"),
        ("my-project", "pip"),
        ("zlib", "conda"),
    ]


def test_builds_of_another_platform_do_not_count() -> None:
    """A prefix of a Mac is compared by version."""
    zlib = contents_of_environment(captured("osx-arm64"), platform="linux-64").packages[-1]
    assert zlib == PresentPackage(manager="conda", name="zlib", version="1.3.1", channel="conda-forge")


def test_an_old_lock_states_the_build_in_the_file_name_only() -> None:
    """The build is read there."""
    assert contents_of_lock(lock(row(build=None))) == contents_of_lock(lock(row()))


def test_a_platform_without_rows_is_held_empty() -> None:
    """It is there, with nothing in it."""
    assert contents_of_lock(lock(row(), platforms=("linux-64", "win-64")))[1] == Contents(
        platform="win-64", packages=()
    )


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (URL, "conda-forge"),
        ("https://conda.anaconda.org/conda-forge/noarch/a-1-0.conda", "conda-forge"),
        ("https://conda.anaconda.org/team/label/dev/linux-64/a-1-0.conda", "team/label/dev"),
        ("https://repo.anaconda.com/pkgs/main/linux-64/a-1-0.conda", "pkgs/main"),
        ("https://user:secret@example.org/t/secret/team/linux-64/a-1-0.conda", "https://example.org/team"),
        ("file:///channel/linux-64/a-1-0.conda", "file:///channel"),
    ],
)
def test_channel_of_a_url(url: str, name: str) -> None:
    """A channel is called what a person calls it, and no credential is in the name."""
    assert channel_of(url, "linux-64") == name
