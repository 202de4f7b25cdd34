"""A planted secret reaches no output: no file, no envelope, no message."""

from __future__ import annotations

import http.server
import json
import re
import shutil
import subprocess
import sys
import threading
import warnings
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from condasync.channel.record import repodata_row
from tests.cli.conftest import Cli
from tests.conftest import MakeRecord, MakeWheel, PackageIndex

SECRETS = ("tk-planted-token", "planted-password", "planted-query")
PYTHON = "3.12.1"


@contextmanager
def served(folder: Path, *, demanding: bool = False) -> Iterator[int]:
    """Serve a folder under the planted token on 127.0.0.1; `demanding` refuses who brings no credential."""
    login = "Basic " + b64encode(b"me:planted-password").decode()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, directory=str(folder), **kwargs)

        def translate_path(self, path: str) -> str:
            return super().translate_path(path.replace("/t/tk-planted-token", "").partition("?")[0])

        def do_GET(self) -> None:
            if demanding and "/t/tk-planted-token/" not in self.path and self.headers.get("Authorization") != login:
                self.send_error(403)
            else:
                super().do_GET()

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
    write_channel(tmp_path / "channel", make_record)
    with served(tmp_path / "channel") as port:
        yield f"http://me:planted-password@127.0.0.1:{port}/t/tk-planted-token"


def write_channel(folder: Path, make_record: MakeRecord) -> None:
    """Write the repodata of two synthetic packages."""
    records = [make_record("python", PYTHON), make_record("zlib", "1.3.1")]
    rows = {one.file_name: {**repodata_row(one), "md5": "0" * 32, "sha256": "0" * 64} for one in records}
    for subdir in ("linux-64", "noarch"):
        content = {"info": {"subdir": subdir}, "packages": {}, "packages.conda": rows if subdir == "linux-64" else {}}
        path = folder / subdir / "repodata.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(content), encoding="utf-8")


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


ENVIRONMENT = """\
channels:
  - {channel}
platforms:
  - linux-64
dependencies:
  - python=3.12
  - zlib
"""


