"""libmamba's problem graph as plain data. Runs in the child; portable over libmambapy 2.0 to 2.8."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from libmambapy.solver import CompressedProblemsGraph, ProblemsGraph

from condasync.solve.engine.libmamba_conflicts import NodeKind, ProblemGraph, ProblemNode

_KINDS: dict[type, NodeKind] = {
    CompressedProblemsGraph.RootNode: "root",
    CompressedProblemsGraph.PackageListNode: "package",
    CompressedProblemsGraph.UnresolvedDependencyListNode: "missing",
    CompressedProblemsGraph.ConstraintListNode: "constraint",
}


def problem_graph(problems: Any, virtual: Mapping[str, str]) -> ProblemGraph:
    """Return the graph of a `ProblemsGraph`.

    Messages are not made by libmamba: `explain_problems` and `tree_message` of 2.0 abort the process on cycles.
    """
    graph = CompressedProblemsGraph.from_problems_graph(ProblemsGraph.simplify_conflicts(problems))
    nodes, edges = graph.graph()
    return ProblemGraph(
        root=graph.root_node(),
        nodes={number: _node(node) for number, node in nodes.items()},
        edges={pair: tuple(sorted({spec.conda_build_form() for spec in edge})) for pair, edge in edges.items()},
        clashes=frozenset((min(one, other), max(one, other)) for one, rest in graph.conflicts() for other in rest),
        virtual=dict(virtual),
    )


def _node(node: Any) -> ProblemNode:
    kind = _KINDS[type(node)]
    if kind == "root":
        return ProblemNode(kind=kind)
    versions = tuple(dict.fromkeys(package.version for package in node)) if kind == "package" else ()
    return ProblemNode(kind=kind, name=node.name(), versions=versions)
