"""URLs may carry credentials, and never print them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condasync.model.url import Url, redact

CASES = {
    "https://example.org/simple": ("https://example.org/simple", "https://example.org/simple"),
    "https://user:pw@example.org/simple": ("https://***@example.org/simple", "https://example.org/simple"),
    "https://user@example.org:8080/x": ("https://***@example.org:8080/x", "https://example.org:8080/x"),
    "https://example.org/t/abc-123/chan": ("https://example.org/t/***/chan", "https://example.org/chan"),
    "https://example.org/x?token=abc&page=2": (
        "https://example.org/x?token=***&page=2",
        "https://example.org/x?page=2",
    ),
    "file:///home/me/channel": ("file:///home/me/channel", "file:///home/me/channel"),
    "git+https://me:pw@example.org/a.git@main": ("git+https://***@example.org/a.git@main",) * 1
    + ("git+https://example.org/a.git@main",),
}


@pytest.mark.parametrize("secret", sorted(CASES))
def test_printed_and_public_forms(secret: str) -> None:
    """`str` marks where a credential stood, `public` leaves no trace of it."""
    printed, public = CASES[secret]
    assert (str(Url(secret)), Url(secret).public) == (printed, public)


def test_repr_shows_no_credential() -> None:
    """A URL in a traceback or a log is as clean as a printed one."""
    assert repr(Url("https://user:pw@example.org/")) == "Url('https://***@example.org/')"


def test_has_credentials() -> None:
    """A URL knows whether there is something to hide."""
    assert Url("https://user:pw@example.org/").has_credentials
    assert not Url("https://example.org/").has_credentials


def test_redact_cleans_every_url_of_a_text() -> None:
    """A message that a library made is cleaned as a whole."""
    text = "GET https://u:pw@example.org/a failed, tried https://example.org/t/tok/b too"
    assert redact(text) == "GET https://***@example.org/a failed, tried https://example.org/t/***/b too"


def test_what_is_no_url_is_hidden_whole() -> None:
    """A text that cannot be taken apart may hold anything: nothing of it is printed."""
    assert str(Url("https://[user:pw@example.org")) == "***"


@given(st.from_regex(r"[A-Za-z0-9]{8,20}", fullmatch=True), st.sampled_from(["user", "path", "query"]))
def test_no_secret_survives(secret: str, place: str) -> None:
    """Wherever a credential stands, neither form contains it."""
    url = {
        "user": f"https://me:{secret}@example.org/c",
        "path": f"https://example.org/t/{secret}/c",
        "query": f"https://example.org/c?password={secret}",
    }[place]
    assert secret not in str(Url(url)) + repr(Url(url)) + Url(url).public + redact(f"see {url}.")
