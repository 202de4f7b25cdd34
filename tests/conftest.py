"""What tests of several floors share: synthetic records, an index that holds them, a package index, wheels."""

from __future__ import annotations

import contextlib
import hashlib
import html
import io
import json
import threading
import zipfile
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, Protocol
from urllib.parse import unquote

import pytest

from condasync.model.record import ChannelRecord, RepodataFile


class MakeRecord(Protocol):
    """Make a synthetic record, which therefore carries no digest."""

    def __call__(
        self, name: str, version: str, *depends: str, build: str = "0", subdir: str = "linux-64"
    ) -> ChannelRecord:
        """Return a record; the build number is what stands behind the last underscore of the build."""
        ...


@dataclass(frozen=True, slots=True)
class FakeIndex:
    """A `seams.ChannelIndex` over records in memory."""

    every: tuple[ChannelRecord, ...]

    @property
    def repodata(self) -> tuple[RepodataFile, ...]:
        """Return nothing: no file stands behind it."""
        return ()

    def names(self) -> frozenset[str]:
        """Return the names of the records."""
        return frozenset(record.name for record in self.every)

    def records(self, name: str) -> tuple[ChannelRecord, ...]:
        """Return the records of one name."""
        return tuple(record for record in self.every if record.name == name)


class MakeIndex(Protocol):
    """Make an index of records."""

    def __call__(self, records: Iterable[ChannelRecord]) -> FakeIndex:
        """Return the index."""
        ...


@pytest.fixture(scope="session")
def make_record() -> MakeRecord:
    """Return a maker of synthetic records."""

    def make(name: str, version: str, *depends: str, build: str = "0", subdir: str = "linux-64") -> ChannelRecord:
        number = build.rpartition("_")[2]
        file_name = f"{name}-{version}-{build}.conda"
        return ChannelRecord(
            name=name,
            version=version,
            build=build,
            build_number=int(number) if number.isdigit() else 0,
            subdir=subdir,
            file_name=file_name,
            channel="synthetic",
            url=f"https://example.org/synthetic/{subdir}/{file_name}",
            depends=depends,
            noarch="python" if subdir == "noarch" else None,
        )

    return make


@pytest.fixture(scope="session")
def make_index() -> MakeIndex:
    """Return a maker of indexes."""
    return lambda records: FakeIndex(tuple(records))


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFile:
    """One file on a package index, with what its page says of it."""

    name: str
    file_name: str
    body: bytes
    sha256: str | None
    yanked: str | None = None
    requires_python: str | None = None
    metadata: bytes | None = None


