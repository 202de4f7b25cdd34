"""Sdists from a package index on 127.0.0.1."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from condasync.errors import ChannelError, NetworkError, OutputError
from condasync.model.url import Url
from condasync.pypi.sdist import fetch_sdist, locate_sdist, package_indexes, read_member


def make_sdist(**members: bytes) -> bytes:
    """Return an sdist of demo 1.0; its setup.py would leave a mark if it ran."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in {"setup.py": b"raise SystemExit('it ran')", **members}.items():
            entry = tarfile.TarInfo(f"demo-1.0/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


SDIST = make_sdist(**{"locks/pixi.lock": "version: 6 # ü\n".encode(), "binary": b"\xff"})
DIGEST = sha256(SDIST).hexdigest()


class Index:
    """Serve a simple index with one project, and count what is asked for."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str | None]] = []
        self.files = {"demo-1.0.tar.gz": SDIST, "demo-1.0-py3-none-any.whl": b"", "demo-2.0.tar.gz": b""}
        self.digests: dict[str, str] = {}
        self.refusal = 404
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                index.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  named by the base class
                """Keep quiet."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()

    def url(self, login: str = "") -> Url:
        """Return the index URL."""
        return Url(f"http://{login}127.0.0.1:{self._http.server_port}/simple")

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        self.requests.append((handler.path, handler.headers.get("Authorization")))
        body = self.files.get(handler.path.removeprefix("/files/"))
        kind = "application/octet-stream"
        if handler.path == "/simple/demo/":
            links = {name: f"/files/{name}" for name in self.files}
            links.update({name: f"/files/{name}#sha256={digest}" for name, digest in self.digests.items()})
            body = "".join(f'<a href="{link}">{name}</a>' for name, link in links.items()).encode()
            kind = "text/html"
        handler.send_response(self.refusal if body is None else 200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body or b"")))
        handler.end_headers()
        handler.wfile.write(body or b"")

    def close(self) -> None:
        """Stop serving."""
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


@pytest.fixture
def index() -> Iterator[Index]:
    """Return a package index."""
    made = Index()
    yield made
    made.close()


def test_the_sdist_of_the_version_arrives_once(index: Index, tmp_path: Path) -> None:
    """The file is found among wheels and other versions, and a second call asks nobody."""
    for _ in range(2):
        path = fetch_sdist("demo", "1.0", sha256=DIGEST, index_urls=[index.url()], cache_dir=tmp_path)
        assert path.name == "demo-1.0.tar.gz"
        assert path.read_bytes() == SDIST
    assert [path for path, _ in index.requests] == ["/simple/demo/", "/files/demo-1.0.tar.gz"]


def test_a_damaged_cache_is_fetched_anew(index: Index, tmp_path: Path) -> None:
    """A cached file with another digest does not count."""
    path = fetch_sdist("demo", "1.0", sha256=DIGEST, index_urls=[index.url()], cache_dir=tmp_path)
    path.write_bytes(b"")
    fetch_sdist("demo", "1.0", sha256=DIGEST, index_urls=[index.url()], cache_dir=tmp_path)
    assert path.read_bytes() == SDIST


def test_the_second_index_is_asked_too(index: Index, tmp_path: Path) -> None:
    """An index without the project is passed over."""
    empty = Url(f"{index.url().secret}/empty")
    assert fetch_sdist("demo", "1.0", sha256=DIGEST, index_urls=[empty, index.url()], cache_dir=tmp_path).is_file()


def test_a_local_index(tmp_path: Path) -> None:
    """An index may be a directory, as pip allows."""
    project = tmp_path / "simple" / "demo"
    project.mkdir(parents=True)
    (project / "demo-1.0.tar.gz").write_bytes(SDIST)
    (project / "index.html").write_text('<a href="demo-1.0.tar.gz">demo-1.0.tar.gz</a>', encoding="utf-8")
    url = Url((tmp_path / "simple").as_uri())
    path = fetch_sdist("demo", "1.0", sha256=DIGEST, index_urls=[url], cache_dir=tmp_path / "cache")
    assert path.read_bytes() == SDIST


