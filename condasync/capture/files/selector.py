"""Platform selectors in the comments of an environment.yml: `- appnope  # [osx]`."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from condasync.capture.files.text_file import Place
from condasync.model.finding import Finding

Fate: TypeAlias = Literal["everywhere", "kept", "left-out"]

# conda-lock knows these words and no expressions; conda itself takes selectors for comments.
_WORDS: dict[str, frozenset[str]] = {
    "linux-64": frozenset({"linux64", "unix", "linux"}),
    "linux-aarch64": frozenset({"aarch64", "unix", "linux"}),
    "linux-ppc64le": frozenset({"ppc64le", "unix", "linux"}),
    "osx-64": frozenset({"osx64", "osx", "unix"}),
    "osx-arm64": frozenset({"arm64", "osx", "unix"}),
    "win-64": frozenset({"win", "win64"}),
}
_KNOWN = frozenset[str]().union(*_WORDS.values())
_SELECTOR = re.compile(r".+?\s#.*\[([^\[\]]+)\][^()]*$")


def selected(line: str, subdir: str, place: Place) -> tuple[bool, Finding | None]:
    """Return whether a line counts on a platform, and what is to be said about its selector.

    A bracketed comment of other words is a comment, and its line is kept, as conda keeps it.
    """
    found = _SELECTOR.match(line)
    if found is None:
        return True, None
    word = found.group(1).strip()
    item = line.partition("#")[0].strip().removeprefix("- ")
    if word in _WORDS[subdir]:
        return True, _finding("note", f"`{item}` counts only where its selector [{word}] holds", place)
    if word in _KNOWN:
        return False, _finding("note", f"`{item}` is left out: its selector [{word}] excludes {subdir}", place)
    text = f"[{word}] behind `{item}` is no platform: the line is kept, conda-lock would leave it out"
    return True, _finding("warning", text, place)


def _finding(severity: Literal["warning", "note"], text: str, place: Place) -> Finding:
    return Finding(code="selector-comment", severity=severity, text=text, where=str(place))