class PackageIndex:
    """A package index on 127.0.0.1 (PEP 503, 658, 691) that remembers what it was asked.

    `style` is how its pages are written; `password` is wanted of everybody when set; `answers` replace what stands at a
    path by a status or a body; `redirects` lead from a path to a URL.
    """

    def __init__(self) -> None:
        """Serve nothing yet."""
        self.style: Literal["json", "html"] = "json"
        self.password: str | None = None
        self.serves_ranges = True
        self.files: list[IndexFile] = []
        self.answers: dict[str, list[int | bytes]] = {}
        self.redirects: dict[str, str] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                index.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  named by the base class
                """Keep quiet."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def host(self) -> str:
        """Return 127.0.0.1:PORT."""
        return f"127.0.0.1:{self._http.server_port}"

    @property
    def url(self) -> str:
        """Return the URL that pip would be told."""
        return f"http://{self.host}/simple/"

    @property
    def paths(self) -> list[str]:
        """Return the paths asked for so far."""
        return [path for path, _ in self.requests]

    def add(
        self,
        name: str,
        file_name: str,
        body: bytes = b"",
        *,
        stated: str | None = "its own",
        yanked: str | None = None,
        requires_python: str | None = None,
        metadata: bytes | None = None,
    ) -> None:
        """Offer a file; `stated` is the sha256 that its page states."""
        own = hashlib.sha256(body).hexdigest()
        self.files.append(
            IndexFile(
                name=name,
                file_name=file_name,
                body=body,
                sha256=own if stated == "its own" else stated,
                yanked=yanked,
                requires_python=requires_python,
                metadata=metadata,
            )
        )

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        path = unquote(handler.path)
        self.requests.append((path, {key.lower(): value for key, value in handler.headers.items()}))
        wanted = None if self.password is None else b64encode(f"me:{self.password}".encode()).decode()
        if wanted is not None and handler.headers.get("Authorization") != f"Basic {wanted}":
            self._send(handler, 401, b"")
        elif path in self.redirects:
            self._send(handler, 302, b"", {"Location": self.redirects[path]})
        elif path in self.answers:
            queue = self.answers[path]
            one = queue.pop(0) if len(queue) > 1 else queue[0]
            body = b"" if isinstance(one, int) else one
            kind = "application/vnd.pypi.simple.v1+json" if body[:1] in {b"{", b"["} else "text/html"
            self._send(handler, one if isinstance(one, int) else 200, body, {"Content-Type": kind})
        elif path.startswith("/simple/"):
            self._page(handler, path.split("/")[2])
        else:
            self._file(handler, path)

    def close(self) -> None:
        """Stop serving."""
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def _page(self, handler: BaseHTTPRequestHandler, name: str) -> None:
        files = [file for file in self.files if file.name == name]
        if not files:
            self._send(handler, 404, b"")
        elif self.style == "json":
            body = json.dumps({"meta": {"api-version": "1.0"}, "files": [_json_row(file) for file in files]}).encode()
            self._send(handler, 200, body, {"Content-Type": "application/vnd.pypi.simple.v1+json"})
        else:
            self._send(handler, 200, "".join(map(_html_row, files)).encode(), {"Content-Type": "text/html"})

    def _file(self, handler: BaseHTTPRequestHandler, path: str) -> None:
        name = path.rpartition("/")[2]
        found = [file for file in self.files if file.file_name == name.removesuffix(".metadata")]
        body = None
        if found:
            body = found[0].metadata if name.endswith(".metadata") else found[0].body
        wanted = handler.headers.get("Range")
        if body is None:
            self._send(handler, 404, b"")
        elif wanted is None or not self.serves_ranges:
            self._send(handler, 200, body)
        else:
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            start = int(first) if first else max(0, len(body) - int(last))
            part = body[start : int(last) + 1 if first else None]
            place = {"Content-Range": f"bytes {start}-{start + len(part) - 1}/{len(body)}"}
            self._send(handler, 206, part, place)

    def _send(
        self, handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str] | None = None
    ) -> None:
        handler.send_response(status)
        for key, value in (headers or {}).items():
            handler.send_header(key, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        with contextlib.suppress(ConnectionError):  # a client may have seen enough
            handler.wfile.write(body)


def _json_row(file: IndexFile) -> dict[str, object]:
    return {
        "filename": file.file_name,
        "url": f"../../files/{file.file_name}",
        "hashes": {"sha256": file.sha256} if file.sha256 else {},
        **({"requires-python": file.requires_python} if file.requires_python else {}),
        "yanked": False if file.yanked is None else (file.yanked or True),
        "core-metadata": file.metadata is not None and {"sha256": hashlib.sha256(file.metadata).hexdigest()},
    }


def _html_row(file: IndexFile) -> str:
    fragment = f"#sha256={file.sha256}" if file.sha256 else ""
    more = "" if file.yanked is None else f' data-yanked="{html.escape(file.yanked)}"'
    if file.requires_python:
        more += f' data-requires-python="{html.escape(file.requires_python)}"'
    if file.metadata is not None:
        more += f' data-core-metadata="sha256={hashlib.sha256(file.metadata).hexdigest()}"'
    return f'<a href="../../files/{file.file_name}{fragment}"{more}>{file.file_name}</a>\n'


@pytest.fixture
def package_index() -> Iterator[PackageIndex]:
    """Return a package index without files."""
    made = PackageIndex()
    yield made
    made.close()


@pytest.fixture
def other_index() -> Iterator[PackageIndex]:
    """Return a second package index without files."""
    made = PackageIndex()
    yield made
    made.close()


class MakeWheel(Protocol):
    """Make the bytes of a wheel by hand."""

    def __call__(self, name: str, version: str, *requires: str, more: str = "", padding: int = 0) -> bytes:
        """Return the wheel; `more` are further lines of METADATA, `padding` bytes of a file before it."""
        ...


@pytest.fixture(scope="session")
def make_wheel() -> MakeWheel:
    """Return a maker of wheels."""

    def make(name: str, version: str, *requires: str, more: str = "", padding: int = 0) -> bytes:
        folder = f"{name.replace('-', '_')}-{version}.dist-info"
        lines = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {one}" for one in requires)]
        files = {
            f"{name.replace('-', '_')}.py": b"x" * padding,
            f"{folder}/METADATA": ("Metadata-Version: 2.1\n" + "\n".join(lines) + f"\n{more}\n").encode(),
            f"{folder}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for path, body in files.items():
                archive.writestr(zipfile.ZipInfo(path), body)
        return file.getvalue()

    return make


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name archives by their argument: their bytes hold the time, and each process that runs tests collects them."""
    return argname if isinstance(val, bytes) else None
