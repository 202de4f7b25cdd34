"""The literals that a setup.py hands to `setup(...)`; it is parsed, never run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping


def setup_arguments(text: str) -> Mapping[str, str | tuple[str, ...]]:
    """Return the keyword arguments of `setup` that are texts or lists of texts, {} for what is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found: dict[str, str | tuple[str, ...]] = {}
    for keyword in _keywords(tree):
        value = _literal(keyword.value)
        if keyword.arg is not None and value is not None:
            found.setdefault(keyword.arg, value)
    return found


def _keywords(tree: ast.Module) -> Iterator[ast.keyword]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = (
                called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
            )
            if name == "setup":
                yield from node.keywords


def _literal(node: ast.expr) -> str | tuple[str, ...] | None:
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            texts = [one.value for one in elements if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            return tuple(texts) if len(texts) == len(elements) else None
        case _:
            return None
