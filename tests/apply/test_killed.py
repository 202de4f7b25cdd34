"""Applies that are killed, that fail halfway, and that run at the same time."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from condasync.model.lockfile import LockedPackage
from tests.apply.world import World, tree_bytes

_MOMENTS = 20


def test_killed_at_any_moment_leaves_a_prefix_that_works(world: World) -> None:
    """Killed with its children at 20 moments, spread over its whole run, the prefix is the old or the new one.

    It runs and imports in one piece, the user's file is there, and the next apply completes and leaves nothing beside.
    """
    locks = [world.lock(_rows(world, version), f"{version}.yml") for version in ("1.0", "2.0")]
    assert _apply(world, locks[0]).returncode == 0
    (world.prefix / "mine.txt").write_text("mine", encoding="utf-8")
    started = time.monotonic()
    assert _apply(world, locks[1]).returncode == 0
    whole = time.monotonic() - started
    found, interrupted = "2.0", 0
    seed = random.Random(20260)
    for moment in sorted(seed.uniform(0.25, 0.9) for _ in range(_MOMENTS)):
        other = {"1.0": "2.0", "2.0": "1.0"}[found]
        _killed_after(world, world.folder / f"{other}.yml", whole * moment)
        found = _version(world)
        interrupted += len(list(world.prefix.parent.glob(".env.condasync-new-*")))
        assert (world.prefix / "mine.txt").read_text(encoding="utf-8") == "mine"
    assert interrupted
    assert _apply(world, locks[0]).returncode == 0
    assert _version(world) == "1.0"
    assert [path.name for path in world.prefix.parent.iterdir()] == ["env"]


def test_interrupted_it_clears_up_by_itself(world: World) -> None:
    """Ctrl-C ends with 130, leaves the old prefix and nothing beside it."""
    locks = [world.lock(_rows(world, version), f"{version}.yml") for version in ("1.0", "2.0")]
    assert _apply(world, locks[0]).returncode == 0
    process = _start(world, locks[1])
    while not list(world.prefix.parent.glob(".env.condasync-new-*/tree")):
        assert process.poll() is None
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(60) == 130
    assert _version(world) == "1.0"
    assert [path.name for path in world.prefix.parent.iterdir()] == ["env"]


def test_killed_at_its_first_apply_leaves_no_prefix_or_a_whole_one(world: World) -> None:
    """A new prefix is there entirely or not at all, and the next apply makes it and clears away what was left."""
    lock = world.lock(_rows(world, "1.0"))
    for part in (0.4, 0.5, 0.6, 0.7, 0.8):
        _killed_after(world, lock, part)
        assert not world.prefix.exists() or _version(world) == "1.0"
        if world.prefix.exists():
            shutil.rmtree(world.prefix)
    assert _apply(world, lock).returncode == 0
    assert _version(world) == "1.0"
    assert [path.name for path in world.prefix.parent.iterdir()] == ["env"]


@pytest.mark.skipif(sys.platform != "linux", reason="children of a process are found in /proc")
def test_nobody_interferes_with_a_child_that_lives_on(world: World) -> None:
    """While the process that links packages has not ended, the next apply waits, though the first one was killed."""
    rows = _rows(world, "1.0")
    process = _start(world, world.lock(rows))
    child = _child_of(process)
    os.kill(child, signal.SIGSTOP)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    thread = threading.Thread(target=world.apply, args=(rows,))
    thread.start()
    while "waiting for another apply of this prefix" not in world.heard:
        assert thread.is_alive()
        time.sleep(0.005)
    assert not world.prefix.exists()
    os.kill(child, signal.SIGCONT)  # it finds that its parent is gone, and leaves
    thread.join(60)
    assert _version(world) == "1.0"


def test_what_is_not_ours_is_not_cleared_away(world: World) -> None:
    """Folders with a name like a work folder's but without its marker stay, links too."""
    near = world.prefix.parent
    near.mkdir(parents=True)
    (near / ".env.condasync-new-mine").mkdir()
    (near / ".env.condasync-new-mine" / "tree").mkdir()
    (near / ".env.condasync-new-link").symlink_to(world.folder)
    world.apply((world.python(),))
    assert (near / ".env.condasync-new-mine" / "tree").is_dir()
    assert (near / ".env.condasync-new-link").is_symlink()
    assert (near / ".env.condasync-new-link").exists()


