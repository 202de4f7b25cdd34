"""Credentials by name: `$TOKEN` in a URL is filled in for the network only, and a lock holds `${TOKEN}`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlsplit, urlunsplit

from condasync.errors import UsageError
from condasync.model.url import Url

_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")
_TOKEN = re.compile(r"/t/([^/]+)(?=/|$)")
_UNQUOTED = "%!$&'()*+,;=~-._"  # what may stand in a credential as it is; %40 is quoted already


def locked_form(text: str) -> str:
    """Return a URL as conda-lock writes it: each credential a `${NAME}`, none that is literal.

    A user's name stays where the password is a variable. Without a variable it is the URL's public form.
    """
    if "://" not in text or not names_variables(text):
        return Url(text).public if "://" in text else text
    parts = urlsplit(text)
    public = urlsplit(Url(text).public)
    path = _TOKEN.sub(lambda found: f"/t/{_braced(found[1])}" if _is_named(found[1]) else "", parts.path)
    login = _login(parts.netloc)
    # conda-lock puts the netloc together anew, with the host as urlsplit gives it
    host = parts.netloc.rpartition("@")[2].lower() if login else public.netloc
    return urlunsplit(public._replace(netloc=login + host, path=path))


def names_variables(text: str) -> bool:
    """Return whether a text names a variable to be filled in."""
    return _VARIABLE.search(text) is not None


def expanded(text: str, variables: Mapping[str, str]) -> Url:
    """Return a URL with its variables filled in, which remembers their names.

    A value is quoted where it could not stand in a URL. Raises UsageError that names a variable without value.
    """
    if "://" not in text or not names_variables(text):
        return Url(text)
    missing = [name for name in _needed(text) if not variables.get(name)]
    if missing:
        raise UsageError(
            f"{Url(text)}: the environment variable {missing[0]} is not set",
            hints=(f"set it to the credential that the URL wants: export {missing[0]}=...",),
            variable=missing[0],
        )
    parts = urlsplit(text)
    login, at, host = parts.netloc.rpartition("@")
    words = (_credential(word, variables) for word in login.split(":", 1))
    # a value may hold a $ of its own: nothing is filled in twice
    filled = parts._replace(
        netloc=":".join(words) + at + _filled(host, variables),
        path=_TOKEN.sub("\0", parts.path),
        query=_filled(parts.query, variables),
    )
    tokens = [_credential(found[1], variables) for found in _TOKEN.finditer(parts.path)]
    path = _filled(filled.path, variables)
    for token in tokens:
        path = path.replace("\0", f"/t/{token}", 1)
    return Url(urlunsplit(filled._replace(path=path)), locked_form(text))


def all_expanded(urls: Sequence[Url], variables: Mapping[str, str]) -> tuple[Url, ...]:
    """Return URLs as written with their variables filled in. Raises UsageError that names one without value."""
    return tuple(expanded(url.secret, variables) for url in urls)


def below_place(url: str, places: Sequence[str]) -> str:
    """Return the public URL of a file with the login of the place that it comes from: the same scheme and host.

    `places` are URLs in their locked form; a token in the path of one is put before a path that begins as its own does.
    """
    parts = urlsplit(url)
    for place in places:
        theirs = urlsplit(place)
        login, _, host = theirs.netloc.rpartition("@")
        token = _TOKEN.search(theirs.path)
        if (theirs.scheme, host) != (parts.scheme, parts.netloc) or not (login or token):
            continue
        path = parts.path
        if token and path.startswith(_folder(_TOKEN.sub("", theirs.path))):
            path = token[0] + path
        return urlunsplit(parts._replace(netloc=f"{login}@{host}" if login else host, path=path))
    return url


def below_channel(url: str, channel: str) -> str:
    """Return the public URL of a package with the placeholders of its channel, where it lies below that channel."""
    if "://" not in channel or not names_variables(channel):
        return Url(url).public
    anything = "[^/]+".join(re.escape(part) for part in _VARIABLE.sub("\0", Url(channel).public).split("\0"))
    found = re.match(f"{anything}(?=/)", Url(url).public)
    return locked_form(channel) + found.string[found.end() :] if found else Url(url).public


def _folder(path: str) -> str:
    return path.rstrip("/").rpartition("/")[0] + "/"


def _login(netloc: str) -> str:
    login, _, _ = netloc.rpartition("@")
    user, colon, password = login.partition(":")
    if not _is_named(password if colon else user):
        return ""
    return f"{_braced(user)}{colon}{_braced(password)}@"


def _is_named(word: str) -> bool:
    """Return whether a credential is a variable; `pa$word` is a password as it stands."""
    found = _VARIABLE.search(word)
    return found is not None and (found[0] == word or bool(found[1]))


def _braced(word: str) -> str:
    return _VARIABLE.sub(lambda found: f"${{{found[1] or found[2]}}}", word) if _is_named(word) else word


def _names(text: str) -> tuple[str, ...]:
    return tuple(found[1] or found[2] for found in _VARIABLE.finditer(text))


def _needed(text: str) -> tuple[str, ...]:
    """Return the variables that must have a value, those of literal credentials left out."""
    parts = urlsplit(text)
    login, _, host = parts.netloc.rpartition("@")
    words = [*login.split(":", 1), *(found[1] for found in _TOKEN.finditer(parts.path))]
    rest = urlunsplit(parts._replace(netloc=host, path=_TOKEN.sub("", parts.path)))
    return tuple(dict.fromkeys(name for word in (*filter(_is_named, words), rest) for name in _names(word)))


def _credential(word: str, variables: Mapping[str, str]) -> str:
    quoted = {name: quote(variables[name], safe=_UNQUOTED) for name in _names(word) if variables.get(name)}
    return _filled(word, quoted) if _is_named(word) else word


def _filled(text: str, variables: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: variables.get(found[1] or found[2], found[0]), text)