@pytest.fixture
def demanding(tmp_path: Path, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return HOST:PORT of a server that shows its channel `team` only to who brings a token, or name and password."""
    write_channel(tmp_path / "channel" / "team", make_record)
    monkeypatch.setenv("TEAM_TOKEN", "tk-planted-token")
    monkeypatch.setenv("TEAM_USER", "me")
    monkeypatch.setenv("TEAM_PASSWORD", "planted-password")
    with served(tmp_path / "channel", demanding=True) as port:
        yield f"127.0.0.1:{port}"


@pytest.fixture(
    params=["http://{host}/t/$TEAM_TOKEN/team", "http://${{TEAM_USER}}:$TEAM_PASSWORD@{host}/team"],
    ids=["token", "login"],
)
def named_channel(request: pytest.FixtureRequest, demanding: str) -> str:
    """Return the channel's URL with names of variables."""
    return str(request.param).format(host=demanding)


def braced(url: str) -> str:
    """Return a URL as conda-lock writes it."""
    return re.sub(r"\$\{?(\w+)\}?", r"${\1}", url)


def test_a_variable_stays_a_variable(cli: Cli, named_channel: str, tmp_path: Path) -> None:
    """The server wants the value and gets it; files, envelopes and messages hold the name. All readers know it."""
    source = tmp_path / "in" / "environment.yml"
    source.parent.mkdir()
    source.write_text(ENVIRONMENT.format(channel=named_channel), encoding="utf-8")
    lock = Path("in/conda-lock.yml")
    formats = [word for name in ("explicit", "environment-yaml", "pixi-lock", "pylock") for word in ("--format", name)]
    ran = [cli("export", "-f", source, "-o", "in", *formats, "--json")]
    assert ran[0].code == 0, ran[0].out + ran[0].err
    held = yaml.safe_load(lock.read_text(encoding="utf-8"))
    names = ["TEAM_TOKEN"] if "/t/" in named_channel else ["TEAM_PASSWORD", "TEAM_USER"]
    assert held["metadata"]["channels"] == [{"url": braced(named_channel), "used_env_vars": names}]
    assert {row["url"].rpartition("/linux-64/")[0] for row in held["package"]} == {braced(named_channel)}
    before = lock.read_bytes()
    ran += [
        cli("export", "-f", source, "-o", "in", "--json"),
        cli("check", lock),
        cli("verify", lock),
        cli("verify", lock, "--json"),
        cli("diff", lock, lock, "--markdown"),
        cli("capture", "-f", source, "--json"),
        cli("why", "zlib", "-f", source),
        *(cli("convert", lock, "--format", name) for name in ("explicit", "pixi-lock", "conda-lock-v1")),
    ]
    assert [one.code for one in ran] == [0] * len(ran), [one.err for one in ran]
    assert lock.read_bytes() == before
    for one in ran:
        assert not [secret for secret in SECRETS if secret in one.out + one.err], one.out + one.err
    assert leaks(Path(), tmp_path / "in") == []


def test_a_generated_source_names_the_variable_too(cli: Cli, named_channel: str, tmp_path: Path) -> None:
    """From a requirements file and `-c`: environment.yml and lock both hold the name, and conda-lock agrees on both."""
    source = tmp_path / "requirements.txt"
    source.write_text("zlib\n", encoding="utf-8")
    names = tmp_path / "names.toml"
    names.write_text('zlib = "zlib"\n', encoding="utf-8")
    asked = ("-f", source, "--python", "3.12", "--names", names, "-o", "out")
    ran = cli("export", *asked, "-c", named_channel)
    assert ran.code == 0, ran.err
    assert yaml.safe_load(Path("out/environment.yml").read_text(encoding="utf-8"))["channels"] == [
        braced(named_channel)
    ]
    checked = conda_lock("lock", "--conda", str(shutil.which("true")), "--check-input-hash", "-f", "environment.yml")
    assert "Spec hash already locked for ['linux-64']" in checked, checked


def test_conda_lock_renders_the_value(cli: Cli, named_channel: str, tmp_path: Path) -> None:
    """`conda-lock render` of such a lock gives URLs that the server answers; without the variable it says so."""
    source = tmp_path / "out" / "environment.yml"
    source.parent.mkdir()
    source.write_text(ENVIRONMENT.format(channel=named_channel), encoding="utf-8")
    assert cli("export", "-f", source, "-o", "out").code == 0
    conda_lock("render", "-k", "explicit", "-p", "linux-64", "conda-lock.yml")
    urls = re.findall(r"^http\S+", Path("out/conda-linux-64.lock").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(urls) == 2
    secret = "/t/tk-planted-token/" if "/t/" in named_channel else "//me:planted-password@"
    assert all(secret in url for url in urls)


def test_a_variable_of_the_settings(cli: Cli, named_channel: str, tmp_path: Path) -> None:
    """A channel of pyproject.toml or of CONDASYNC_CHANNELS is filled in as one of the command line."""
    Path("pyproject.toml").write_text(f"[tool.condasync]\nchannels = ['{named_channel}']\n", encoding="utf-8")
    source = tmp_path / "environment.yml"
    source.write_text("dependencies:\n  - python=3.12\n  - zlib\n", encoding="utf-8")
    assert cli("export", "-f", source, "-o", "out").code == 0
    assert braced(named_channel) in Path("out/conda-lock.yml").read_text(encoding="utf-8")


def test_an_unset_variable_is_named(
    cli: Cli, named_channel: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is asked without credentials: export and verify say which variable lacks, check and diff need none."""
    source = tmp_path / "out" / "environment.yml"
    source.parent.mkdir()
    source.write_text(ENVIRONMENT.format(channel=named_channel), encoding="utf-8")
    assert cli("export", "-f", source, "-o", "out").code == 0
    name = "TEAM_TOKEN" if "/t/" in named_channel else "TEAM_PASSWORD"
    monkeypatch.delenv(name)
    lock = Path("out/conda-lock.yml")
    for ran in (cli("export", "-f", source, "-o", "out"), cli("verify", lock)):
        assert ran.code == 2
        assert f"the environment variable {name} is not set" in ran.err
    assert [cli("check", lock).code, cli("diff", lock, lock).code] == [0, 0]


def test_a_wrong_token_is_refused(cli: Cli, demanding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of these tests does demand the token."""
    monkeypatch.setenv("TEAM_TOKEN", "another")
    source = tmp_path / "environment.yml"
    source.write_text(ENVIRONMENT.format(channel=f"http://{demanding}/t/$TEAM_TOKEN/team"), encoding="utf-8")
    ran = cli("export", "-f", source, "-o", "out")
    assert ran.code == 8
    assert "the server refuses access (403)" in ran.err
    assert "another" not in ran.out + ran.err


@pytest.fixture
def private_index(
    package_index: PackageIndex,
    make_wheel: MakeWheel,
    no_package_index: None,  # noqa: ARG001  to come after it
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> PackageIndex:
    """Return an index that wants a password, of one wheel; neither netrc nor a keyring knows it."""
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("NETRC", str(tmp_path / "absent"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    package_index.password = SECRETS[1]
    package_index.add("only-private", "only_private-1.0-py3-none-any.whl", make_wheel("only-private", "1.0"))
    return package_index


def test_the_wheels_of_an_index_keep_its_names(
    cli: Cli,
    private_index: PackageIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`${NAME}` in an index URL is filled in for the index, stands in the wheel's row, and is named when unset."""
    source = tmp_path / "requirements.txt"
    index = f"http://me:${{INDEX_PASSWORD}}@{private_index.host}/simple/"
    source.write_text(f"--index-url {index}\nonly-private\n", encoding="utf-8")
    asked = ("export", "-f", source, "-c", "bundled", "--python", "3.12", "-o", "out")
    monkeypatch.delenv("INDEX_PASSWORD", raising=False)
    unset = cli(*asked)
    assert (unset.code, "the environment variable INDEX_PASSWORD is not set" in unset.err) == (2, True), unset.err
    monkeypatch.setenv("INDEX_PASSWORD", "planted-password")
    ran = cli(*asked)
    assert ran.code == 0, ran.err
    lock = Path("out/conda-lock.yml")
    rows = [row for row in yaml.safe_load(lock.read_text(encoding="utf-8"))["package"] if row["manager"] == "pip"]
    assert [row["url"] for row in rows] == [
        f"http://me:${{INDEX_PASSWORD}}@{private_index.host}/files/only_private-1.0-py3-none-any.whl"
    ]
    before = lock.read_bytes()
    again = cli(*asked)
    assert (again.code, lock.read_bytes()) == (0, before)
    assert leaks(Path()) == []
    assert not [secret for secret in SECRETS for one in (ran, again) if secret in one.out + one.err]


def conda_lock(*words: str) -> str:
    """Run conda-lock in `out` and return what it says; skip where it is not installed."""
    program = Path(sys.executable).with_name("conda-lock")
    if not program.exists():
        pytest.skip("conda-lock is not installed")
    done = subprocess.run([program, *words], cwd="out", capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_conda_lock_adds_literal_credentials_again(cli: Cli, channel: str, tmp_path: Path) -> None:
    """What was written out is stripped; `conda-lock install --auth` puts the login before the host, as for its own."""
    source = tmp_path / "out" / "environment.yml"
    source.parent.mkdir()
    source.write_text(ENVIRONMENT.format(channel=channel), encoding="utf-8")
    assert cli("export", "-f", source, "-o", "out").code == 0
    host = channel.partition("@")[2].partition("/")[0]
    held = yaml.safe_load(Path("out/conda-lock.yml").read_text(encoding="utf-8"))
    assert held["metadata"]["channels"] == [{"url": f"http://{host}", "used_env_vars": []}]
    conda_lock("render", "-k", "explicit", "-p", "linux-64", "conda-lock.yml")
    rendered = Path("out/conda-linux-64.lock").read_text(encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from conda_lock.conda_lock import _add_auth_to_lockfile  # noqa: PLC0415 - slow to import

    lines = _add_auth_to_lockfile(rendered, {host: "me:planted-password"}).splitlines()
    urls = [line for line in lines if line.startswith("http")]
    assert [url.startswith(f"http://me:planted-password@{host}/") for url in urls] == [True, True]
