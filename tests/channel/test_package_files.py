"""Package files: from folders, from the cache, beside the lock, over HTTP; always what their digest says."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from condasync.channel.package_files import PackageFiles, sizes_of
from condasync.channel.transport import Transport
from condasync.errors import ApplyError, NetworkError
from condasync.model.apply import PackageFile
from condasync.model.lockfile import LockedPackage
from condasync.model.url import Url

_DATA = b"the bytes of a package"


@dataclass
class Server:
    """A server on 127.0.0.1 that gives files below a token only, and remembers what it was asked."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    """Run a server while a test runs."""
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(f"{self.command} {self.path}")
            body = state.files.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            if body and self.command == "GET":
                self.wfile.write(body)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{running.server_address[1]}"
    thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield state
    running.shutdown()
    thread.join()
    running.server_close()


def test_a_folder_comes_before_the_cache_and_the_network(tmp_path: Path) -> None:
    """A file at any depth of a folder is taken when its digest is the lock's; another one of its name is not."""
    row = _row("https://example.org/c/noarch/a-1-0.conda")
    (tmp_path / "given" / "deep").mkdir(parents=True)
    (tmp_path / "given" / "a-1-0.conda").write_bytes(b"another one")
    (tmp_path / "given" / "deep" / "a-1-0.conda").write_bytes(_DATA)
    found = _files(tmp_path, tmp_path / "given").locate([row])
    assert [file.path for file in found.here] == [tmp_path / "given" / "deep" / "a-1-0.conda"]
    assert found.missing == ()


def test_a_download_is_kept(tmp_path: Path, server: Server) -> None:
    """What was downloaded is in the cache for the next one, and a damaged file in the cache is fetched again."""
    server.files["/c/noarch/a-1-0.conda"] = _DATA
    row = _row(f"{server.url}/c/noarch/a-1-0.conda")
    files = _files(tmp_path)
    for _ in range(2):
        assert files.locate([row]).missing == (row,)
        (got,) = _download(files, row)
        assert got.fetched
        assert got.path.read_bytes() == _DATA
        assert files.locate([row]).here[0].path == got.path
        got.path.write_bytes(b"damaged")
    assert [path.name for path in got.path.parent.iterdir()] == ["a-1-0.conda"]


def test_what_a_killed_download_left_goes(tmp_path: Path, server: Server) -> None:
    """A part that nobody wrote to for a day is removed by the next download; a younger one may be in use."""
    server.files["/c/noarch/a-1-0.conda"] = _DATA
    row = _row(f"{server.url}/c/noarch/a-1-0.conda")
    folder = _files(tmp_path).cached(row).parent
    folder.mkdir(parents=True)
    for name in (".part-old", ".part-new"):
        (folder / name).touch()
    os.utime(folder / ".part-old", (0, 0))
    _download(_files(tmp_path), row)
    assert sorted(path.name for path in folder.iterdir()) == [".part-new", "a-1-0.conda"]


def test_an_md5_serves_where_the_lock_has_no_more(tmp_path: Path, server: Server) -> None:
    """A row with only an md5 is verified by it."""
    server.files["/c/noarch/a-1-0.conda"] = _DATA
    url = f"{server.url}/c/noarch/a-1-0.conda"
    fit = _row(url, sha256=None, md5=hashlib.md5(_DATA).hexdigest())
    assert _download(_files(tmp_path), fit)[0].path.read_bytes() == _DATA
    with pytest.raises(ApplyError, match="has md5"):
        _download(_files(tmp_path), _row(url, sha256=None, md5="0" * 32))


def test_a_download_that_is_another_file(tmp_path: Path, server: Server) -> None:
    """A wrong file is an error with both digests, and does not get into the cache."""
    server.files["/c/noarch/a-1-0.conda"] = b"another one"
    row = _row(f"{server.url}/c/noarch/a-1-0.conda")
    with pytest.raises(ApplyError) as caught:
        _download(_files(tmp_path), row)
    assert caught.value.facts["expected"] == row.sha256
    assert caught.value.facts["found"] == hashlib.sha256(b"another one").hexdigest()
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []


