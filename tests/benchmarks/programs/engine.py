"""Solve with one of condasync's engines and nothing else of condasync. Usage: engine.py NAME REQUEST CACHE."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from condasync.convert.matchspec import parse_spec
from condasync.model.record import Channel, RepodataFile
from condasync.model.solve import RequestedSpec, Solution, SolveRequest
from condasync.model.target import Target, VirtualPackage
from condasync.model.url import Url
from condasync.solve.engine.libmamba import LibmambaEngine
from condasync.solve.engine.rattler import RattlerEngine


def main() -> None:
    """Solve the request that a file states and print the number of packages."""
    name, path, cache = sys.argv[1:]
    request = json.loads(Path(path).read_text(encoding="utf-8"))
    folder = Path(request["channel"])
    channel = Channel(name="channel", base_url=Url(folder.as_uri()))
    files = [
        RepodataFile(channel=channel, subdir=subdir, path=folder / subdir / "repodata.json", sha256=digest)
        for subdir, digest in request["digests"].items()
    ]
    virtual = (
        VirtualPackage(name=name, version=version, build=build) for name, version, build in request["virtual_packages"]
    )
    target = Target(subdir="linux-64", python="3.11", virtual_packages=tuple(virtual))
    specs = (RequestedSpec(spec=parse_spec(text), because="benchmark") for text in request["specs"])
    engine = (
        LibmambaEngine(timeout=600, memory_limit=2**32, cache_dir=Path(cache))
        if name == "libmamba"
        else RattlerEngine(timeout=600, memory_limit=2**32)
    )
    with engine.open(files, target) as session:
        answer = session.solve(SolveRequest(specs=tuple(specs)))
    assert isinstance(answer, Solution)
    sys.stdout.write(f"{len(answer.records)}\n")


main()
