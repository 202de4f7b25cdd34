"""The whole export against a bare solve, and against conda-lock."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.benchmarks.material import Material
from tests.benchmarks.measure import Command, interleaved, texts
from tests.benchmarks.report import Row, Section, at_most, ratio

LIMIT = 2.0
CONDA_LOCK_LIMIT = 0.5


def run(material: Material) -> Section:
    """Compare processes, begin to end."""
    commands = {
        "export": material.export(material.environment_yml(), "export", "--solver", "rattler"),
        "again": material.export(material.environment_yml(), "again", "--solver", "rattler", again=True),
        "bare": material.bare("rattler", ("python 3.11.*", *material.names)),
    }
    conda_lock = _conda_lock(material)
    if conda_lock is not None:
        commands["conda-lock"] = conda_lock
    costs = interleaved(commands, rounds=material.rounds)
    over = costs["export"].over(costs["bare"])
    again = costs["again"].over(costs["bare"])
    unchanged = costs["again"].over(costs["export"])
    rows = [
        at_most("`condasync export` into an empty folder / bare py-rattler script", LIMIT, over.wall, over.cpu),
        Row(what="`condasync export` over its own lock / bare script", measured=ratio(again.wall, again.cpu)),
        at_most("`condasync export` over its own lock / into an empty folder", 1.0, unchanged.wall, unchanged.cpu),
    ]
    if conda_lock is not None:
        over = costs["export"].over(costs["conda-lock"])
        rows.append(at_most("`condasync export` / `conda-lock lock` with mamba", CONDA_LOCK_LIMIT, over.wall, over.cpu))
    else:
        rows.append(
            Row(
                what="`condasync export` / `conda-lock lock` with mamba",
                measured="not run: no mamba, micromamba or conda on PATH",
                wanted=f"at most {CONDA_LOCK_LIMIT:g}x",
            )
        )
    return Section(
        title="A whole export",
        about=(
            f"The process from start to written lock: {material.asked}. The bare script opens the same repodata files, "
            "solves the same specs with py-rattler, prints a number and leaves without cleaning up."
        ),
        command="condasync export -f environment.yml -c CHANNEL -o OUT --offline --solver rattler",
        rows=tuple(rows),
    )


def _conda_lock(material: Material) -> Command | None:
    mamba = next((path for name in ("mamba", "micromamba", "conda") if (path := shutil.which(name))), None)
    if mamba is None:
        return None
    folder = material.folder("conda-lock")
    shutil.copy(material.environment_yml(), folder)
    tool = Path(sys.executable).with_name("conda-lock")
    words = texts(tool, "lock", "--conda", mamba, "--mamba", "-f", "environment.yml", "-c", material.channel.as_uri())
    return Command(words=(*words, "-p", "linux-64", "--lockfile", "out.yml"), folder=folder)
