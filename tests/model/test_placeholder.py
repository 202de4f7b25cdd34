"""Credentials by name: filled in for the network, written as conda-lock writes them."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condasync.errors import UsageError
from condasync.model.placeholder import all_expanded, below_channel, below_place, expanded, locked_form
from condasync.model.url import Url

LOCKED = {
    "https://example.org/t/$TOKEN/team": "https://example.org/t/${TOKEN}/team",
    "https://example.org/t/${TOKEN}/team": "https://example.org/t/${TOKEN}/team",
    "https://$USER:$PASSWORD@example.org/team": "https://${USER}:${PASSWORD}@example.org/team",
    "https://$USER:${PASSWORD}@Example.org:8080/t/$TOKEN/a": "https://${USER}:${PASSWORD}@example.org:8080/t/${TOKEN}/a",
    "https://$TOKEN@example.org/a": "https://${TOKEN}@example.org/a",
    "https://me:$PASSWORD@example.org/a": "https://me:${PASSWORD}@example.org/a",
    "https://example.org/$TEAM/a": "https://example.org/$TEAM/a",
    "https://example.org/team": "https://example.org/team",
    "conda-forge": "conda-forge",
}
STRIPPED = {
    "https://me:hidden@example.org/t/$TOKEN/a": "https://example.org/t/${TOKEN}/a",
    "https://$USER:hidden@example.org/a": "https://example.org/a",
    "https://$USER:$PW@example.org/t/hidden/a": "https://${USER}:${PW}@example.org/a",
    "https://me:hid$den@example.org/a": "https://example.org/a",
    "https://$USER:$PW@example.org/a?token=hidden": "https://${USER}:${PW}@example.org/a",
}
VALUES = {"TOKEN": "tk-1", "USER": "me", "PASSWORD": "p@ss/w:rd", "TEAM": "ours"}


@pytest.mark.parametrize("text", sorted(LOCKED))
def test_the_locked_form_is_conda_locks(text: str) -> None:
    """A credential that is a variable stays as `${NAME}`; conda-lock itself makes the same of every text."""
    assert locked_form(text) == LOCKED[text]
    assert locked_form(LOCKED[text]) == LOCKED[text]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        channel = pytest.importorskip("conda_lock.models.channel").Channel
    assert channel.from_string(text).url == LOCKED[text]


@pytest.mark.parametrize("text", sorted(STRIPPED))
def test_a_literal_credential_beside_a_variable_goes(text: str) -> None:
    """What is written out is no placeholder: it reaches no lock."""
    assert locked_form(text) == STRIPPED[text]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("https://example.org/t/$TOKEN/team", "https://example.org/t/tk-1/team"),
        ("https://${USER}:$PASSWORD@example.org/a", "https://me:p%40ss%2Fw%3Ard@example.org/a"),
        ("https://example.org/$TEAM/a", "https://example.org/ours/a"),
        ("https://me:pa$word@example.org/a", "https://me:pa$word@example.org/a"),
        ("https://$USER:$PASSWORD@example.org/t/$TOKEN/$TEAM", "https://me:p%40ss%2Fw%3Ard@example.org/t/tk-1/ours"),
    ],
)
def test_variables_are_filled_in(text: str, secret: str) -> None:
    """The network sees the values, quoted where a URL needs it; a password that holds a `$` is one as it stands."""
    url = expanded(text, VALUES)
    assert url.secret == secret
    assert url.locked == locked_form(text)
    assert "tk-1" not in str(url) + repr(url) + url.public


def test_a_value_is_filled_in_once() -> None:
    """A token that looks like a variable is not looked up again."""
    assert expanded("https://example.org/t/$TOKEN/a", {"TOKEN": "x$USER", "USER": "me"}).secret.endswith("/t/x$USER/a")


@pytest.mark.parametrize("values", [{}, {"TOKEN": ""}])
def test_a_variable_without_value_is_named(values: dict[str, str]) -> None:
    """An unset or empty variable is an error that says which, not a request without credentials."""
    with pytest.raises(UsageError, match=r"^https://example.org/t/\*\*\*/a: the environment variable TOKEN is not set"):
        all_expanded([Url("https://example.org/t/$TOKEN/a")], values)


@given(st.text(min_size=1), st.sampled_from(["https://$X@h.example/a", "https://h.example/t/${X}/a"]))
def test_no_value_is_printed(value: str, text: str) -> None:
    """Whatever a variable holds, what is printed or locked does not depend on it."""
    url, other = expanded(text, {"X": value}), expanded(text, {"X": "x"})
    assert (str(url), url.public, url.locked) == (str(other), other.public, other.locked)


@pytest.mark.parametrize(
    ("url", "channel", "locked"),
    [
        ("https://h.example/a/noarch/x.conda", "https://h.example/t/${T}/a", "https://h.example/t/${T}/a/noarch/x.conda"),
        ("https://h.example/a/noarch/x.conda", "https://${U}:${P}@h.example/a", "https://${U}:${P}@h.example/a/noarch/x.conda"),
        ("https://h.example/b/x.conda", "https://h.example/$TEAM", "https://h.example/$TEAM/x.conda"),
        ("https://other.example/a/x.conda", "https://h.example/t/${T}/a", "https://other.example/a/x.conda"),
        ("https://h.example/ab/x.conda", "https://h.example/t/${T}/a", "https://h.example/ab/x.conda"),
        ("https://u:p@h.example/a/x.conda", "a", "https://h.example/a/x.conda"),
    ],
)  # fmt: skip
def test_a_package_takes_its_channels_placeholders(url: str, channel: str, locked: str) -> None:
    """Only below the channel itself: another server gets nobody's credentials."""
    assert below_channel(url, channel) == locked


@pytest.mark.parametrize(
    ("url", "place", "locked"),
    [
        ("https://h.example/f/x.whl", "https://${U}:${P}@h.example/simple", "https://${U}:${P}@h.example/f/x.whl"),
        ("https://f.example/x.whl", "https://${U}:${P}@h.example/simple", "https://f.example/x.whl"),
        ("http://h.example/x.whl", "https://${U}:${P}@h.example/simple", "http://h.example/x.whl"),
        ("https://h.example/me/x.whl", "https://h.example/t/${T}/me/simple", "https://h.example/t/${T}/me/x.whl"),
        ("https://h.example/you/x.whl", "https://h.example/t/${T}/me/simple", "https://h.example/you/x.whl"),
        ("https://h.example/x.whl", "https://h.example/simple", "https://h.example/x.whl"),
    ],
)
def test_a_wheel_takes_its_indexes_placeholders(url: str, place: str, locked: str) -> None:
    """As conda-lock does: files on the index's own host get its login, files elsewhere none."""
    assert below_place(url, [place]) == locked
