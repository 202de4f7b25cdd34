"""Archives by URL: where they come from, and what they cannot do to this machine."""

from __future__ import annotations

import io
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from condasync.errors import BuildError
from condasync.model.url import Url
from condasync.pypi.archive import fetch_archive, unpack


def _tar(*names: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name in names:
            entry = tarfile.TarInfo(name)
            entry.size = 1
            archive.addfile(entry, io.BytesIO(b"x"))
    return buffer.getvalue()


@pytest.fixture
def server() -> Iterator[str]:
    """Return the URL of a server that has one archive and counts nothing else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = _tar("demo-1/setup.py")
            known = self.path == "/demo-1.tar.gz"
            self.send_response(200 if known else 404)
            self.send_header("Content-Length", str(len(body) if known else 0))
            self.end_headers()
            if known:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  named by the base class
            """Keep quiet."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://me:hush@127.0.0.1:{http.server_port}"
    http.shutdown()
    thread.join()
    http.server_close()


def test_remote_archive_is_fetched_once(server: str, tmp_path: Path) -> None:
    """The second time the cache serves it."""
    first = fetch_archive(Url(f"{server}/demo-1.tar.gz"), tmp_path)
    stamp = first.stat().st_mtime_ns
    assert fetch_archive(Url(f"{server}/demo-1.tar.gz"), tmp_path).stat().st_mtime_ns == stamp
    assert (unpack(first, tmp_path / "out") / "setup.py").read_bytes() == b"x"


def test_missing_archives(server: str, tmp_path: Path) -> None:
    """A server that does not have it and a file that is gone are told without the password."""
    with pytest.raises(BuildError, match="404") as fault:
        fetch_archive(Url(f"{server}/other.tar.gz"), tmp_path)
    assert "hush" not in fault.value.message
    with pytest.raises(BuildError, match="there is no such file"):
        fetch_archive(Url((tmp_path / "gone.zip").as_uri()), tmp_path)


def test_local_archives_are_read_in_place(tmp_path: Path) -> None:
    """A zip without a top folder is its own source folder."""
    path = tmp_path / "with space.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("setup.py", "")
        archive.writestr("x/__init__.py", "")
    assert fetch_archive(Url(path.as_uri()), tmp_path / "cache") == path
    assert sorted(one.name for one in unpack(path, tmp_path / "out").iterdir()) == ["setup.py", "x"]


@pytest.mark.parametrize("content", [_tar("../evil"), b"no archive", _tar("a")[:20]])
def test_archives_that_harm_or_are_broken(tmp_path: Path, content: bytes) -> None:
    """A path that leads out, and what is no archive, leave nothing behind."""
    path = tmp_path / "demo.tar.gz"
    path.write_bytes(content)
    with pytest.raises(BuildError, match=r"demo\.tar\.gz: cannot be unpacked"):
        unpack(path, tmp_path / "deep" / "out")
    assert not (tmp_path / "deep" / "out").exists()
    assert not (tmp_path / "deep" / "evil").exists()
