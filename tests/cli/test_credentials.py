"""A planted secret reaches no output: no file, no envelope, no message."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from condasync.channel.record import repodata_row
from tests.cli.conftest import Cli
from tests.conftest import MakeRecord

SECRETS = ("tk-planted-token", "planted-password", "planted-query")
PYTHON = "3.12.1"


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """Serve a folder under any token on 127.0.0.1."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, directory=str(folder), **kwargs)

        def translate_path(self, path: str) -> str:
            return super().translate_path(path.replace("/t/tk-planted-token", "").partition("?")[0])

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            del format, args

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()


@pytest.fixture
def channel(tmp_path: Path, make_record: MakeRecord) -> Iterator[str]:
    """Return the URL of a private channel, with a password and a token in it."""
    records = [make_record("python", PYTHON), make_record("zlib", "1.3.1")]
    rows = {one.file_name: {**repodata_row(one), "md5": "0" * 32, "sha256": "0" * 64} for one in records}
    for subdir in ("linux-64", "noarch"):
        content = {"info": {"subdir": subdir}, "packages": {}, "packages.conda": rows if subdir == "linux-64" else {}}
        path = tmp_path / "channel" / subdir / "repodata.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    with served(tmp_path / "channel") as port:
        yield f"http://me:planted-password@127.0.0.1:{port}/t/tk-planted-token"


def leaks(*folders: Path) -> list[tuple[str, str]]:
    """Return (file, secret) wherever a secret stands."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [(path.name, secret) for path in files for secret in SECRETS if secret.encode() in path.read_bytes()]


@pytest.mark.parametrize("json_", [False, True])
def test_a_private_channel_leaves_no_secret(cli: Cli, channel: str, tmp_path: Path, *, json_: bool) -> None:
    """Export in every format, convert, check, diff, verify: with the credentials in the channel's URL."""
    (tmp_path / "in").mkdir()
    source = tmp_path / "in" / "requirements.txt"
    index = "--index-url http://me:planted-password@127.0.0.1:9/simple?token=planted-query\n"
    source.write_text(f"{index}zlib\n", encoding="utf-8")
    names = tmp_path / "in" / "names.toml"
    names.write_text('zlib = "zlib"\n', encoding="utf-8")
    more = ("--json",) if json_ else ()
    formats = [word for name in ("explicit", "environment-yaml", "pixi-lock", "pylock") for word in ("--format", name)]
    asked = ("-f", source, "-c", channel, "--python", "3.12", "--names", names, *more)
    ran = [cli("export", *asked, *formats, "-o", "out")]
    assert ran[0].code == 0, ran[0].out + ran[0].err
    lock = Path("out/conda-lock.yml")
    assert "127.0.0.1" in lock.read_text(encoding="utf-8")
    ran += [
        cli("export", *asked, "-o", "out", "--check"),
        cli("check", lock, "-f", source, *more),
        cli("diff", lock, lock, *more),
        cli("verify", lock, "-c", channel, *more),
        cli("capture", "-f", source, *more),
        cli("why", "zlib", *asked),
        *(cli("convert", lock, "--format", name, *more) for name in ("explicit", "pixi-lock", "conda-lock-v1")),
    ]
    for one in ran:
        assert not [secret for secret in SECRETS if secret in one.out + one.err], one.out + one.err
    assert leaks(Path()) == []


def test_a_failing_channel_tells_no_secret(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody listens there: the message, the hint and the annotation name the host alone."""
    source = tmp_path / "requirements.txt"
    source.write_text("zlib\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    url = "http://me:planted-password@127.0.0.1:9/t/tk-planted-token/x?token=planted-query"
    for more in ((), ("--json",)):
        ran = cli("export", "-f", source, "-c", url, "--python", "3.12", *more)
        assert ran.code == 8
        assert "127.0.0.1" in ran.out + ran.err
        assert not [secret for secret in SECRETS if secret in ran.out + ran.err], ran.out + ran.err


def test_the_channels_of_a_file_tell_no_secret(cli: Cli, tmp_path: Path) -> None:
    """`capture` shows which channels an environment.yml names, not how to enter them."""
    source = tmp_path / "environment.yml"
    url = "https://me:planted-password@example.org/t/tk-planted-token/team"
    source.write_text(f"channels:\n  - {url}\ndependencies:\n  - zlib\n", encoding="utf-8")
    ran = cli("capture", "-f", source, "--json")
    assert ran.data["channels"] == ["https://***@example.org/t/***/team"]
    assert not [secret for secret in SECRETS if secret in ran.out + ran.err + cli("capture", "-f", source).out]


def test_a_channel_that_names_a_variable_keeps_it(cli: Cli) -> None:
    """`$TOKEN` in an environment.yml stays a name in the lock, as conda-lock writes it."""
    from condasync.lock.channel_text import hashable_channel, used_variables  # noqa: PLC0415

    del cli
    url = "https://example.org/t/$TEAM_TOKEN/team"
    assert used_variables(url) == ("TEAM_TOKEN",)
    assert "${TEAM_TOKEN}" in hashable_channel(url)
