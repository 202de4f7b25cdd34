"""MatchSpecs and version lists as people say them: `dask-core 2022.5.1.*` is dask-core 2022.5.1."""

from __future__ import annotations

import re

_BELOW_PRERELEASE = re.compile(r"<(\d[\d.]*?)(?:\.0)?\.?a0(?![0-9a-z])")
_FUZZY = re.compile(r"(?<![!=<>~0-9a-z_.])(\d[0-9a-z_.!]*?)\.\*")
_EXACT = re.compile(r"==(?=[0-9])")


def requirement_words(requires: str) -> str:
    """Return a requirement without what only solvers need: `<3.8.0a0` is `<3.8`, `1.2.*` is 1.2, `|` is "or"."""
    text = _BELOW_PRERELEASE.sub(r"<\1", requires)
    text = _EXACT.sub("", _FUZZY.sub(r"\1", text))
    name, space, rest = _person(text).partition(" ")
    rest = rest.replace("|...|", " ... ").replace("|", " or ").replace(" or ... or ", " ... ")
    return f"{name}{space}{rest}"


def label_words(label: str) -> str:
    """Return a package with its versions: `scipy 1.9.0|1.9.1` is scipy 1.9.0, 1.9.1; a cut list shows its ends."""
    name, space, versions = _person(label).partition(" ")
    parts = versions.split("|")
    if "..." in parts:
        return f"{name} {parts[0]} ... {parts[-1]}"
    return f"{name}{space}{versions.replace('|', ', ')}"


def _person(text: str) -> str:
    return f"Python{text[6:]}" if text == "python" or text.startswith("python ") else text
