"""What is refused, by which words, with everything left as it was."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from condasync.apply.place import place_of
from condasync.apply.refusals import refuse_change, rows_for
from condasync.errors import ApplyError
from condasync.model.lockfile import LockedPackage
from tests.apply.world import PLATFORM, Content, World, lock_of, tree_state

_ROW = LockedPackage(
    manager="conda",
    name="python",
    version="3.12",
    platform=PLATFORM,
    url="https://example.org/c/linux-64/python-3.12-0.conda",
    md5=None,
    sha256="0" * 64,
)
_WHEEL = replace(_ROW, manager="pip", name="gamma", url="https://example.org/gamma-1.0-py3-none-any.whl")


@pytest.mark.parametrize(
    ("rows", "asked", "host", "words"),
    [
        ([_ROW], None, "osx-arm64", "the lock is for linux-64, not for osx-arm64"),
        ([_ROW], "linux-aarch64", PLATFORM, "the lock is for linux-64, not for linux-aarch64"),
        ([], None, PLATFORM, "the lock holds no package for linux-64"),
        ([replace(_ROW, sha256=None)], None, PLATFORM, "python: the lock states no digest"),
        ([replace(_ROW, url="")], None, PLATFORM, "python: the lock states no URL"),
        ([_ROW, replace(_WHEEL, url="https://example.org/g-1.tar.gz")], None, PLATFORM, "is locked as source"),
        ([_ROW, replace(_WHEEL, url="git+https://example.org/g.git@0")], None, PLATFORM, "is locked as source"),
        ([_WHEEL], None, PLATFORM, "gamma: a wheel needs python"),
        *(
            ([_ROW, replace(_WHEEL, url=f"https://example.org/gamma-1.0-cp312-cp312-{tag}.whl")], None, PLATFORM, words)
            for tag, words in (
                ("macosx_11_0_arm64", "is a wheel for another platform than linux-64"),
                ("musllinux_1_2_x86_64", "is a wheel for another platform than linux-64"),
                ("win_amd64", "is a wheel for another platform than linux-64"),
                ("manylinux_2_17_aarch64.manylinux2014_aarch64", "is a wheel for another platform than linux-64"),
            )
        ),
    ],
)
def test_locks_that_cannot_be_applied(rows: list[LockedPackage], asked: str | None, host: str, words: str) -> None:
    """A lock for another machine, without digests, or with what would have to be built is refused with a hint."""
    with pytest.raises(ApplyError, match=words) as caught:
        rows_for(lock_of(rows), asked=asked, host=host)
    assert caught.value.hints


@pytest.mark.parametrize(
    "tag", ["any", "linux_x86_64", "manylinux1_x86_64", "manylinux_2_17_x86_64.manylinux2014_x86_64"]
)
def test_wheels_of_the_platform_pass(tag: str) -> None:
    """Every spelling of the platform is taken, old and new."""
    wheel = replace(_WHEEL, url=f"https://example.org/gamma-1.0-cp312-cp312-{tag}.whl")
    assert rows_for(lock_of([_ROW, wheel]), asked=None, host=PLATFORM)[1] == (wheel, _ROW)


def test_another_platform_only_when_it_is_named() -> None:
    """`--platform` makes a prefix for another machine out of the lock's rows for it."""
    assert rows_for(lock_of([_ROW]), asked=PLATFORM, host="osx-arm64") == (PLATFORM, (_ROW,))


def test_a_digest_may_be_an_md5() -> None:
    """A row that has only an md5 can be verified with it."""
    row = replace(_ROW, sha256=None, md5="0" * 32)
    assert rows_for(lock_of([row]), asked=None, host=PLATFORM)[1] == (row,)


def _file(prefix: Path) -> None:
    prefix.parent.mkdir(parents=True)
    prefix.write_text("mine", encoding="utf-8")


def _used(prefix: Path) -> None:
    prefix.mkdir(parents=True)
    (prefix / "thesis.tex").write_text("mine", encoding="utf-8")


def _venv(prefix: Path) -> None:
    prefix.mkdir(parents=True)
    (prefix / "pyvenv.cfg").write_text("home = /nowhere\n", encoding="utf-8")


def _frozen(prefix: Path) -> None:
    (prefix / "conda-meta").mkdir(parents=True)
    (prefix / "conda-meta" / "frozen").write_text('{"message": "ask Ada"}', encoding="utf-8")


