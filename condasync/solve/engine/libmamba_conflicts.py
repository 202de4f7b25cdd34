"""From an engine's problem graph, as plain data, to conflicts: who asked for what, down to the clash. Pure."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from condasync.model.solve import Conflict, ConflictStep

NodeKind: TypeAlias = Literal["root", "package", "missing", "constraint"]
_Chain: TypeAlias = tuple[ConflictStep, ...]
_SHOWN = 4
_PARTS = re.compile(r"[0-9]+|[^0-9.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemNode:
    """Hold one node: packages of one name, specs that nothing meets, or specs that a package constrains.

    `versions` are those of a package node, in any order.
    """

    kind: NodeKind
    name: str = ""
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemGraph:
    """Hold why a request has no solution; node numbers have no meaning and no order.

    `edges` lead from who asks to what is there for it, with the specs asked by; `clashes` are pairs of nodes that
    exclude each other; `virtual` are the target's virtual packages with their versions.
    """

    root: int
    nodes: Mapping[int, ProblemNode]
    edges: Mapping[tuple[int, int], tuple[str, ...]]
    clashes: frozenset[tuple[int, int]]
    virtual: Mapping[str, str]


def conflicts_of(graph: ProblemGraph) -> tuple[Conflict, ...]:
    """Return one conflict per clash and per missing package, sorted; equal graphs give equal conflicts.

    A clash has a chain for each requested package that leads to one of its sides, by the shortest way.
    """
    culprits = [*_clashing(graph), *({node} for node, value in graph.nodes.items() if value.kind == "missing")]
    found = {_conflict(graph, group) for group in culprits}
    found.discard(Conflict(packages=(), chain=()))  # a culprit that no request leads to explains nothing
    return tuple(sorted(found, key=lambda one: (one.packages, [_order(step) for step in one.chain])))


def text_of(conflicts: Iterable[Conflict]) -> str:
    """Return conflicts as lines of plain text, one paragraph each."""
    return "\n\n".join("\n".join(_line(step) for step in conflict.chain) for conflict in conflicts)


def _line(step: ConflictStep) -> str:
    who = "requested:" if step.package == "request" else f"  {step.package} needs"
    return f"{who} {step.requires}" + (f" ({step.found})" if step.found else " (there is none)")


def _clashing(graph: ProblemGraph) -> list[set[int]]:
    """Return the groups of nodes that clash with one another, directly or through a third."""
    groups: list[set[int]] = []
    for pair in graph.clashes:
        joined = set(pair).union(*(group for group in groups if group & set(pair)))
        groups = [group for group in groups if not group & joined] + [joined]
    return groups


def _conflict(graph: ProblemGraph, group: set[int]) -> Conflict:
    others = {name for node in group if (name := graph.nodes[node].name)}
    chains = {chain for node in group for chain in _chains(graph, node, group)}
    starts = {chain[0].requires for chain in chains if chain[0].package == "request"}
    names = {start.split(" ")[0].rpartition("::")[2] for start in starts} or others
    ordered = sorted(chains, key=lambda chain: [_order(step) for step in chain])
    return Conflict(
        packages=tuple(sorted(names)) if chains else (),
        chain=tuple(step for chain in ordered for step in chain),
    )


def _chains(graph: ProblemGraph, culprit: int, group: set[int]) -> Iterable[_Chain]:
    """Return, for each request that leads to a node, its shortest way there; the first by label among equals."""
    ways = _ways_down(graph, culprit)
    for start in _after(graph, graph.root):
        if start in ways:
            path = [graph.root, start]
            while path[-1] != culprit:
                path.append(ways[path[-1]])
            yield tuple(_step(graph, *pair, group) for pair in pairwise(path))


def _ways_down(graph: ProblemGraph, culprit: int) -> dict[int, int]:
    """Return the next node on the shortest way to the culprit, for every node that leads there; cycles are no harm."""
    before: dict[int, list[int]] = {}
    for one, other in graph.edges:
        if one != graph.root:
            before.setdefault(other, []).append(one)
    ways = {culprit: culprit}
    queue = deque([culprit])
    while queue:
        here = queue.popleft()
        for node in sorted(before.get(here, ()), key=lambda node: (_label(graph.nodes[node]), graph.edges[node, here])):
            if node not in ways:
                ways[node] = here
                queue.append(node)
    return ways


def _after(graph: ProblemGraph, node: int) -> list[int]:
    return [other for one, other in graph.edges if one == node]


def _step(graph: ProblemGraph, one: int, other: int, group: set[int]) -> ConflictStep:
    requires = _shortened(sorted(set(graph.edges[one, other])), " or ")
    asker = "target" if graph.nodes[other].name.startswith("__") else "request"
    who = asker if one == graph.root else _label(graph.nodes[one])
    return ConflictStep(package=who, requires=requires, found=_found(graph, other, group))


def _found(graph: ProblemGraph, node: int, group: set[int]) -> str | None:
    value = graph.nodes[node]
    match value.kind:
        case "package":
            return _label(value)
        case "constraint":
            rivals = [_label(graph.nodes[other]) for other in group if graph.nodes[other].kind == "package"]
            return " and ".join(sorted(rivals)) or None
        case _:
            version = graph.virtual.get(value.name)
            return f"{value.name} {version}" if version is not None else None


def _label(node: ProblemNode) -> str:
    return f"{node.name} {_shortened(sorted(set(node.versions), key=_natural), '|')}".strip()


def _natural(version: str) -> list[tuple[int, str]]:
    """Order versions as people read them; engines list them by text, 3.11.10 before 3.11.2."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in _PARTS.findall(version)]


def _shortened(words: Sequence[str], glue: str) -> str:
    return glue.join(words if len(words) <= _SHOWN else (*words[: _SHOWN - 2], "...", words[-1]))


def _order(step: ConflictStep) -> tuple[str, str, str]:
    return step.package, step.requires, step.found or ""
