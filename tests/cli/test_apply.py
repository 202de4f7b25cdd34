"""`condasync apply` as its users call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.apply.world import World, tree_bytes

_TOKEN = "s3cr3t-token"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return an empty world."""
    return World(folder=tmp_path)


def test_a_person_reads_what_happened(world: World) -> None:
    """The plan is shown as `diff` shows it, before and after; nothing to do is said too."""
    lock = world.lock((world.python(), world.conda("alpha", "1.0", noarch="python"), world.wheel("gamma", "0.1")))
    planned = _run(world, lock, "--dry-run")
    assert planned.returncode == 0
    assert "Added (3)" in planned.stdout
    assert "would change: 3 added; nothing to download; nothing was touched" in planned.stdout
    assert not world.prefix.exists()
    done = _run(world, lock)
    assert (done.returncode, done.stderr) == (0, "")
    assert "gamma (pip)" in done.stdout
    assert done.stdout.endswith("is now what the lock says: 3 added\n")
    assert _run(world, lock).stdout == f"{world.prefix} is what the lock says: nothing to do\n"


def test_a_program_reads_the_same(world: World) -> None:
    """`--json` holds the prefix, the changes and what was downloaded, in the envelope of every command."""
    python = world.python()
    world.apply((python, world.conda("alpha", "1.0", noarch="python")))
    lock = world.lock((python, world.conda("alpha", "2.0", noarch="python")))
    data = _json(_run(world, lock, "--json"), 0)["data"]
    assert (data["prefix"], data["platform"], data["changed"]) == (str(world.prefix), "linux-64", True)
    assert data["counts"] == {"added": 0, "removed": 0, "changed": 1}
    assert [(one["name"], one["before"]["version"], one["after"]["version"]) for one in data["changes"]] == [
        ("alpha", "1.0", "2.0")
    ]
    assert (data["to_download"], data["downloaded_bytes"], data["findings"]) == ([], 0, [])


def test_diff_is_empty_afterwards(world: World) -> None:
    """`condasync diff PREFIX LOCK` finds nothing after an apply."""
    lock = world.lock((world.python(), world.conda("alpha", "1.0", noarch="python"), world.wheel("gamma", "0.1")))
    assert _run(world, lock).returncode == 0
    done = _condasync(world, "diff", str(world.prefix), str(lock), "--json")
    assert json.loads(done.stdout)["data"]["changes"] == []


def test_packages_beside_the_lock_travel_with_it(world: World) -> None:
    """A lock that names packages by their place beside it applies from anywhere, and is the same prefix elsewhere."""
    rows = (world.python(), world.conda("alpha", "1.0", noarch="python"))
    named = [
        replace(row, url=f"file:///proc/self/cwd/condasync-channel{row.url.removeprefix(world.channel.as_uri())}")
        for row in rows
    ]
    first = world.folder / "first"
    first.mkdir()
    world.lock(named).rename(first / "conda-lock.yml")
    world.channel.rename(first / "condasync-channel")
    assert _run(world, first / "conda-lock.yml").returncode == 0
    assert world.run("import alpha; print(alpha.version)") == "1.0"
    record = json.loads((world.prefix / "conda-meta" / "alpha-1.0-0.json").read_text(encoding="utf-8"))
    assert record["url"] == (first / "condasync-channel" / "noarch" / "alpha-1.0-0.conda").as_uri()
    second = first.rename(world.folder / "second")
    assert not _json(_run(world, second / "conda-lock.yml", "--json"), 0)["data"]["changed"]
    done = _condasync(world, "diff", str(world.prefix), str(second / "conda-lock.yml"), "--json")
    assert json.loads(done.stdout)["data"]["changes"] == []


def test_a_wrong_byte_is_exit_7(world: World) -> None:
    """A corrupted package ends with 7 and both digests, and there is no prefix."""
    lock = world.lock((world.python(), world.conda("alpha", "1.0", noarch="python")))
    file = world.channel / "noarch" / "alpha-1.0-0.conda"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    error = _json(_run(world, lock, "--json"), 7)["errors"][0]
    assert error["code"] == "apply"
    assert {"package", "expected", "found"} <= error.keys()
    assert not world.prefix.exists()


def test_usage(world: World) -> None:
    """A lock that is not there is 6, a folder of artifacts that is not there is 2, a lock for another machine 7."""
    lock = world.lock((world.python(),))
    assert _run(world, world.folder / "no.yml").returncode == 6
    assert _run(world, lock, "--artifacts", str(world.folder / "no")).returncode == 2
    refused = _run(world, lock, "--platform", "osx-arm64")
    assert refused.returncode == 7
    assert "the lock is for linux-64, not for osx-arm64" in refused.stderr


def test_the_prefix_that_runs_condasync(world: World) -> None:
    """Only `--own-prefix` changes the running environment; a dry run and nothing to change need no permission."""
    python = world.python()
    world.apply((python,))
    same, more = world.lock((python,), "same.yml"), world.lock((python, world.wheel("gamma", "0.1")))
    before = tree_bytes(world.prefix)
    refused = _from_inside(world, more)
    assert refused.returncode == 7
    assert "condasync itself runs from this prefix" in refused.stderr
    assert "would change: 1 added" in _from_inside(world, more, "--dry-run").stdout
    assert _from_inside(world, same).returncode == 0
    assert tree_bytes(world.prefix) == before
    assert _json(_from_inside(world, more, "--own-prefix", "--json"), 0)["data"]["changed"]
    assert world.run("import gamma; print(gamma.version)") == "0.1"
    assert "1 removed" in _from_inside(world, same, "--own-prefix").stdout


