"""Problem graphs, recorded from libmamba on real records or made by hand, become conflicts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condasync.model.solve import Conflict, ConflictStep
from condasync.solve.engine.libmamba_conflicts import ProblemGraph, ProblemNode, conflicts_of, text_of

GRAPHS = Path(__file__).parent / "data" / "graphs"
ROOT = ProblemNode(kind="root")


def recorded(name: str) -> ProblemGraph:
    """Return a graph as libmamba gave it for the request that its file is named after."""
    plain = json.loads((GRAPHS / f"{name}.json").read_text(encoding="utf-8"))
    return ProblemGraph(
        root=plain["root"],
        nodes={
            int(number): ProblemNode(
                kind=node["kind"], name=node.get("name", ""), versions=tuple(node.get("versions", ()))
            )
            for number, node in plain["nodes"].items()
        },
        edges={(one, other): tuple(specs) for one, other, specs in plain["edges"]},
        clashes=frozenset((one, other) for one, other in plain["clashes"]),
        virtual=plain["virtual"],
    )


def renumbered(graph: ProblemGraph, order: list[int]) -> ProblemGraph:
    """Return the same graph with other numbers, in another order."""
    new = dict(zip(graph.nodes, order, strict=True))
    return ProblemGraph(
        root=new[graph.root],
        nodes={new[number]: graph.nodes[number] for number in sorted(graph.nodes, key=new.__getitem__)},
        edges={(new[a], new[b]): specs[::-1] for (a, b), specs in sorted(graph.edges.items(), reverse=True)},
        clashes=frozenset((new[b], new[a]) for a, b in graph.clashes),
        virtual=graph.virtual,
    )


def package(name: str, *versions: str) -> ProblemNode:
    """Return a package node."""
    return ProblemNode(kind="package", name=name, versions=versions)


def graph_of(
    nodes: list[ProblemNode], edges: dict[tuple[int, int], str], *clashes: tuple[int, int], glibc: str = "2.28"
) -> ProblemGraph:
    """Return a graph whose node 0 is the root."""
    return ProblemGraph(
        root=0,
        nodes=dict(enumerate([ROOT, *nodes])),
        edges={pair: (spec,) for pair, spec in edges.items()},
        clashes=frozenset(clashes),
        virtual={"__glibc": glibc},
    )


@pytest.mark.parametrize(
    ("name", "packages", "text"),
    [
        (
            "dask-versions",
            [("dask", "distributed")],
            """requested: dask ==2022.1.1 (dask 2022.1.1)
  dask 2022.1.1 needs dask-core 2022.1.1.* (dask-core 2022.1.1)
requested: distributed ==2022.5.1 (distributed 2022.5.1)
  distributed 2022.5.1 needs dask-core 2022.5.1.* (dask-core 2022.5.1)""",
        ),
        ("missing-version", [("numpy",)], "requested: numpy ==99.0 (there is none)"),
        (
            "python-too-new",
            [("csr", "python")],
            """requested: csr (csr 0.5.2)
  csr 0.5.2 needs python_abi 3.11.* *_cp311 (python_abi 3.11)
  python_abi 3.11 needs python 3.11.* *_cpython (python 3.12.0|3.12.1|...|3.12.15)
requested: python 3.12.* (python 3.12.0|3.12.1|...|3.12.15)""",
        ),
        (
            "cuda-absent",
            [("tensorflow-base",)],
            """requested: tensorflow-base ==2.11.0 cuda112py310h52da4a5_0 (tensorflow-base 2.11.0)
  tensorflow-base 2.11.0 needs __cuda (there is none)""",
        ),
        (
            "two-problems",
            [("dask", "distributed"), ("no-such-package",)],
            """requested: dask ==2022.1.1 (dask 2022.1.1)
  dask 2022.1.1 needs dask-core 2022.1.1.* (dask-core 2022.1.1)
requested: distributed ==2022.5.1 (distributed 2022.5.1)
  distributed 2022.5.1 needs dask-core 2022.5.1.* (dask-core 2022.5.1)

requested: no-such-package (there is none)""",
        ),
    ],
)
def test_a_recorded_graph_is_explained(name: str, packages: list[tuple[str, ...]], text: str) -> None:
    """Prove that the requested packages and the way to the clash come out of libmamba's own graphs."""
    conflicts = conflicts_of(recorded(name))
    assert [conflict.packages for conflict in conflicts] == packages
    assert text_of(conflicts) == text


