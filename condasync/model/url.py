"""URLs that may carry credentials, and never print them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

REDACTED = "***"
_TOKEN_PATH = re.compile(r"/t/[^/]+(?=/|$)")
_SECRET_KEYS = frozenset(
    {"token", "access_token", "auth", "api_key", "apikey", "key", "password", "sig", "signature", "secret"}
)
_URL_IN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s'\"<>]+")


@dataclass(frozen=True, slots=True, eq=True, repr=False)
class Url:
    """Hold a URL whose `str` and `repr` show no credential: user info, anaconda `/t/TOKEN` and secret query values.

    `named` is the same URL with names of environment variables in place of their values, None when it names none.
    """

    secret: str
    named: str | None = None

    def __str__(self) -> str:
        return _clean(self.secret, REDACTED)

    def __repr__(self) -> str:
        return f"Url({str(self)!r})"

    @property
    def public(self) -> str:
        """Return the URL with every credential removed, fit for a lock file."""
        return _clean(self.secret, "")

    @property
    def locked(self) -> str:
        """Return the URL as a lock holds it: with names of variables for credentials, else public."""
        return self.public if self.named is None else self.named

    @property
    def has_credentials(self) -> bool:
        """Return whether the URL carries a credential."""
        return self.public != self.secret


def redact(text: str) -> str:
    """Return text in which every URL is free of credentials."""
    return _URL_IN_TEXT.sub(lambda found: str(Url(found.group())), text) if "://" in text else text


def _clean(secret: str, mark: str) -> str:
    try:
        parts = urlsplit(secret)
    except ValueError:
        return REDACTED
    host = parts.netloc.rpartition("@")[2]
    netloc = f"{mark}@{host}" if mark and host != parts.netloc else host
    path = _TOKEN_PATH.sub(f"/t/{mark}" if mark else "", parts.path)
    return urlunsplit((parts.scheme, netloc, path, _clean_query(parts.query, mark), parts.fragment))


def _clean_query(query: str, mark: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    if not any(key.lower() in _SECRET_KEYS for key, _ in pairs):
        return query
    kept = [(key, mark if key.lower() in _SECRET_KEYS else value) for key, value in pairs]
    return urlencode([(key, value) for key, value in kept if value or mark], quote_via=quote, safe="*")