def test_a_file_that_the_server_lacks(tmp_path: Path, server: Server) -> None:
    """A missing file is a fault of the network, not of the prefix."""
    with pytest.raises(NetworkError, match=r"no such file \(404\)") as caught:
        _download(_files(tmp_path), _row(f"{server.url}/c/noarch/a-1-0.conda"))
    assert caught.value.exit_code == 8


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    """What helps is said in words of apply: it has no channels, and a folder may hold the file."""
    with pytest.raises(NetworkError) as caught:
        _download(_files(tmp_path), _row("http://127.0.0.1:9/c/noarch/a-1-0.conda"))
    assert caught.value.hints == (
        "check the network and the proxy settings",
        "or name a folder that holds the file: --artifacts DIR",
    )
    assert caught.value.facts["package"] == "a"


def test_no_credential_is_printed(tmp_path: Path, server: Server) -> None:
    """The token goes to the server and stands in no message."""
    row = _row(f"{server.url}/c/noarch/a-1-0.conda")
    secret = Url(f"{server.url}/t/s3cr3t/c/noarch/a-1-0.conda")
    with pytest.raises(NetworkError) as missing:
        _download(_files(tmp_path), row, secret)
    server.files["/t/s3cr3t/c/noarch/a-1-0.conda"] = b"another one"
    with pytest.raises(ApplyError) as wrong:
        _download(_files(tmp_path), row, secret)
    assert server.asked == ["GET /t/s3cr3t/c/noarch/a-1-0.conda"] * 2
    for error in (missing.value, wrong.value):
        assert "s3cr3t" not in f"{error.message} {error.hints} {error.facts}"


def test_one_failure_ends_the_others(tmp_path: Path, server: Server) -> None:
    """Of many downloads the first fault is told, and nothing half done stays in the cache."""
    for at in range(20):
        server.files[f"/c/noarch/p{at}-1-0.conda"] = _DATA
    rows = [_row(f"{server.url}/c/noarch/p{at}-1-0.conda") for at in range(21)]
    transport = Transport(retries=0)
    with pytest.raises(NetworkError):
        _files(tmp_path).download(rows, transport, secret_of=Url, progress=lambda *_: None)
    assert not list((tmp_path / "cache").rglob(".part-*"))


def test_a_cache_that_cannot_be_written(tmp_path: Path, server: Server) -> None:
    """A cache that is a file is an error that names the cache."""
    (tmp_path / "cache").write_text("mine", encoding="utf-8")
    with pytest.raises(ApplyError, match="the cache of packages cannot be written") as caught:
        _download(_files(tmp_path), _row(f"{server.url}/c/noarch/a-1-0.conda"))
    assert "CONDASYNC_CACHE_DIR" in caught.value.hints[0]


@pytest.mark.parametrize("where", ["stated", "beside"])
def test_a_file_url(tmp_path: Path, where: str) -> None:
    """A `file://` row is its file, and where that is gone the one of its name in the channel folder beside the lock."""
    stated = tmp_path / "elsewhere" / "noarch" / "a-1-0.conda"
    place = stated if where == "stated" else tmp_path / "condasync-channel" / "noarch" / "a-1-0.conda"
    place.parent.mkdir(parents=True)
    place.write_bytes(_DATA)
    assert _files(tmp_path).locate([_row(stated.as_uri())]).here[0].path == place
    place.write_bytes(b"another one")
    with pytest.raises(ApplyError, match="has sha256"):
        _files(tmp_path).locate([_row(stated.as_uri())])


def test_sizes(server: Server) -> None:
    """Sizes are asked for without fetching; what a server does not know, or who does not answer, has none."""
    server.files["/a"] = _DATA
    transport = Transport(retries=0)
    urls = [Url(f"{server.url}/a"), Url(f"{server.url}/b"), Url("http://127.0.0.1:9/a")]
    assert sizes_of(urls, transport) == (len(_DATA), None, None)
    assert {word.split()[0] for word in server.asked} == {"HEAD"}
    transport.close()


def _files(folder: Path, *artifacts: Path) -> PackageFiles:
    return PackageFiles(cache=folder / "cache", lock_folder=folder, artifacts=artifacts)


def _download(files: PackageFiles, row: LockedPackage, secret: Url | None = None) -> tuple[PackageFile, ...]:
    transport = Transport(retries=0)
    try:
        return files.download(
            [row], transport, secret_of=lambda url: secret or Url(url), progress=lambda _label, _done, _all: None
        )
    finally:
        transport.close()


def _row(url: str, *, sha256: str | None = hashlib.sha256(_DATA).hexdigest(), md5: str | None = None) -> LockedPackage:
    return LockedPackage(
        manager="conda", name="a", version="1", platform="linux-64", url=url, md5=md5, sha256=sha256, build="0"
    )
