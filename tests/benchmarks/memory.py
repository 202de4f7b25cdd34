"""Peak memory of an export, parent and child together."""

from __future__ import annotations

import sys

from tests.benchmarks.material import Material
from tests.benchmarks.measure import peak_memory
from tests.benchmarks.report import Row, Section

LIMIT = 600
_MEGABYTE = 2**20


def run(material: Material) -> Section:
    """Sample the whole family of processes."""
    title, about = (
        "Memory",
        "The most that the command and the engine's process hold at once, resident, shared pages twice.",
    )
    if sys.platform != "linux":
        return Section(title=title, about=about, skipped="sampling needs /proc")
    export = material.export(material.environment_yml(), "memory", "--solver", "rattler")
    bare = material.bare("rattler", ("python 3.11.*", *material.names))
    ours, theirs = (max(peak_memory(one) for _ in range(3)) / _MEGABYTE for one in (export, bare))
    return Section(
        title=title,
        about=about,
        command="condasync export -f environment.yml -c CHANNEL -o OUT --offline --solver rattler",
        rows=(
            Row(what="`condasync export`", measured=f"{ours:.0f} MB", wanted=f"under {LIMIT} MB", met=ours < LIMIT),
            Row(what="bare py-rattler script", measured=f"{theirs:.0f} MB"),
        ),
    )
