"""Small channels on disk for the channel tests. Records here are synthetic: they carry no hash."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import zstandard

from condasync.channel.repodata import RepodataStore
from condasync.channel.transport import Transport
from condasync.model.record import Channel, RepodataFile
from condasync.model.url import Url

Row: TypeAlias = dict[str, Any]
MakeRow: TypeAlias = Callable[..., Row]
MakeFile: TypeAlias = Callable[..., RepodataFile]


@pytest.fixture
def make_row() -> MakeRow:
    """Return a function that makes a synthetic repodata row."""

    def make(name: str, version: str = "1.0", **fields: object) -> Row:
        return {
            "name": name,
            "version": version,
            "build": "0",
            "build_number": 0,
            "depends": [],
            "subdir": "linux-64",
            **fields,
        }

    return make


def repodata_text(*rows: Mapping[str, Any], suffix: str = ".conda") -> str:
    """Return a repodata.json of rows."""
    names = [f"{row['name']}-{row['version']}-{row['build']}{suffix}" for row in rows]
    return json.dumps({"packages": {}, "packages.conda": dict(zip(names, rows, strict=True))})


@pytest.fixture
def make_repodata(tmp_path: Path) -> MakeFile:
    """Return a function that writes rows as the repodata.json of one subdir of a local channel."""

    def make(*rows: Row, channel: str = "one", subdir: str = "linux-64", text: str | None = None) -> RepodataFile:
        folder = tmp_path / channel / subdir
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "repodata.json"
        path.write_text(repodata_text(*rows) if text is None else text, encoding="utf-8")
        return RepodataFile(
            channel=Channel(name=channel, base_url=Url(f"https://example.org/{channel}")),
            subdir=subdir,
            path=path,
            sha256=sha256(path.read_bytes()).hexdigest(),
        )

    return make


@dataclass(frozen=True, kw_only=True)
class Page:
    """What the server answers once: `cut` sends only so many bytes of the body that it announces."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the server was asked."""

    path: str
    headers: Mapping[str, str]


class ChannelServer:
    """Serve pages by path on 127.0.0.1; several pages for one path are served in turn, the last for ever."""

    def __init__(self) -> None:
        self.pages: dict[str, list[Page]] = {}
        self.requests: list[Request] = []
        self.answered = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  named by the base class
                """Keep quiet."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def host(self) -> str:
        """Return 127.0.0.1:PORT."""
        return f"127.0.0.1:{self._http.server_port}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        self.requests.append(
            Request(path=handler.path, headers={key.lower(): value for key, value in handler.headers.items()})
        )
        pages = self.pages.get(handler.path, [Page(status=404)])
        page = pages.pop(0) if len(pages) > 1 else pages[0]
        handler.send_response(page.status)
        for key, value in page.headers.items():
            handler.send_header(key, value)
        handler.send_header("Content-Length", str(len(page.body)))
        handler.end_headers()
        handler.wfile.write(page.body[: page.cut])
        self.answered.set()

    def paths(self) -> list[str]:
        """Return the paths asked for so far."""
        return [request.path for request in self.requests]

    def close(self) -> None:
        """Stop serving."""
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[ChannelServer]:
    """Return an HTTP server without pages."""
    made = ChannelServer()
    yield made
    made.close()


@pytest.fixture
def other_server() -> Iterator[ChannelServer]:
    """Return a second HTTP server: another port is another origin."""
    made = ChannelServer()
    yield made
    made.close()


class Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        """Return the seconds since the epoch."""
        return self.now


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Return the cache folder."""
    return tmp_path / "cache"


@pytest.fixture
def text(make_row: MakeRow) -> bytes:
    """Return a repodata.json with one package."""
    return repodata_text(make_row("a", subdir="noarch")).encode()


def compressed(text: bytes) -> bytes:
    """Return zstd-compressed text."""
    return zstandard.ZstdCompressor().compress(text)


def open_store(cache: Path, clock: Clock | None = None, *, offline: bool = False) -> RepodataStore:
    """Return a store that retries at once."""
    return RepodataStore(
        cache, offline=offline, transport=lambda: Transport(backoff=0.0, timeout=5.0), clock=clock or Clock()
    )


def channel_of(server: ChannelServer, *, login: str = "", path: str = "/one") -> Channel:
    """Return the channel that a server serves."""
    return Channel(name="one", base_url=Url(f"http://{login}{server.host}{path}"))


def leftovers(cache: Path) -> list[str]:
    """Return what an interrupted or failed fetch must not leave behind."""
    return [path.name for path in cache.rglob("*") if path.name.startswith(".part-")]
