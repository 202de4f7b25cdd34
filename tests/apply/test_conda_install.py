"""What surrounds the linking of conda packages: the cache of unpacked ones, and the rights of scripts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from condasync.apply.conda_install import narrow
from condasync.errors import ApplyError
from tests.apply.world import World


@pytest.fixture
def umask() -> Iterator[None]:
    """Let the user alone write what is made, and others read it."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_nobody_else_may_write_entry_points(world: World) -> None:
    """The scripts of entry points have the rights that the umask gives, as those of packages and wheels have."""
    rows = [
        world.python(),
        world.conda("alpha", "1.0", noarch="python", entry_points=["alpha = alpha:main"]),
        world.wheel("gamma", "0.1", script="gamma"),
    ]
    world.apply(rows)
    modes = {name: (world.prefix / "bin" / name).stat().st_mode & 0o777 for name in ("alpha", "gamma")}
    assert modes == {"alpha": 0o755, "gamma": 0o755}


def test_scripts_keep_the_rights_that_their_folder_gives(tmp_path: Path) -> None:
    """A folder for a group has scripts that the group may write; links and what is not there are passed over."""
    for folder, mode in (("shared", 0o775), ("private", 0o700)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder).chmod(mode)
        (tmp_path / folder / "run").touch()
        (tmp_path / folder / "run").chmod(0o775)
    outside = tmp_path / "outside"
    outside.touch(0o666)
    outside.chmod(0o777)
    (tmp_path / "private" / "link").symlink_to(outside)
    narrow(tmp_path, ["shared/run", "private/run", "private/link", "private/none"])
    modes = [(tmp_path / name).stat().st_mode & 0o777 for name in ("shared/run", "private/run", "outside")]
    assert modes == [0o775, 0o700, 0o777]


def test_a_cache_that_cannot_be_made(world: World) -> None:
    """The error names the cache, not the folder of the prefix, and nothing is left beside the prefix."""
    world.cache.write_text("mine", encoding="utf-8")
    with pytest.raises(ApplyError, match="the cache of packages cannot be written") as caught:
        world.apply([world.python()])
    assert "CONDASYNC_CACHE_DIR" in caught.value.hints[0]
    assert list(world.prefix.parent.iterdir()) == []
