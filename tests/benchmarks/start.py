"""How long `condasync --help` takes against the import of typer alone."""

from __future__ import annotations

import sys

from tests.benchmarks.material import Material, console
from tests.benchmarks.measure import Command, interleaved, texts
from tests.benchmarks.report import Section, at_most

LIMIT = 3.0


def run(material: Material) -> Section:
    """Compare processes, begin to end."""
    folder = material.folder("main")
    commands = {
        "help": Command(words=texts(console(), "--help"), folder=folder),
        "typer": Command(words=texts(sys.executable, "-c", "import typer"), folder=folder),
    }
    costs = interleaved(commands, rounds=2 * material.rounds)
    over = costs["help"].over(costs["typer"])
    return Section(
        title="Start",
        about="What a user waits for before anything happens.",
        command="condasync --help",
        rows=(at_most("`condasync --help` / `python -c 'import typer'`", LIMIT, over.wall, over.cpu),),
    )
