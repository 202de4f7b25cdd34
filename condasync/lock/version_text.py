"""Version constraints as conda's own VersionSpec writes them back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias

_Tree: TypeAlias = "str | tuple[str, tuple[_Tree, ...]]"

_COMPOUND = re.compile(r".*[()|,^$]")
_TOKENS = re.compile(r"\s*\^[^$]*[$]|\s*[()|,]|[^()|,]+")
_LOOSER = {"|": "(", ",": "|(", ")": "("}


def normalise_version(constraint: str) -> str:
    """Return a constraint as conda normalises it: `1.2*` is `1.2.*`, parentheses fall away.

    Raises ValueError when the parentheses do not match or an operand is missing.
    """
    if _COMPOUND.match(constraint):
        return _text(_tree(constraint))
    return _single(constraint)


def merge_versions(constraints: Iterable[str]) -> str:
    """Return the constraint that normalised ones make together; "" stands for any version.

    conda joins with commas only, which turns `1|2` and `>=1` into `1|2,>=1`, another meaning; here parentheses stand.
    """
    stated = sorted({constraint for constraint in constraints if constraint})
    if len(stated) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(stated)
    return ",".join(f"({constraint})" if "|" in constraint else constraint for constraint in stated)


def _single(constraint: str) -> str:
    text = constraint.strip()
    if not text:
        raise ValueError("an operand is missing")
    if text[0] in "^=<>!~" or text == "*" or not text.endswith("*") or "*" in text.rstrip("*"):
        return text
    return text if text.endswith(".*") else f"{text[:-1]}.*"


def _tree(constraint: str) -> _Tree:
    """Parse `a,b|c`: a comma binds tighter than a bar; equal operators in a row become one node."""
    output: list[_Tree] = []
    operators: list[str] = []
    for item in (found.strip() for found in _TOKENS.findall(f"({constraint})")):
        if item in _LOOSER:
            _reduce(output, operators, until=_LOOSER[item])
            if item != ")":
                operators.append(item)
            elif not operators:
                raise ValueError("a parenthesis is not opened")
            else:
                operators.pop()
        elif item == "(":
            operators.append(item)
        else:
            output.append(item)
    if operators or not output:
        raise ValueError("a parenthesis is not closed")
    return output[0]


def _reduce(output: list[_Tree], operators: list[str], *, until: str) -> None:
    while operators and operators[-1] not in until:
        if len(output) < 2:  # noqa: PLR2004 - a binary operator
            raise ValueError("an operand is missing")
        operator = operators.pop()
        right, left = output.pop(), output.pop()
        output.append((operator, _operands(left, operator) + _operands(right, operator)))


def _operands(tree: _Tree, operator: str) -> tuple[_Tree, ...]:
    return tree[1] if isinstance(tree, tuple) and tree[0] == operator else (tree,)


def _text(tree: _Tree) -> str:
    """Return the tree's text. conda writes no parentheses back, not even where they matter: `1,(2|3)` is `1,2|3`."""
    return _single(tree) if isinstance(tree, str) else tree[0].join(_text(one) for one in tree[1])
