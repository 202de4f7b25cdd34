"""Downloads from a real server on 127.0.0.1."""

from __future__ import annotations

import socket
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from condasync.channel.transport import Progress, Reply, Transport
from condasync.errors import ChannelError, NetworkError, OutputError
from condasync.model.url import Url

from .conftest import ChannelServer, Page

Get = Callable[..., Reply]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Return where a download goes."""
    return tmp_path / "body"


@pytest.fixture
def get(target: Path) -> Iterator[Get]:
    """Return a function that downloads a URL with a transport that retries at once."""
    with closing(Transport(backoff=0.0, timeout=5.0)) as transport:

        def download(url: str, progress: Progress | None = None, **headers: str) -> Reply:
            return transport.download(Url(url), target, headers=headers, label="one/noarch", progress=progress)

        yield download


def basic(user: str, password: str) -> str:
    """Return an Authorization header."""
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"


def test_a_file_arrives_with_its_validators(server: ChannelServer, target: Path, get: Get) -> None:
    """Body, ETag, Last-Modified and max-age come back; the progress ends at the total."""
    headers = {"ETag": '"1"', "Last-Modified": "Sun, 22 Nov 2026 12:00:00 GMT", "Cache-Control": "public, max-age=30"}
    server.pages["/a"] = [Page(body=b"x" * 300_000, headers=headers)]
    seen: list[tuple[str, int, int | None]] = []
    reply = get(f"http://{server.host}/a", lambda *step: seen.append(step))
    assert reply == Reply(status=200, etag='"1"', last_modified="Sun, 22 Nov 2026 12:00:00 GMT", max_age=30)
    assert target.read_bytes() == b"x" * 300_000
    assert seen[-1] == ("one/noarch", 300_000, 300_000)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("max-age=60", 60), ("MAX-AGE = 60", 60), ("no-cache, max-age=60", 0), ("no-store", 0), ("", 0), ("max-age=x", 0)],
)
def test_cache_control(text: str, seconds: int, server: ChannelServer, get: Get) -> None:
    """Only a plain max-age counts."""
    server.pages["/a"] = [Page(headers={"Cache-Control": text})]
    assert get(f"http://{server.host}/a").max_age == seconds


@pytest.mark.parametrize(("status", "expected"), [(304, 304), (404, 404), (410, 404)])
def test_nothing_is_written_when_nothing_comes(
    status: int, expected: int, server: ChannelServer, target: Path, get: Get
) -> None:
    """304 and 404 are answers, not errors."""
    server.pages["/a"] = [Page(status=status)]
    assert get(f"http://{server.host}/a").status == expected
    assert not target.exists()


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_failure_is_tried_again(status: int, server: ChannelServer, target: Path, get: Get) -> None:
    """Two failures, then the file."""
    failure = Page(status=status, headers={"Retry-After": "0"})
    server.pages["/a"] = [failure, failure, Page(body=b"ok")]
    assert get(f"http://{server.host}/a").status == 200
    assert target.read_bytes() == b"ok"
    assert len(server.requests) == 3


def test_a_lasting_failure_ends_after_the_retries(server: ChannelServer, get: Get) -> None:
    """The first try and three more, then the error that says what to do."""
    server.pages["/a"] = [Page(status=503)]
    with pytest.raises(NetworkError, match="the server answers 503") as caught:
        get(f"http://{server.host}/a")
    assert len(server.requests) == 4
    assert any("--offline" in hint for hint in caught.value.hints)
    assert any("-c DIR" in hint for hint in caught.value.hints)


def test_a_body_that_is_cut_off_is_tried_again(server: ChannelServer, target: Path, get: Get) -> None:
    """Fewer bytes than announced are no file."""
    server.pages["/a"] = [Page(body=b"long enough", cut=4), Page(body=b"long enough")]
    assert get(f"http://{server.host}/a").status == 200
    assert target.read_bytes() == b"long enough"


def test_a_server_that_is_not_there(get: Get, server: ChannelServer) -> None:
    """A refused connection is a NetworkError with exit code 8 and no secret."""
    host = server.host
    server.close()
    with pytest.raises(NetworkError) as caught:
        get(f"http://me:hidden@{host}/t/hidden/a")
    assert caught.value.exit_code == 8
    assert "hidden" not in caught.value.message
    assert caught.value.message.startswith(f"http://***@{host}/t/***/a: ")


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_is_not_tried_again(status: int, server: ChannelServer, get: Get) -> None:
    """The hint names where credentials go; the message has none."""
    server.pages["/a"] = [Page(status=status)]
    with pytest.raises(NetworkError, match="refuses access") as caught:
        get(f"http://me:hidden@{server.host}/a")
    assert len(server.requests) == 1
    assert "netrc" in caught.value.hints[0]
    assert "hidden" not in caught.value.message


def test_an_answer_that_makes_no_sense(server: ChannelServer, get: Get) -> None:
    """Another status is an error, not an empty file."""
    server.pages["/a"] = [Page(status=418)]
    with pytest.raises(ChannelError, match="the server answers 418"):
        get(f"http://{server.host}/a")


def test_credentials_of_the_url_go_to_its_server(server: ChannelServer, get: Get) -> None:
    """User and password of the URL, unquoted, become basic authentication."""
    get(f"http://me:p%40ss@{server.host}/a")
    assert server.requests[0].headers["authorization"] == basic("me", "p@ss")


def test_netrc_is_used_when_the_url_has_none(
    server: ChannelServer, get: Get, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The login that ~/.netrc holds for the host is sent."""
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login me password filed\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    get(f"http://{server.host}/a")
    assert server.requests[0].headers["authorization"] == basic("me", "filed")


