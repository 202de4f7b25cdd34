"""Is a lock still fresh: a whole process that solves nothing."""

from __future__ import annotations

import sys

from tests.benchmarks.material import Material, console
from tests.benchmarks.measure import Command, interleaved, once, texts
from tests.benchmarks.report import Row, Section, ratio

LIMIT = 0.5
"""Seconds, the one figure that is no ratio: the start of the interpreter and typer stand beside it."""


def run(material: Material) -> Section:
    """Compare `check` with the command line's own start, and say its seconds."""
    source = material.environment_yml()
    once(material.export(source, "checked", "--solver", "rattler"))
    lock = material.folder("checked") / "conda-lock.yml"
    rows = lock.read_text(encoding="utf-8").count("\n- name: ")
    commands = {
        "check": Command(words=texts(console(), "check", lock, "-f", source), folder=material.folder("main")),
        "start": Command(words=texts(sys.executable, "-c", "import typer"), folder=material.folder("main")),
    }
    costs = interleaved(commands, rounds=material.rounds)
    over = costs["check"].over(costs["start"])
    seconds = costs["check"].cpu
    return Section(
        title="Check",
        about=f"Is a lock of {rows} packages still what its environment.yml asks for; no solve, no channel.",
        command="condasync check conda-lock.yml -f environment.yml",
        rows=(
            Row(
                what="`condasync check`, CPU time of the whole process",
                measured=f"{seconds:.2f} s",
                wanted=f"under {LIMIT:g} s",
                met=seconds < LIMIT,
            ),
            Row(what="`condasync check` / `python -c 'import typer'`", measured=ratio(over.wall, over.cpu)),
        ),
    )