def test_many_sides_of_one_clash_are_one_conflict() -> None:
    """Prove that numpy, which three groups of scipy builds want in other versions, is told once, with all who ask."""
    conflicts = conflicts_of(recorded("scipy-numpy"))
    assert {("numpy", "scipy"), ("numpy", "python", "scipy")} == {conflict.packages for conflict in conflicts}
    assert len(conflicts) == len({conflict.chain for conflict in conflicts}) == 3


@given(st.sampled_from(sorted(path.stem for path in GRAPHS.glob("*.json"))), st.data())
def test_numbers_and_order_do_not_matter(name: str, data: st.DataObject) -> None:
    """Prove that a graph whose nodes are counted and listed in another way gives the same conflicts."""
    graph = recorded(name)
    order = data.draw(st.permutations(range(len(graph.nodes))))
    assert conflicts_of(renumbered(graph, list(order))) == conflicts_of(graph)


def test_a_virtual_package_that_is_too_old_is_shown_with_the_targets_version() -> None:
    """Prove it for what depends on a newer one, and for what constrains it."""
    missing = ProblemNode(kind="missing", name="__glibc")
    depends = graph_of([package("modern", "1.0"), missing], {(0, 1): "modern", (1, 2): "__glibc >=2.34"})
    assert conflicts_of(depends) == (
        Conflict(
            packages=("modern",),
            chain=(
                ConflictStep(package="request", requires="modern", found="modern 1.0"),
                ConflictStep(package="modern 1.0", requires="__glibc >=2.34", found="__glibc 2.28"),
            ),
        ),
    )
    constrains = graph_of(
        [package("modern", "1.0"), ProblemNode(kind="constraint", name="__glibc"), package("__glibc", "2.28")],
        {(0, 1): "modern", (1, 2): "__glibc >=2.34", (0, 3): "__glibc"},
        (2, 3),
    )
    assert conflicts_of(constrains) == (
        Conflict(
            packages=("modern",),
            chain=(
                ConflictStep(package="request", requires="modern", found="modern 1.0"),
                ConflictStep(package="modern 1.0", requires="__glibc >=2.34", found="__glibc 2.28"),
                ConflictStep(package="target", requires="__glibc", found="__glibc 2.28"),
            ),
        ),
    )


def test_cycles_end() -> None:
    """Prove that packages which need each other are walked once, and that the way out of the circle is found."""
    graph = graph_of(
        [package("a", "1"), package("b", "1"), package("c", "1"), package("c", "2")],
        {(0, 1): "a", (1, 2): "b", (2, 1): "a", (2, 3): "c 1.*", (3, 2): "b", (0, 4): "c 2.*"},
        (3, 4),
    )
    (conflict,) = conflicts_of(graph)
    assert conflict.packages == ("a", "c")
    assert [step.requires for step in conflict.chain] == ["a", "b", "c 1.*", "c 2.*"]


def test_the_shortest_way_is_told_for_each_request() -> None:
    """Prove that a request which reaches the clash twice has one chain, and that each request has its own."""
    graph = graph_of(
        [package("a", "1"), package("b", "1"), package("c", "1"), package("c", "2"), package("d", "1")],
        {(0, 1): "a", (1, 2): "b", (2, 3): "c 1.*", (1, 3): "c <2", (0, 4): "c 2.*", (0, 5): "d", (5, 3): "c ==1"},
        (3, 4),
        (4, 4),
    )
    (conflict,) = conflicts_of(graph)
    assert conflict.packages == ("a", "c", "d")
    assert [step.requires for step in conflict.chain] == ["a", "c <2", "c 2.*", "d", "c ==1"]


def test_a_culprit_that_nobody_asked_for_is_left_out() -> None:
    """Prove that an unreachable node makes no empty conflict, and an empty graph none at all."""
    assert conflicts_of(graph_of([package("a", "1"), package("a", "2")], {}, (1, 2))) == ()
    assert conflicts_of(graph_of([], {})) == ()
    assert text_of(()) == ""


def test_a_channel_in_a_spec_is_not_part_of_the_name() -> None:
    """Prove that `packages` holds names, whatever the spec looks like."""
    graph = graph_of([ProblemNode(kind="missing", name="x")], {(0, 1): "https://example.org/one::x ==1"})
    assert [conflict.packages for conflict in conflicts_of(graph)] == [("x",)]


def test_long_lists_are_shortened_in_natural_order() -> None:
    """Prove that versions are sorted as people read them, and that not all of them are told."""
    graph = graph_of(
        [package("x", "3.10", "3.9", "3.2", "3.2rc1", "3.11"), ProblemNode(kind="missing", name="y")],
        {(0, 1): "x", (1, 2): "y"},
    )
    (conflict,) = conflicts_of(graph)
    assert conflict.chain[0].found == "x 3.2|3.2rc1|...|3.11"