def _other_platform(prefix: Path) -> None:
    (prefix / "conda-meta").mkdir(parents=True)
    record = (
        '{"name": "x", "version": "1", "build": "0", "subdir": "osx-64", "url": "https://example.org/c/osx-64/x.conda"}'
    )
    (prefix / "conda-meta" / "x-1-0.json").write_text(record, encoding="utf-8")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_file, "is no folder"),
        (_used, "holds files and is no conda prefix"),
        (_venv, "is a venv"),
        (_frozen, "is frozen: ask Ada"),
        (_other_platform, "holds packages for osx-64"),
    ],
)
def test_places_that_are_not_replaced(world: World, make: Callable[[Path], None], words: str) -> None:
    """What is not a conda prefix of this platform, or is frozen, stays as it is to the last inode."""
    make(world.prefix)
    before = tree_state(world.prefix.parent)
    with pytest.raises(ApplyError, match=words) as caught:
        world.apply((world.conda("tool", "1.0", {"bin/tool": "x"}),))
    assert caught.value.hints
    assert tree_state(world.prefix.parent) == before


def test_the_own_prefix_only_when_it_is_allowed(world: World) -> None:
    """The prefix that condasync runs from, also through a link, is changed only when that is asked for."""
    world.prefix.mkdir(parents=True)
    link = world.folder / "link"
    link.symlink_to(world.prefix)
    own = (link / "lib" / "condasync",)
    with pytest.raises(ApplyError, match="runs from this prefix"):
        refuse_change(place_of(world.prefix), own_prefixes=own, own_prefix=False)
    refuse_change(place_of(world.prefix), own_prefixes=own, own_prefix=True)
    refuse_change(place_of(world.folder / "other"), own_prefixes=own, own_prefix=False)


def test_a_mount_point_cannot_be_exchanged() -> None:
    """A folder that another file system is mounted on is refused."""
    with pytest.raises(ApplyError, match="is a mount point"):
        refuse_change(place_of(Path("/dev")), own_prefixes=(), own_prefix=False)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_above_that_cannot_be_written(world: World) -> None:
    """Without the right to write beside the prefix nothing is begun."""
    above = world.folder / "closed"
    above.mkdir(mode=0o500)
    with pytest.raises(ApplyError, match="cannot be written"):
        world.apply((world.python(),), prefix=above / "env")


def test_a_path_too_long_for_binary_files(world: World) -> None:
    """A prefix whose path does not fit into the room that binary files keep is refused before linking."""
    row = world.conda("tool", "1.0", {"lib/tool.so": Content(data=b"\0/opt\0", mode="binary")})
    prefix = world.folder / "/".join(["a" * 50] * 6)
    with pytest.raises(ApplyError, match="too long for tool"):
        world.apply((row,), prefix=prefix)
    assert not prefix.exists()


def test_a_package_that_is_another_one(world: World) -> None:
    """A file with the lock's digest that says another name is refused."""
    row = world.conda("tool", "1.0", {"bin/tool": "x"})
    with pytest.raises(ApplyError, match=r"tool-1.0-0.conda is tool 1\.0"):
        world.apply((replace(row, version="2.0"),))


@pytest.mark.parametrize("path", ["../outside", "/outside", "share/../../outside"])
def test_a_package_with_a_file_outside(world: World, path: str) -> None:
    """A package that would write outside of the prefix is refused."""
    with pytest.raises(ApplyError, match="would lie outside of the prefix"):
        world.apply((world.conda("tool", "1.0", {path: "x"}),))
    with pytest.raises(ApplyError, match="would lie outside of the prefix"):
        world.apply((world.conda("other", "1.0", {}, noarch="python", entry_points=[f"{path} = a:b"]),))


def test_no_package_at_all(world: World) -> None:
    """A file with the lock's digest that is no conda package is refused."""
    row = world.conda("tool", "1.0", {"bin/tool": "x"})
    wheel = world.wheel("gamma", "1.0")
    with pytest.raises(ApplyError, match="no conda package"):
        world.apply((replace(row, url=wheel.url, sha256=wheel.sha256),))


def test_offline_names_what_is_missing(world: World) -> None:
    """Offline, files that are not on this disk are named before anything is begun."""
    with pytest.raises(ApplyError, match=r"--offline: not on this disk: python-3.12-0.conda"):
        world.apply((_ROW,), offline=True)
    assert not world.prefix.exists()


def test_a_lost_file_of_the_lock(world: World) -> None:
    """A `file://` row whose file is gone says where it is looked for."""
    row = world.conda("tool", "1.0", {"bin/tool": "x"})
    (world.channel / PLATFORM / "tool-1.0-0.conda").unlink()
    with pytest.raises(ApplyError, match=r"tool: the lock's file .* is not there") as caught:
        world.apply((row,))
    assert "condasync-channel/linux-64/" in caught.value.hints[0]