def test_a_broken_netrc_is_no_login(
    server: ChannelServer, get: Get, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that cannot be read does not stop a public channel."""
    (tmp_path / ".netrc").write_bytes(b"machine \xff\xfe what")
    monkeypatch.setenv("HOME", str(tmp_path))
    get(f"http://{server.host}/a")
    assert "authorization" not in server.requests[0].headers


def test_a_redirect_keeps_credentials_on_the_same_server(server: ChannelServer, target: Path, get: Get) -> None:
    """The same origin still gets the login."""
    server.pages["/a"] = [Page(status=302, headers={"Location": "/b"})]
    server.pages["/b"] = [Page(body=b"moved")]
    get(f"http://me:hidden@{server.host}/a")
    assert target.read_bytes() == b"moved"
    assert server.requests[1].headers["authorization"] == basic("me", "hidden")


def test_a_redirect_to_another_server_carries_no_credential(
    server: ChannelServer, other_server: ChannelServer, target: Path, get: Get
) -> None:
    """Neither header nor path of the second request holds the login or the token."""
    server.pages["/t/hidden/a?token=hidden"] = [Page(status=301, headers={"Location": f"http://{other_server.host}/b"})]
    other_server.pages["/b"] = [Page(body=b"moved")]
    get(f"http://me:hidden@{server.host}/t/hidden/a?token=hidden")
    assert target.read_bytes() == b"moved"
    (request,) = other_server.requests
    assert "authorization" not in request.headers
    assert not any("hidden" in value for value in (request.path, *request.headers.values()))


def test_a_redirect_without_end(server: ChannelServer, get: Get) -> None:
    """A loop is an error and is not tried again."""
    server.pages["/a"] = [Page(status=302, headers={"Location": "/a"})]
    with pytest.raises(NetworkError, match="redirects"):
        get(f"http://{server.host}/a")
    assert len(server.requests) == 11


def test_an_unwritable_target(server: ChannelServer, tmp_path: Path) -> None:
    """What cannot be written is an OutputError, exit code 6."""
    server.pages["/a"] = [Page(body=b"x")]
    with closing(Transport(backoff=0.0)) as transport, pytest.raises(OutputError) as caught:
        transport.download(Url(f"http://{server.host}/a"), tmp_path / "absent" / "body", headers={}, label="one/noarch")
    assert caught.value.exit_code == 6


def test_closing_ends_a_wait_for_the_next_try(server: ChannelServer, target: Path) -> None:
    """A thread that waits an hour for its next try gives up when the transport is closed."""
    server.pages["/a"] = [Page(status=503)]
    transport = Transport(backoff=3600.0)
    server.answered.clear()
    with ThreadPoolExecutor(1) as pool:
        url = Url(f"http://{server.host}/a")
        download = pool.submit(transport.download, url, target, headers={}, label="one/noarch")
        server.answered.wait()
        transport.close()
        with pytest.raises((NetworkError, RuntimeError)):
            download.result()
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly a part"], ids=["nothing", "part"]
)
def test_a_server_that_says_no_more_does_not_hold_up_the_end(tmp_path: Path, said: bytes) -> None:
    """A thread that waits for its server, before the answer or within it, gives up when the transport is closed."""
    transport = Transport(retries=0, timeout=3600)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = Url(f"http://127.0.0.1:{silent.getsockname()[1]}/a")
        failed: list[str] = []

        def fetch() -> None:
            try:
                transport.download(url, tmp_path / "a", headers={}, label="a")
            except NetworkError as error:
                failed.append(error.message)

        thread = threading.Thread(target=fetch, daemon=True)
        thread.start()
        connection, _ = silent.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(said)
            while said and not (tmp_path / "a").exists():
                time.sleep(0.005)
            transport.close()
            thread.join(30)
    assert not thread.is_alive()
    assert len(failed) == 1
