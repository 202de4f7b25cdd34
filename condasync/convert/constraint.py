"""Conda version constraints: lenient text in, one strict normal form out."""

from __future__ import annotations

import re
from functools import lru_cache

ANY = ""
_CLAUSE = re.compile(r"(===|==|!=|<=|>=|~=|<|>|=)?(.*)")
_PART = r"[0-9a-z]+(?:[._-][0-9a-z]+)*[_-]?"
_VERSION = re.compile(rf"(?!.*-.*_|.*_.*-)(?:\d+!)?{_PART}(?:\+{_PART})?", re.IGNORECASE | re.ASCII)
_TOKEN = re.compile(r"[(),|]|[^(),|]+")

_Alternatives = tuple[tuple[str, ...], ...]


@lru_cache(maxsize=65536)
def normalise_constraint(text: str, *, bare_is_exact: bool = False) -> str:
    """Return a conda version constraint in its strict form: alternatives of clauses, `>=1,<2|==0.9`, "" for any.

    Reads what conda reads: `,` binds tighter than `|`, parentheses group, a bare version is exact, `=1.2` and `1.2*`
    mean `1.2.*`, `>=1.2.*` means `>=1.2`, `~=1.4.2` means `>=1.4.2,1.4.*`. `==4.*` means `4.*`, as in PEP 440 and in a
    MatchSpec. With `bare_is_exact` a single `=1.2` is exact too, as conda has it beside a build string.
    Raises ValueError with what is wrong; regular expressions (`^...$`) and `*` inside a version are refused.
    """
    compact = "".join(text.split())
    if bare_is_exact and re.fullmatch(r"=[^=,|*]+", compact):
        compact = f"={compact}"
    tokens = _TOKEN.findall(compact)
    if not tokens:
        return ANY
    alternatives, rest = _alternatives(tokens, text)
    if rest:
        raise ValueError(f"unexpected {rest[0]!r} in the version constraint {text!r}")
    if () in alternatives:
        return ANY
    return "|".join(dict.fromkeys(",".join(dict.fromkeys(clauses)) for clauses in alternatives))


def is_conda_version(text: str) -> bool:
    """Return whether a text is one version literal, without operator or wildcard."""
    return _VERSION.fullmatch(text) is not None


def _alternatives(tokens: list[str], text: str) -> tuple[_Alternatives, list[str]]:
    found, rest = _conjunction(tokens, text)
    while rest and rest[0] == "|":
        more, rest = _conjunction(rest[1:], text)
        found += more
    return found, rest


def _conjunction(tokens: list[str], text: str) -> tuple[_Alternatives, list[str]]:
    found, rest = _operand(tokens, text)
    while rest and rest[0] == ",":
        more, rest = _operand(rest[1:], text)
        found = tuple(left + right for left in found for right in more)
    return found, rest


def _operand(tokens: list[str], text: str) -> tuple[_Alternatives, list[str]]:
    if not tokens or tokens[0] in {",", "|", ")"}:
        raise ValueError(f"a version is missing in the version constraint {text!r}")
    if tokens[0] != "(":
        return (_clause(tokens[0], text),), tokens[1:]
    found, rest = _alternatives(tokens[1:], text)
    if not rest or rest[0] != ")":
        raise ValueError(f"a parenthesis is not closed in the version constraint {text!r}")
    return found, rest[1:]


def _clause(clause: str, text: str) -> tuple[str, ...]:
    found = _CLAUSE.fullmatch(clause)
    operator, version = (found.group(1) or "", found.group(2)) if found else ("", clause)
    if clause.startswith("^") or clause.endswith("$"):
        raise ValueError(f"regular expressions are not supported in the version constraint {text!r}")
    stem = version.rstrip("*").rstrip(".") if version.endswith("*") else version
    wildcard = stem != version
    if wildcard and not stem and operator in {"", "=", "==", ">="}:
        return ()
    if not is_conda_version(stem):
        fault = f"{version!r} is no conda version" if version else "a version is missing"
        raise ValueError(f"{fault} in the version constraint {text!r}")
    return _strict(operator, stem, wildcard=wildcard, text=text)


def _strict(operator: str, stem: str, *, wildcard: bool, text: str) -> tuple[str, ...]:
    match operator:
        case "=":
            return (f"{stem}.*",)
        case "" | "==" | "===":
            return (f"{stem}.*" if wildcard else f"=={stem}",)
        case "!=":
            return (f"!={stem}.*" if wildcard else f"!={stem}",)
        case "~=":
            parent = stem.rpartition(".")[0]
            if wildcard or not parent:
                raise ValueError(f"~= needs a version like 1.4 in the version constraint {text!r}")
            return (f">={stem}", f"{parent}.*")
        case _:
            return (f"{operator}{stem}",)