def test_a_prefix_between_two_renames_is_put_back(world: World) -> None:
    """Where folders cannot be exchanged, an apply that died between two renames left the old prefix aside."""
    rows = (world.python(), world.conda("alpha", "1.0", noarch="python"))
    world.apply(rows)
    folder = world.prefix.parent / ".env.condasync-new-abc"
    folder.mkdir()
    (folder / "condasync-apply").touch()
    (world.prefix / "mine.txt").write_text("mine", encoding="utf-8")
    world.prefix.rename(folder / "before")
    world.apply(rows)
    assert (world.prefix / "mine.txt").read_text(encoding="utf-8") == "mine"
    assert [path.name for path in world.prefix.parent.iterdir()] == ["env"]


def test_two_at_the_same_time_wait_for_each_other(world: World) -> None:
    """Applies of one prefix take turns; afterwards it is what one of the locks says, in one piece."""
    locks = [world.lock(_rows(world, version), f"{version}.yml") for version in ("1.0", "2.0")]
    running = [_start(world, lock) for lock in (*locks, *locks)]
    ended = [process.wait(60) for process in running]
    assert ended == [0, 0, 0, 0]
    assert _version(world) in {"1.0", "2.0"}
    assert [path.name for path in world.prefix.parent.iterdir()] == ["env"]


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_a_full_disk_leaves_the_prefix_and_says_so(world: World) -> None:
    """When no more can be written, exit 7 says that the disk is full, and the prefix is as it was."""
    world.apply(_rows(world, "1.0"))
    before = tree_bytes(world.prefix)
    rows = (*_rows(world, "2.0"), world.conda("large", "1.0", {"share/large.bin": os.urandom(1 << 21)}))
    limit = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)); "
    limit += "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    limit += "from condasync.__main__ import main; sys.argv[0] = 'condasync'; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", limit, *_words(world, world.lock(rows)), "--json"],
        env=_environ(world),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 7, done.stderr
    assert "the disk is full" in json.loads(done.stdout)["errors"][0]["message"]
    assert tree_bytes(world.prefix) == before
    assert [path.name for path in world.prefix.parent.iterdir()] == ["env"]


def _rows(world: World, version: str) -> tuple[LockedPackage, ...]:
    """Return packages that agree in their version when they are of one apply."""
    many = {f"site-packages/parts/p{at}.py": f"version = {version!r}\n" for at in range(300)}
    return (
        world.python(),
        world.conda("alpha", version, noarch="python", entry_points=["alpha = alpha:main"]),
        world.conda("parts", version, {**many, "site-packages/parts/__init__.py": ""}, noarch="python"),
        world.wheel("gamma", version, script="gamma"),
    )


def _version(world: World) -> str:
    """Return the version that all packages of the prefix agree on."""
    code = "import alpha, gamma; from parts import p0, p299; print(*(m.version for m in (alpha, gamma, p0, p299)))"
    versions = set(world.run(code).split())
    assert len(versions) == 1
    assert len(list((world.prefix / "conda-meta").glob("*.json"))) == 3
    return versions.pop()


def _child_of(process: subprocess.Popen[bytes]) -> int:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while not (found := children.read_text(encoding="utf-8").split()):
        assert process.poll() is None
        time.sleep(0.001)
    return int(found[0])


def _killed_after(world: World, lock: Path, seconds: float) -> None:
    process = _start(world, lock)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _apply(world: World, lock: Path) -> subprocess.Popen[bytes]:
    process = _start(world, lock)
    process.wait(60)
    return process


def _start(world: World, lock: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "condasync", *_words(world, lock)]
    return subprocess.Popen(command, env=_environ(world), stdout=subprocess.DEVNULL, start_new_session=True)


def _words(world: World, lock: Path) -> Sequence[str]:
    return ("apply", str(lock), "--prefix", str(world.prefix))


def _environ(world: World) -> dict[str, str]:
    return {**os.environ, "CONDASYNC_CACHE_DIR": str(world.cache)}
