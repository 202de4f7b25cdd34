"""The one way to package indexes: unearth's client, which knows credentials, and faults as reasons."""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from condasync.model.translation import Reason
from condasync.model.url import Url, redact
from condasync.pypi.pip_settings import PipSettings

if TYPE_CHECKING:
    from httpx2 import Response
    from unearth.fetchers.sync import PyPIClient

_REFUSED = frozenset({401, 403, 407})
_ABSENT = frozenset({404, 410})
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_OK = 200
_PARTIAL = 206


class IndexFaultError(Exception):
    """A place gave no answer that can be used; `reason` says why, without credentials."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.reason = Reason(code=code, text=text)


@dataclass(kw_only=True)
class IndexClient:
    """Read from indexes over HTTP and from `file://` places. Safe to share between threads.

    Credentials come from the URL, from an index URL of the same host, from netrc and from keyring; a redirect to
    another host gets none. `backoff` is the pause before the first retry in seconds, doubled each time.
    """

    settings: PipSettings
    retries: int = 2
    backoff: float = 0.3
    timeout: float = 20.0
    _opened: PyPIClient | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    @contextmanager
    def open(self, url: Url, headers: Mapping[str, str] | None = None) -> Iterator[Response | None]:
        """Yield the answer to a GET, its body not yet read; None when there is no such page.

        Raises IndexFaultError with the code `index-needs-credentials`, `index-untrusted` or `index-unreachable`.
        """
        import httpx2  # noqa: PLC0415  unearth's client; only a leftover package needs it

        self._check_trust(url)
        try:
            for attempt in range(self.retries + 1):
                with self._client().stream("GET", url.secret, headers=headers) as answer:
                    if answer.status_code in _RETRIED and attempt < self.retries:
                        time.sleep(self.backoff * 2**attempt)
                        continue
                    yield self._checked(answer, url)
                    return
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError) as fault:
            raise _unreachable(url, redact(str(fault)) or type(fault).__name__) from fault

    def close(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            self._opened.close()

    def _checked(self, answer: Response, url: Url) -> Response | None:
        status = answer.status_code
        if status in _ABSENT:
            return None
        if status in _REFUSED:
            text = (
                f"{url}: the index wants credentials, or other ones ({status}): put them into its URL, netrc or keyring"
            )
            raise IndexFaultError("index-needs-credentials", text)
        if status not in {_OK, _PARTIAL}:
            raise _unreachable(url, f"the server answers {status}")
        return answer

    def _check_trust(self, url: Url) -> None:
        """Refuse plain HTTP to a host that pip would not trust either."""
        from unearth.collector import is_secure_origin  # noqa: PLC0415
        from unearth.link import Link  # noqa: PLC0415

        if not is_secure_origin(self._client(), Link(url.secret)):  # type: ignore[arg-type]  # its get takes more than the protocol asks for
            text = f"{url}: not asked, for it is neither https nor a trusted host in pip's configuration"
            raise IndexFaultError("index-untrusted", text)

    def _client(self) -> PyPIClient:
        with self._lock:
            if self._opened is None:
                self._opened = _made(self.settings, self.timeout)
            return self._opened


def _made(settings: PipSettings, timeout: float) -> PyPIClient:
    from unearth.auth import MultiDomainBasicAuth  # noqa: PLC0415
    from unearth.fetchers.sync import PyPIClient  # noqa: PLC0415

    logging.getLogger("unearth").setLevel(logging.CRITICAL)  # what it would warn of is told as reasons and findings
    return PyPIClient(
        trusted_hosts=settings.trusted_hosts,
        verify=ssl.create_default_context(cafile=settings.cert),
        follow_redirects=True,
        timeout=timeout,
        auth=MultiDomainBasicAuth(prompting=False, index_urls=[url.secret for url in settings.index_urls]),
    )


def _unreachable(url: Url, why: str) -> IndexFaultError:
    host = urlsplit(url.public).hostname or url.public
    return IndexFaultError("index-unreachable", f"the package index at {host} cannot be used: {why}")