def _from_inside(world: World, lock: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run condasync by the prefix's own Python."""
    lent = os.pathsep.join(path for path in sys.path if path)
    return subprocess.run(
        [world.prefix / "bin" / "python", "-B", "-m", "condasync", "apply", lock, "--prefix", world.prefix, *words],
        env={**os.environ, "CONDASYNC_CACHE_DIR": str(world.cache), "COLUMNS": "200", "PYTHONPATH": lent},
        cwd=world.folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_offline_with_a_folder_of_files(world: World) -> None:
    """With every file in a folder nothing is downloaded; without it `--offline` names what is missing."""
    row = replace(world.python(), url="https://example.org/c/linux-64/python-3-0.conda")
    lock = world.lock((row,))
    missing = _run(world, lock, "--offline")
    assert missing.returncode == 7
    assert "python-3-0.conda" in missing.stderr
    artifacts = world.folder / "artifacts"
    artifacts.mkdir()
    (world.channel / "linux-64").rename(artifacts / "linux-64")
    next((artifacts / "linux-64").glob("python-*")).rename(artifacts / "linux-64" / "python-3-0.conda")
    # the name in the URL is the one that is looked for
    assert _run(world, lock, "--offline", "--artifacts", str(artifacts)).returncode == 0
    assert world.run("print('runs')") == "runs"


@pytest.fixture
def channel_url(world: World) -> Iterator[str]:
    """Serve the channel of the world below a token."""
    world.channel.mkdir()

    class Handler(SimpleHTTPRequestHandler):
        def translate_path(self, path: str) -> str:
            inside = path.removeprefix(f"/t/{_TOKEN}/channel")
            return super().translate_path(inside if inside != path else "/nothing")

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(world.channel)))
    thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.mark.parametrize("stated", ["in the lock, as a variable", "in the settings"])
def test_a_channel_behind_a_token(world: World, channel_url: str, stated: str) -> None:
    """The token opens the channel, and is in no record, no output and no error."""
    base, environ = f"{channel_url}/channel", {"CONDASYNC_CHANNELS": f"{channel_url}/t/{_TOKEN}/channel"}
    if stated.startswith("in the lock"):
        base, environ = f"{channel_url}/t/${{CHANNEL_TOKEN}}/channel", {"CHANNEL_TOKEN": _TOKEN}
    served = replace(world, base_url=base)
    rows = (served.python(), served.conda("alpha", "1.0", noarch="python"), served.wheel("gamma", "0.1"))
    lock = world.lock(rows)
    planned = _json(_run(world, lock, "--dry-run", "--json", environ=environ), 0)["data"]
    assert planned["to_download_bytes"] == sum(path.stat().st_size for path in world.channel.rglob("*.[cw]*"))
    done = _json(_run(world, lock, "--json", environ=environ), 0)
    assert done["data"]["downloaded_bytes"] == planned["to_download_bytes"]
    record = json.loads((world.prefix / "conda-meta" / "alpha-1.0-0.json").read_text(encoding="utf-8"))
    assert record["url"] == f"{channel_url}/channel/noarch/alpha-1.0-0.conda"
    assert world.run("import alpha, gamma; print(alpha.version, gamma.version)") == "1.0 0.1"
    wrong = _run(world, lock, "--prefix", str(world.folder / "other"), environ=_with_empty_cache(world, environ))
    assert wrong.returncode == 8
    said = [json.dumps(done), wrong.stdout, wrong.stderr, *map(repr, tree_bytes(world.prefix).values())]
    assert not [text for text in said if _TOKEN in text]


def _with_empty_cache(world: World, environ: dict[str, str]) -> dict[str, str]:
    """Take the packages away, so that the same command fails at the server."""
    for path in world.channel.rglob("*.conda"):
        path.unlink()
    return {**environ, "CONDASYNC_CACHE_DIR": str(world.folder / "empty")}


def _run(
    world: World, lock: Path, *words: str, environ: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return _condasync(world, "apply", str(lock), "--prefix", str(world.prefix), *words, environ=environ)


def _condasync(world: World, *words: str, environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return _python(world, "-m", "condasync", *words, environ=environ)


def _python(world: World, *words: str, environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    own = {"CONDASYNC_CACHE_DIR": str(world.cache), "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, *words],
        env={**os.environ, **own, **(environ or {})},
        cwd=world.folder,
        capture_output=True,
        text=True,
        check=False,
    )


def _json(done: subprocess.CompletedProcess[str], code: int) -> dict[str, Any]:
    assert done.returncode == code, done.stdout + done.stderr
    envelope = json.loads(done.stdout)
    assert (envelope["command"], envelope["exit_code"]) == ("apply", code)
    return dict(envelope)
