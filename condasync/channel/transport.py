"""The one way to a channel's server: TLS, proxies, credentials, retries, and messages without secrets."""

from __future__ import annotations

import contextlib
import email.utils
import netrc
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote, urlsplit, urlunsplit

from condasync.channel.location import OFFLINE_HINTS
from condasync.errors import ChannelError, NetworkError, OutputError
from condasync.model.url import Url, redact

if TYPE_CHECKING:
    import httpx

Progress: TypeAlias = Callable[[str, int, int | None], None]
"""Is told a label, the bytes done and the total (None when the server does not say)."""

_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_OK = 200
_ABSENT = frozenset({404, 410})
_LONGEST_WAIT = 30.0
_CONNECT = 10.0  # seconds; a machine without a way out may never answer
_AGENT = "condasync"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Hold a server's answer to a download: `status` is 200, 304 or 404; `max_age` in seconds."""

    status: int
    etag: str | None = None
    last_modified: str | None = None
    max_age: int = 0


class Transport:
    """Download files over HTTP. Safe to share between threads; close it.

    Proxies and certificates come from the environment (`HTTPS_PROXY`, `SSL_CERT_FILE` ...), credentials from the URL,
    else from `~/.netrc`; a redirect to another host gets none. `timeout` in seconds is for one read, not for the whole;
    the pause before retry n is `backoff * 2**n` seconds, or what the server asks for.
    """

    def __init__(self, *, retries: int = 3, backoff: float = 0.5, timeout: float = 30.0) -> None:
        import httpx  # noqa: PLC0415  costs 0.15 s; only a download needs it

        self._stopped = threading.Event()
        self._sockets: list[socket.socket] = []
        self._retries = retries
        self._backoff = backoff
        self._client = httpx.Client(
            verify=_certificates(),
            timeout=httpx.Timeout(timeout, connect=min(timeout, _CONNECT)),
            follow_redirects=True,
            max_redirects=10,
            headers={"User-Agent": _AGENT},
        )

    def close(self) -> None:
        """End every download, also those in other threads."""
        self._stopped.set()
        for one in self._sockets:
            _wake(one)
        self._client.close()

    def download(
        self, url: Url, target: Path, *, headers: Mapping[str, str], label: str, progress: Progress | None = None
    ) -> Reply:
        """Write the body behind a URL to a file and return the answer; on 304 and 404 nothing is written.

        Raises NetworkError when the server cannot be reached, refuses or goes on failing, OutputError when the file
        cannot be written.
        """
        import httpx  # noqa: PLC0415

        attempt = 0
        while True:
            if self._stopped.is_set():
                raise _unreachable(url, "the download was stopped")
            try:
                with self._open(url, headers) as response:
                    if response.status_code not in _RETRIED:
                        return _receive(response, url, target, label, progress)
                    fault, wait = f"the server answers {response.status_code}", _retry_after(response)
            except (httpx.TransportError, httpx.TooManyRedirects, httpx.DecodingError) as error:
                if isinstance(error, httpx.TooManyRedirects | httpx.UnsupportedProtocol) or self._stopped.is_set():
                    raise _unreachable(url, redact(str(error))) from error
                fault, wait = redact(str(error)) or type(error).__name__, None
            if attempt >= self._retries:
                raise _unreachable(url, fault)
            self._stopped.wait(self._backoff * 2**attempt if wait is None else wait)
            attempt += 1

    def size(self, url: Url) -> int | None:
        """Return the size in bytes that the server states for a file, None when it states none or does not answer."""
        import httpx  # noqa: PLC0415

        try:
            answer = self._client.request("HEAD", _bare(url), auth=_credentials(url))
        except httpx.HTTPError:
            return None
        length = answer.headers.get("content-length", "")
        return int(length) if answer.status_code == _OK and length.isdigit() else None

    @contextmanager
    def _open(self, url: Url, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        with self._client.stream(
            "GET",
            _bare(url),
            headers=dict(headers),
            auth=_credentials(url),
            extensions={"trace": self._remember},
        ) as response:
            yield response

    def _remember(self, event: str, facts: Mapping[str, Any]) -> None:
        """Keep the socket of a new connection; TLS puts another one in its place."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            one = facts["return_value"].get_extra_info("socket")
            self._sockets.append(one)
            if self._stopped.is_set():
                _wake(one)


def _wake(one: socket.socket) -> None:
    """End a connection so that a thread which waits for its server goes on; closing alone would leave it waiting."""
    with contextlib.suppress(OSError):  # it has ended by itself
        socket.socket.shutdown(one, socket.SHUT_RDWR)  # not TLS's own: that one must not be called from elsewhere


def _bare(url: Url) -> str:
    parts = urlsplit(url.secret)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _certificates() -> ssl.SSLContext | bool:
    """Return the system's certificates, which SSL_CERT_FILE names; where Python knows none, those of httpx."""
    paths = ssl.get_default_verify_paths()
    return ssl.create_default_context() if paths.cafile or paths.capath else True


def _credentials(url: Url) -> tuple[str, str] | None:
    parts = urlsplit(url.secret)
    if parts.username is not None:
        return unquote(parts.username), unquote(parts.password or "")
    try:
        found = netrc.netrc().authenticators(parts.hostname or "")
    except (OSError, ValueError, netrc.NetrcParseError):  # as for other clients, no fit file is no login
        return None
    return (found[0], found[2] or "") if found else None


def _receive(response: httpx.Response, url: Url, target: Path, label: str, progress: Progress | None) -> Reply:
    status = response.status_code
    if status in _ABSENT:
        return Reply(status=404)
    if status in {401, 403, 407}:
        raise NetworkError(
            f"{url}: the server refuses access ({status})",
            hints=("put credentials into the channel's URL or into ~/.netrc", *OFFLINE_HINTS),
            status=status,
        )
    if status not in {200, 304}:
        raise _unreachable(url, f"the server answers {status}")
    if status == 200:  # noqa: PLR2004
        _save(response, target, label, progress)
    return Reply(
        status=status,
        etag=response.headers.get("etag"),
        last_modified=response.headers.get("last-modified"),
        max_age=_max_age(response.headers.get("cache-control", "")),
    )


def _save(response: httpx.Response, target: Path, label: str, progress: Progress | None) -> None:
    length = response.headers.get("content-length", "")
    total = int(length) if length.isdigit() else None
    try:
        with target.open("wb") as file:
            for chunk in response.iter_bytes():
                file.write(chunk)
                if progress is not None:
                    progress(label, response.num_bytes_downloaded, total)
    except OSError as fault:
        raise OutputError(
            f"{target.parent}: cannot be written: {fault.strerror}",
            hints=("free some space, or name another cache folder",),
            path=str(target.parent),
        ) from fault


def _max_age(cache_control: str) -> int:
    if re.search(r"\bno-(cache|store)\b", cache_control, re.IGNORECASE):
        return 0
    found = re.search(r"\bmax-age\s*=\s*\"?(\d{1,9})", cache_control, re.IGNORECASE)
    return int(found[1]) if found else 0


def _retry_after(response: httpx.Response) -> float | None:
    text = response.headers.get("retry-after", "").strip()
    if text.isdigit():
        return min(float(text), _LONGEST_WAIT)
    try:
        date = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return min(max(date.timestamp() - time.time(), 0.0), _LONGEST_WAIT)


def _unreachable(url: Url, why: str) -> ChannelError:
    return NetworkError(f"{url}: {why}", hints=("check the network and the proxy settings", *OFFLINE_HINTS))
