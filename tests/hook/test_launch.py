"""What the files of launchers are made from."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from condasync.errors import CondasyncError, LockFileError, OutputError, UsageError
from condasync.hook.launch import read_launch
from tests.hook.conftest import WORKER, row, synthetic_lock, write_lock

_BESIDE = "file:///proc/self/cwd/condasync-channel/noarch/mine-1.0%2Blocal-0.conda"


def test_a_lock_or_its_folder(tmp_path: Path) -> None:
    """Both name the lock; its path is absolute and its digest that of the bytes."""
    path = write_lock(tmp_path, synthetic_lock(*WORKER))
    for place in (path, tmp_path):
        launch = read_launch(place)
        assert launch.path == path
        assert launch.digest == hashlib.sha256(path.read_bytes()).hexdigest()
        assert launch.version("distributed") == "2026.8.0"
        assert (launch.platform, launch.machine, launch.artifacts()) == ("linux-64", "linux/amd64", ())


@pytest.mark.parametrize(
    ("platforms", "machine"),
    [
        (("osx-arm64", "linux-aarch64"), "linux/arm64"),
        (("linux-64", "linux-aarch64"), "linux/amd64"),
        (("linux-ppc64le",), "linux/ppc64le"),
    ],
)
def test_workers_run_on_linux(platforms: tuple[str, ...], machine: str, tmp_path: Path) -> None:
    """Of several platforms the one that clusters have is taken."""
    write_lock(tmp_path, synthetic_lock(platforms=platforms))
    assert read_launch(tmp_path).machine == machine


def test_a_lock_for_other_systems_serves_no_cluster(tmp_path: Path) -> None:
    """The error says how to lock for Linux."""
    write_lock(tmp_path, synthetic_lock(platforms=("osx-arm64",)))
    with pytest.raises(LockFileError, match="is for osx-arm64, and clusters run on Linux") as caught:
        read_launch(tmp_path)
    assert "--platform linux-64" in caught.value.hints[0]


def test_a_package_that_workers_need_is_not_locked(tmp_path: Path) -> None:
    """No version is invented."""
    write_lock(tmp_path, synthetic_lock(row("python", "3.11.9")))
    with pytest.raises(UsageError, match="locks no distributed for linux-64"):
        read_launch(tmp_path).version("distributed")


@pytest.mark.parametrize("name", ["", "a b", "a\nRUN rm", "$(x)", "-x"])
def test_names_are_names(name: str, tmp_path: Path) -> None:
    """A name is put into files of several formats, so that it may hold nothing that means something there."""
    write_lock(tmp_path, synthetic_lock(*WORKER))
    with pytest.raises(CondasyncError, match="is no name"):
        read_launch(tmp_path, name=name)


def test_packages_beside_the_lock_travel(tmp_path: Path) -> None:
    """Each package that only lies here is named by its place below the lock's folder, whatever URL it has."""
    elsewhere = "file:///home/me/project/condasync-channel/linux-64/other-2.0-0.conda"
    third = "file:///home/me/channel/noarch/third-3.0-0.conda"
    lock = synthetic_lock(
        *WORKER, row("mine", "1.0", url=_BESIDE), row("other", "2.0", url=elsewhere), row("third", "3.0", url=third)
    )
    write_lock(tmp_path, lock)
    expected = ("noarch/mine-1.0+local-0.conda", "linux-64/other-2.0-0.conda", "noarch/third-3.0-0.conda")
    for name in expected:
        path = tmp_path / "condasync-channel" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    assert read_launch(tmp_path).artifacts() == tuple(Path("condasync-channel", name) for name in expected)


def test_a_package_that_lies_nowhere_beside_it_cannot_travel(tmp_path: Path) -> None:
    """The error names the package and where it has to be."""
    write_lock(tmp_path, synthetic_lock(*WORKER, row("mine", "1.0", url=_BESIDE)))
    with pytest.raises(OutputError, match="mine is locked by its path") as caught:
        read_launch(tmp_path).artifacts()
    assert "condasync-channel/noarch" in caught.value.hints[0]
    assert "--artifact-url" in caught.value.hints[1]
