"""One request to libmamba, one answer. Runs in the child; portable over libmambapy 2.0 to 2.8."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import libmambapy
import rattler
from libmambapy import solver, specs
from libmambapy.solver import libsolv

from condasync.solve.engine.libmamba_conflicts import ProblemGraph, conflicts_of, text_of
from condasync.solve.engine.libmamba_database import BrokenRepodataError, RepodataSource, SolvCache, new_database
from condasync.solve.engine.libmamba_graph import problem_graph
from condasync.solve.engine.serve import Answer

_PREFERRED = "preferred"
_REFUSALS = (libmambapy.MambaNativeException, specs.ParseError)


class LibmambaSolver:
    """Solve requests on a few repodata files; the database stays in memory from request to request."""

    def __init__(self, opening: Mapping[str, Any]) -> None:
        self._subdir = opening["subdir"]
        self._virtual = opening["virtual_packages"]
        self._cache = SolvCache(folder=Path(opening["cache_dir"]))
        ranks = {url: rank for rank, url in enumerate(dict.fromkeys(file["url"] for file in opening["repodata"]))}
        self._sources = tuple(
            RepodataSource(
                url=file["url"],
                subdir=file["subdir"],
                path=file["path"],
                digest=file["sha256"],
                rank=ranks[file["url"]],
            )
            for file in opening["repodata"]
        )
        self._spelled = {rattler.Channel(url).base_url: url for url in ranks}
        self._without: tuple[frozenset[str], ...] | None = None
        self._database: Any = None
        self._repos: list[Any] = []
        self._prepare(self._shadowed(frozenset()))

    def solve(self, request: Mapping[str, Any]) -> Answer:
        """Return the answer to one request."""
        try:
            wanted = [specs.MatchSpec.parse(text) for text in request["specs"]]
            if request["only_preferred"]:
                return self._answer(new_database(self._subdir, self._virtual), wanted, request["preferred"])
            chosen = frozenset(
                str(spec.name) for spec, text in zip(wanted, request["specs"], strict=True) if "::" in text
            )
            strict = request["channel_priority"] == "strict"
            self._prepare(self._shadowed(chosen) if strict else tuple(frozenset() for _ in self._sources))
            self._set_priorities(equal=request["channel_priority"] == "disabled")
            return self._answer(self._database, wanted, request["preferred"])
        except _REFUSALS as error:
            self._without = None  # half of the preferred records may be in the database still
            return {"refused": str(error)}
        except BrokenRepodataError as error:
            return {"broken": str(error), "path": error.path}

    def _shadowed(self, chosen: frozenset[str]) -> tuple[frozenset[str], ...]:
        """Return, for each source, the names that a channel of higher priority has too, save those with a channel."""
        if len({source.rank for source in self._sources}) <= 1:
            return tuple(frozenset() for _ in self._sources)
        return tuple(
            source.names.intersection(
                *[frozenset().union(*(other.names for other in self._sources if other.rank < source.rank))]
            )
            - chosen
            for source in self._sources
        )

    def _prepare(self, without: tuple[frozenset[str], ...]) -> None:
        if without == self._without:
            return
        database = new_database(self._subdir, self._virtual)
        self._repos = [
            self._cache.load(database, source, number=number, without=without[number])
            for number, source in enumerate(self._sources)
        ]
        self._database, self._without = database, without

    def _set_priorities(self, *, equal: bool) -> None:
        for repo, source in zip(self._repos, self._sources, strict=True):
            rank = 0 if equal else len(self._sources) - source.rank
            self._database.set_repo_priority(repo, libsolv.Priorities(priority=rank, subpriority=0))

    def _answer(self, database: Any, wanted: Sequence[Any], preferred: Sequence[Mapping[str, Any]]) -> Answer:
        """Solve with the preferred records as a repo of highest priority, which leaves the database afterwards.

        As an installed repo libsolv would keep more of them, but it never asks whether what an installed package
        depends on is there, or whether two installed packages exclude each other.
        """
        repo = database.add_repo_from_packages([_package(row) for row in preferred], name=_PREFERRED)
        database.set_repo_priority(repo, libsolv.Priorities(priority=len(self._sources) + 1, subpriority=0))
        try:
            return self._outcome(database, wanted, preferred)
        finally:
            database.remove_repo(repo)

    def _outcome(self, database: Any, wanted: Sequence[Any], preferred: Sequence[Mapping[str, Any]]) -> Answer:
        # Only what is asked for is in the solution, and only what is there can be constrained: virtual packages, too.
        virtual = [specs.MatchSpec.parse(name) for name, _, _ in self._virtual]
        jobs = [solver.Request.Install(spec) for spec in (*virtual, *wanted)]
        flags = solver.Request.Flags(strict_repo_priority=False)
        outcome = libsolv.Solver().solve(database, solver.Request(jobs, flags=flags))
        if isinstance(outcome, solver.Solution):
            return {"records": list(self._rows(outcome.to_install(), preferred)), "channels": self._spelled}
        versions = {name: version for name, version, _ in self._virtual}
        graph = problem_graph(outcome.problems_graph(database), versions)
        self._check_missing(graph)
        conflicts = conflicts_of(graph)
        return {
            "unsolvable": text_of(conflicts) or outcome.problems_to_str(database),
            "conflicts": [asdict(conflict) for conflict in conflicts],
        }

    def _rows(self, packages: Iterable[Any], preferred: Sequence[Mapping[str, Any]]) -> Iterable[str]:
        """Return the packages as the rows that they were made of; libmamba rewrites some of their fields."""
        given = {row["url"]: row for row in preferred}
        for package in packages:
            if package.channel == _PREFERRED:
                yield json.dumps(given[package.package_url])
                continue
            source = self._sources[int(package.channel)]
            row = source.row(package.name, package.filename)
            if row is None:
                raise BrokenRepodataError(source.path, f"the record of {package.filename} is not valid")
            yield row

    def _check_missing(self, graph: ProblemGraph) -> None:
        """Raise BrokenRepodataError when records of a missing package are there but not valid: libmamba skips them."""
        for node in graph.nodes.values():
            if node.kind == "missing":
                for source in self._sources:
                    if node.name in source.names:
                        source.records(node.name)


def _package(row: Mapping[str, Any]) -> Any:
    return specs.PackageInfo(
        name=row["name"],
        version=row["version"],
        build_string=row["build"],
        build_number=row["build_number"],
        channel=_PREFERRED,
        package_url=row["url"],
        platform=row["subdir"],
        filename=row["fn"],
        md5=row.get("md5", ""),
        sha256=row.get("sha256", ""),
        track_features=row.get("track_features", "").split(),
        depends=row["depends"],
        constrains=row.get("constrains", []),
        timestamp=row.get("timestamp", 0),
    )