def test_another_digest_is_refused(index: Index, tmp_path: Path) -> None:
    """A file that is not the pinned one is an error and is not kept."""
    with pytest.raises(ChannelError, match=f"sha256 is {DIGEST}, not {'0' * 64}"):
        fetch_sdist("demo", "1.0", sha256="0" * 64, index_urls=[index.url()], cache_dir=tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(("name", "version"), [("demo", "3.0"), ("other", "1.0")])
def test_what_no_index_offers(name: str, version: str, index: Index, tmp_path: Path) -> None:
    """The error names package, version and index, without the index's password."""
    with pytest.raises(NetworkError, match=f"{name} {version}: no sdist from") as caught:
        fetch_sdist(name, version, sha256=DIGEST, index_urls=[index.url("me:hidden@")], cache_dir=tmp_path)
    assert "hidden" not in caught.value.message
    assert "***@127.0.0.1" in caught.value.message


@pytest.mark.parametrize(
    ("status", "why", "hint"),
    [
        (404, "no index offers it", "check the name and the version"),
        (403, "Error(403): Forbidden", "check the network"),
    ],
)
def test_why_there_is_nothing(status: int, why: str, hint: str, index: Index) -> None:
    """An index that has no such package is told apart from one that refuses; the password stays hidden."""
    index.refusal = status
    with pytest.raises(NetworkError) as caught:
        locate_sdist("other", "1.0", index_urls=[index.url("me:hidden@")])
    assert why in caught.value.message
    assert "hidden" not in caught.value.message
    assert hint in caught.value.hints[0]


def test_an_index_that_is_away(index: Index, tmp_path: Path) -> None:
    """No connection is a NetworkError."""
    url = index.url("me:hidden@")
    index.close()
    with pytest.raises(NetworkError) as caught:
        fetch_sdist("demo", "1.0", sha256=DIGEST, index_urls=[url], cache_dir=tmp_path)
    assert "hidden" not in caught.value.message


def test_a_cache_that_cannot_be_written(index: Index, tmp_path: Path) -> None:
    """A cache folder that is a file is an output error."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError):
        fetch_sdist("demo", "1.0", sha256=DIGEST, index_urls=[index.url()], cache_dir=tmp_path / "file")


def test_one_file_of_an_sdist_is_read(tmp_path: Path) -> None:
    """The path is below the top folder; the text is UTF-8; nothing is unpacked."""
    (tmp_path / "demo.tar.gz").write_bytes(SDIST)
    assert read_member(tmp_path / "demo.tar.gz", "locks/pixi.lock") == "version: 6 # ü\n"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("member", "data", "message"),
    [
        ("pixi.lock", SDIST, "there is no pixi.lock in it"),
        ("binary", SDIST, "binary cannot be read"),
        ("pixi.lock", SDIST[:60], "pixi.lock cannot be read"),
        ("pixi.lock", b"no archive", "pixi.lock cannot be read"),
    ],
    ids=["absent", "not-text", "cut-off", "no-archive"],
)
def test_what_cannot_be_read_is_named(member: str, data: bytes, message: str, tmp_path: Path) -> None:
    """The error names archive and member."""
    path = tmp_path / "demo.tar.gz"
    path.write_bytes(data)
    with pytest.raises(ChannelError) as caught:
        read_member(path, member)
    assert caught.value.message.startswith(f"{path}: {message}")


def test_pip_is_asked_for_its_indexes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Environment variables that pip obeys are seen; a password stays hidden."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "https://me:hidden@example.org/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://example.org/more")
    indexes = package_indexes()
    assert [url.secret for url in indexes] == ["https://me:hidden@example.org/simple", "https://example.org/more"]
    assert "hidden" not in repr(indexes)


def test_without_configuration_pip_has_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """One index is always there, and it is not ours to know which."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    (url,) = package_indexes()
    assert url.secret.startswith("https://")


def test_a_configuration_without_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """`no-index` leaves nothing to ask."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    with pytest.raises(NetworkError, match="names no package index"):
        package_indexes()


def test_an_interpreter_without_pip(tmp_path: Path) -> None:
    """The hint says to install pip."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    with pytest.raises(NetworkError, match="names no package index") as caught:
        package_indexes(str(tmp_path / "venv" / "bin" / "python"))
    assert "install pip" in caught.value.hints[0]


def test_lookup_does_not_fetch(index: Index) -> None:
    """The place and the digest of an sdist come from the index page alone."""
    index.digests["demo-1.0.tar.gz"] = DIGEST
    offer = locate_sdist("demo", "1.0", index_urls=(index.url("me:hush@"),))
    assert (offer.file_name, offer.sha256) == ("demo-1.0.tar.gz", DIGEST)
    assert offer.url == f"{index.url()}".replace("/simple", "/files/demo-1.0.tar.gz")
    assert [path for path, _ in index.requests] == ["/simple/demo/"]


def test_lookup_without_digest_or_offer(index: Index) -> None:
    """A release that is not there, and one without a digest, are different errors."""
    with pytest.raises(ChannelError, match=r"states no SHA-256 for demo-1\.0\.tar\.gz"):
        locate_sdist("demo", "1.0", index_urls=(index.url(),))
    with pytest.raises(NetworkError, match=r"demo 3\.0: no sdist"):
        locate_sdist("demo", "3.0", index_urls=(index.url(),))
