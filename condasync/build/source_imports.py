"""What a build's own files import, read from their syntax trees; nothing is run."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from condasync.build.import_names import TOOLING

_CIMPORT = re.compile(r"^\s*(?:cimport\s+([\w.]+)|from\s+([\w.]+)\s+cimport\b)", re.MULTILINE)
_WITH_CYTHON = frozenset({"Cython", "cython", "libc", "libcpp", "cpython", "posix", "openmp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """Hold one import at build time: the top-level `module`, the `line`, `guarded` when a missing module is caught."""

    module: str
    line: int
    guarded: bool = False


def imports_of(text: str) -> tuple[Import, ...]:
    """Return the third-party imports of a Python file that a build runs, () for what is no Python.

    The standard library and the tools that every build has (setuptools, wheel, pip) are left out; so are imports below
    `if TYPE_CHECKING`. Imports within functions count: build classes import numpy there.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found: dict[str, Import] = {}
    for one in _walk(tree, guarded=False):
        top = one.module
        known = found.get(top)
        if top and top not in sys.stdlib_module_names and top not in TOOLING and (known is None or known.guarded):
            found[top] = one
    return tuple(found.values())


def literal_arguments(text: str, name: str) -> tuple[str, ...]:
    """Return the literal texts of a keyword argument of `setup(...)`: a list, a tuple or one text."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return next(_keyword_texts(tree, "setup", name), ())


def literal_keywords(text: str, call: str, name: str) -> tuple[str, ...]:
    """Return the literal texts of one keyword argument of every call of a function or class."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(dict.fromkeys(one for texts in _keyword_texts(tree, call, name) for one in texts))


def _keyword_texts(tree: ast.Module, call: str, name: str) -> Iterator[tuple[str, ...]]:
    values = _assigned(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) == call:
            yield from (_texts(keyword.value, values) for keyword in node.keywords if keyword.arg == name)


def cimports_of(text: str) -> tuple[str, ...]:
    """Return the modules that a Cython file needs when it is compiled: `cimport numpy` needs numpy."""
    names = (found[1] or found[2] for found in _CIMPORT.finditer(text))
    tops = (name.split(".")[0] for name in names)
    return tuple(dict.fromkeys(top for top in tops if top and top not in _WITH_CYTHON))


def _walk(node: ast.AST, *, guarded: bool) -> Iterator[Import]:
    match node:
        case ast.Import(names=names):
            yield from (Import(module=one.name.split(".")[0], line=node.lineno, guarded=guarded) for one in names)
        case ast.ImportFrom(module=str() as module, level=0):
            yield Import(module=module.split(".")[0], line=node.lineno, guarded=guarded)
        case ast.If(test=test, orelse=orelse) if "TYPE_CHECKING" in ast.dump(test):
            yield from _walk_all(orelse, guarded=guarded)
        case ast.Try(handlers=handlers):
            caught = guarded or any(_catches_imports(handler) for handler in handlers)
            yield from _walk_all(node.body, guarded=caught)
            yield from _walk_all((*node.handlers, *node.orelse, *node.finalbody), guarded=guarded)
        case _:
            yield from _walk_all(ast.iter_child_nodes(node), guarded=guarded)


def _walk_all(nodes: Iterable[ast.AST], *, guarded: bool) -> Iterator[Import]:
    for node in nodes:
        yield from _walk(node, guarded=guarded)


def _catches_imports(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler lets the build go on without the module; one that raises does not."""
    if any(isinstance(node, ast.Raise) or _exits(node) for node in ast.walk(handler)):
        return False
    names = ast.dump(handler.type) if handler.type else "ImportError"
    return any(name in names for name in ("ImportError", "ModuleNotFoundError", "'Exception'", "BaseException"))


def _exits(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _called(node) in {"exit", "_exit", "quit"}


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _assigned(tree: ast.Module) -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
    return found


def _texts(node: ast.expr, values: dict[str, ast.expr]) -> tuple[str, ...]:
    match node:
        case ast.Name(id=name) if name in values:
            return _texts(values[name], {key: value for key, value in values.items() if key != name})
        case ast.Constant(value=str() as text):
            return tuple(line.strip() for line in text.splitlines() if line.strip())
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return tuple(one.value for one in elements if isinstance(one, ast.Constant) and isinstance(one.value, str))
        case _:
            return ()
