"""Time single stages of an export in one process: translation, verification, and the solve they are compared with.

Usage: stages.py CHANNEL FILE PYTHON CACHE. Prints seconds and counts as JSON. A .yml file is solved and verified too.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from condasync.capture.files.source import source_for_file
from condasync.channel.index import SparseIndex
from condasync.channel.location import resolve_channel
from condasync.channel.open_channels import OpenChannels
from condasync.convert.virtual_packages import default_virtual_packages
from condasync.model.solve import RequestedSpec, Solution, SolveRequest
from condasync.model.spec import CondaSpec
from condasync.model.target import Target
from condasync.model.translation import Kept, Mapped
from condasync.pypi.names_grayskull import GrayskullNames
from condasync.pypi.names_reviewed import ReviewedNames
from condasync.solve.engine.exact import verify_exact
from condasync.solve.engine.rattler import RattlerEngine
from condasync.translate.translate import translate
from condasync.verify.closure import check_closure


def main() -> None:
    """Run each stage once, in a process that has just begun, so that nothing is remembered from before."""
    channel, file, python, cache = sys.argv[1:]
    opened = OpenChannels(resolve_channel(channel), cache_dir=Path(cache), offline=True)
    index = opened.index("linux-64")
    target = Target(subdir="linux-64", python=python, virtual_packages=default_virtual_packages("linux-64"))
    environment = source_for_file(Path(file)).capture()
    seconds: dict[str, float] = {}
    begin = time.perf_counter()
    translation = translate(environment, names=(ReviewedNames(), GrayskullNames()), index=index, target=target)
    seconds["translate"] = time.perf_counter() - begin
    mapped = [outcome for outcome in translation.outcomes if isinstance(outcome, (Kept, Mapped))]
    found = {"packages": len(translation.outcomes), "mapped": len(mapped)}
    if file.endswith(".yml"):
        found["locked"] = _solve_and_verify(index, target, [one.specs[0].name for one in mapped], seconds)
    sys.stdout.write(json.dumps({"seconds": seconds, "found": found}))


def _solve_and_verify(index: SparseIndex, target: Target, names: list[str], seconds: dict[str, float]) -> int:
    engine = RattlerEngine(timeout=600, memory_limit=2**32)
    specs = [CondaSpec(name=name) for name in names if name != "python"]
    wanted = [CondaSpec(name="python", version=f"{target.python}.*"), *specs]
    request = SolveRequest(specs=tuple(RequestedSpec(spec=spec, because="benchmark") for spec in wanted))
    with engine.open(index.repodata, target) as session:
        nothing = SolveRequest(specs=(RequestedSpec(spec=CondaSpec(name="tzdata"), because="benchmark"),))
        session.solve(nothing)  # the repodata is loaded now
        begin = time.perf_counter()
        answer = session.solve(request)
        seconds["solve"] = time.perf_counter() - begin
        assert isinstance(answer, Solution)
        begin = time.perf_counter()
        assert not [one for one in check_closure(answer.records, target) if one.severity == "error"]
        seconds["closure"] = time.perf_counter() - begin
        begin = time.perf_counter()
        assert isinstance(verify_exact(session, answer.records), Solution)
        seconds["exact"] = time.perf_counter() - begin
    return len(answer.records)


main()
