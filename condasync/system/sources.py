"""What Python sources load and call by a literal name; they are parsed, never run."""

from __future__ import annotations

import ast
import re
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["load", "call"]

_LOADERS = frozenset({"find_library", "CDLL", "PyDLL", "LoadLibrary", "dlopen"})
_SUBPROCESS = frozenset({"run", "call", "check_call", "check_output", "Popen", "getoutput", "getstatusoutput"})
_OTHER_CALLERS = frozenset({"which", "create_subprocess_exec", "create_subprocess_shell"})
_LOAD_WORDS = (b"find_library", b"CDLL", b"PyDLL", b"LoadLibrary", b"dlopen")
_CALL_WORDS = (b"subprocess", b"which(", b"os.system(", b"Popen(")
_LITERAL_CALL = re.compile(
    rb"\b(?:which|run|call|check_call|check_output|Popen|getoutput|getstatusoutput|os\.system|create_subprocess_\w+)"
    rb"\(\s*[\[(]?\s*[rb]?['\"]"
)
_SIZE_LIMIT = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Hold one literal name that a source loads or calls, and the line where it does."""

    kind: Kind
    name: str
    line: int


def wishes_in(source: bytes, *, thorough: bool) -> tuple[Wish, ...]:
    """Return what a module loads and calls; () for what is no Python.

    A name in a variable counts when it stands in the same file: assigned once or several times, or looped over. Calls
    through variables only count with `thorough`, for they cost the parsing of many more files.
    """
    if len(source) > _SIZE_LIMIT or not _is_worth_parsing(source, thorough=thorough):
        return ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    nodes = list(ast.walk(tree))
    constants = _constants(nodes)
    found = (wish for node in nodes if isinstance(node, ast.Call) for wish in _wishes(node, constants))
    return tuple(dict.fromkeys(found))


def _is_worth_parsing(source: bytes, *, thorough: bool) -> bool:
    if any(word in source for word in _LOAD_WORDS):
        return True
    called = any(word in source for word in _CALL_WORDS)
    return called and (thorough or _LITERAL_CALL.search(source) is not None)


def _wishes(node: ast.Call, constants: Mapping[str, tuple[str, ...]]) -> Iterator[Wish]:
    dotted = _dotted(node.func)
    name = dotted.rpartition(".")[2].lstrip("_")
    if name in _LOADERS:
        for argument in node.args:
            for text in _texts(argument, constants):
                yield Wish(kind="load", name=text, line=node.lineno)
    elif node.args and _is_caller(dotted, name):
        for text in _texts(_first(node.args[0]), constants):
            program = text.split()[0] if text.split() else ""
            if program:
                yield Wish(kind="call", name=program, line=node.lineno)


def _is_caller(dotted: str, name: str) -> bool:
    if name in _OTHER_CALLERS or dotted == "os.system":
        return True
    return name in _SUBPROCESS and ("subprocess" in dotted or "." not in dotted)


def _dotted(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, node.id if isinstance(node, ast.Name) else "?"]))


def _first(node: ast.expr) -> ast.expr:
    """Return the program of an argument list, or the whole command line."""
    return node.elts[0] if isinstance(node, (ast.List, ast.Tuple)) and node.elts else node


def _texts(node: ast.expr, constants: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    match node:
        case ast.Constant(value=str() as text):
            return (text,)
        case ast.Name(id=name):
            return constants.get(name, ())
        case _:
            return ()


def _constants(nodes: list[ast.AST]) -> Mapping[str, tuple[str, ...]]:
    """Return the texts that each variable of the file may hold, as far as they are written there."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str() as text)):
                found[name].append(text)
            case ast.For(target=ast.Name(id=name), iter=ast.List(elts=items) | ast.Tuple(elts=items)):
                texts = (item.value for item in items if isinstance(item, ast.Constant))
                found[name] += [text for text in texts if isinstance(text, str)]
            case _:
                pass
    return {name: tuple(dict.fromkeys(texts)) for name, texts in found.items()}
