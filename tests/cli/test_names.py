"""Names on the command line: the tables in use, what they say, and one name in two ecosystems, end to end."""

from __future__ import annotations

import json
import os
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from condasync.channel.index import SparseIndex
from condasync.channel.snapshot import bundled_snapshot
from condasync.lock import conda_lock_v1
from tests.cli.conftest import Cli, make_conda_prefix

SITE = "lib/python3.12/site-packages"


@pytest.fixture
def mixed_prefix(tmp_path: Path, cache_dir: Path) -> Path:
    """Return a prefix with conda's brotli, the C library, and pip's Brotli, the binding."""
    _, files = bundled_snapshot(cache_dir)
    index = SparseIndex([files["linux-64"], files["noarch"]])
    python = next(one for one in reversed(index.records("python")) if one.version.startswith("3.12."))
    library = index.records("brotli")[-1]
    prefix = make_conda_prefix(tmp_path / "mixed", [python, library], requested={"python", "brotli"})
    folder = prefix / SITE / "Brotli-1.1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: Brotli\nVersion: 1.1.0\n", encoding="utf-8")
    (folder / "INSTALLER").write_text("pip\n", encoding="utf-8")
    (folder / "RECORD").write_text("", encoding="utf-8")
    (folder / "REQUESTED").write_text("", encoding="utf-8")
    return prefix


def test_one_name_from_conda_and_pip_gives_two_outcomes(cli: Cli, mixed_prefix: Path, tmp_path: Path) -> None:
    """The library and the binding both reach the outcomes and the lock, under different conda names."""
    ran = cli("export", "--prefix", mixed_prefix, "--offline", "-o", tmp_path / "out", "--json")
    assert ran.code == 0, ran.err
    rows = {row["manager"]: row for row in ran.data["outcomes"] if row["package"].lower() == "brotli"}
    assert {manager: row["outcome"] for manager, row in rows.items()} == {"conda": "kept", "pip": "mapped"}
    assert (rows["conda"]["conda_names"], rows["pip"]["conda_names"]) == (["brotli"], ["brotli-python"])
    text = (tmp_path / "out" / "conda-lock.yml").read_text(encoding="utf-8")
    locked = {row.name for row in conda_lock_v1.loads(text, path="conda-lock.yml").packages}
    assert {"brotli", "brotli-python"} <= locked


def test_why_tells_of_both(cli: Cli, mixed_prefix: Path) -> None:
    """The account has a paragraph for each of the two packages."""
    ran = cli("why", "brotli", "--prefix", mixed_prefix, "--offline")
    assert ran.code == 0, ran.err
    conda, pip = ran.out.split("\n\n")[:2]
    assert "installed by conda from conda-forge" in conda
    assert "stays a conda package: brotli\n" in conda
    assert pip.startswith("Brotli 1.1.0 (installed by pip), for Python 3.12 on linux-64\n")
    assert "is taken from conda: brotli-python\n" in pip
    assert "has a package brotli; refused: brotli on the channel is no Python package" in pip


def test_why_warns_of_a_lookalike(cli: Cli) -> None:
    """A name that nobody knows, one letter away from a popular one, is asked about; programs get the finding too."""
    environment = Path("requirements.txt")
    environment.write_text("numpy\n", encoding="utf-8")
    ran = cli("why", "reqeusts", "-f", environment, "--offline", "--json")
    assert ran.code == 0, ran.err
    assert [finding["code"] for finding in ran.data["findings"]] == ["lookalike", "offline"]
    assert ran.data["outcomes"][0]["reason"]["code"] == "no-known-name"


def test_show_lists_the_tables_in_use(cli: Cli) -> None:
    """Every table with its revision, in the order in which they are asked; the user's own comes first."""
    own = Path("own.toml")
    own.write_text('torch = "my-torch"\n', encoding="utf-8")
    ran = cli("names", "show", "--names", own, "--json")
    assert [row["source"] for row in ran.data["sources"]] == ["user", "reviewed", "grayskull", "parselmouth"]
    assert ran.data["sources"][3]["revision"] == "absent"
    shown = cli("names", "show").out.splitlines()
    assert [line.split()[0] for line in shown] == ["reviewed", "grayskull", "parselmouth", "last"]


def test_show_tells_what_each_table_says_of_a_name(cli: Cli) -> None:
    """The tables as they are, without the channel's judgement; extras are names of their own."""
    out = cli("names", "show", "Torch").out
    assert out.splitlines()[0] == "torch"
    assert "torch -> pytorch: conda-forge names it after the project" in out
    assert "parselmouth (absent): nothing" in out
    row = cli("names", "show", "dask[complete]", "--json").data["sources"][0]
    assert row["says"][0]["conda_names"] == ["dask"]


def test_a_names_file_with_an_error_is_told_with_its_line(cli: Cli) -> None:
    """The file and the line, and what may stand there: exit 4."""
    own = Path("own.toml")
    own.write_text('numpy = "numpy"\ntorch = 3\n', encoding="utf-8")
    ran = cli("names", "show", "torch", "--names", own)
    assert ran.code == 4
    assert "own.toml:2: 'torch' is 3" in ran.err


def test_an_update_brings_the_table_and_its_date(cli: Cli, monkeypatch: pytest.MonkeyPatch, cache_dir: Path) -> None:
    """A server of files is enough: the first update fetches, the next finds nothing new, and `show` says the day."""
    folder = Path("published")
    folder.mkdir()
    (folder / "compressed_mapping.json").write_text('{"redis-py": ["redis"], "redis": null}', encoding="utf-8")
    os.utime(folder / "compressed_mapping.json", (1787143860, 1787143860))
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/compressed_mapping.json"
        monkeypatch.setenv("CONDASYNC_NAMES_URL", url)
        try:
            ran = [cli("names", "update", "--json").data for _ in range(2)]
            shown = cli("names", "show", "redis").out
        finally:
            server.shutdown()
            thread.join()
            shutil.rmtree(cache_dir / "names")
    known = {"source": "parselmouth", "revision": "2026-08-19", "url": url}
    assert ran == [{**known, "changed": True}, {**known, "changed": False}]
    assert "parselmouth (2026-08-19): redis -> redis-py" in shown


def test_an_update_that_finds_no_server_says_what_now(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 8, the address, and the word that condasync works without the table."""
    monkeypatch.setenv("CONDASYNC_NAMES_URL", "http://127.0.0.1:9/table.json")
    ran = cli("names", "update")
    assert ran.code == 8
    assert ran.err.startswith("error: http://127.0.0.1:9/table.json: ")
    assert "hint: condasync works without this table" in ran.err
    assert json.loads(cli("names", "update", "--json").out)["errors"][0]["code"] == "network"
