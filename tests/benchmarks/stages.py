"""Single stages inside one process: translation and verification against the solve."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.material import PROGRAMS, Material
from tests.benchmarks.measure import Command, once, texts
from tests.benchmarks.report import Row, Section, at_most, ratio

VERIFY_LIMIT = 0.3


def run(material: Material) -> Section:
    """Take the best of several fresh processes, stage by stage."""
    verified = _stages(material, material.environment_yml(), "3.11")
    solve = verified["solve"]
    rows = [
        at_most(
            f"closure check of {verified['locked']:.0f} packages / their solve",
            VERIFY_LIMIT,
            verified["closure"] / solve,
        ),
        at_most(
            "closure check and the engine's own verification / the solve",
            VERIFY_LIMIT,
            (verified["closure"] + verified["exact"]) / solve,
        ),
    ]
    listed = material.environments and material.environments / "pipfreeze-colab-2023" / "pip-freeze.txt"
    if listed is not None and listed.is_file():
        translated = _stages(material, listed, "3.10")
        what = f"translation of {translated['packages']:.0f} listed packages / a solve of {verified['locked']:.0f}"
        seconds = translated["translate"]
        rows.append(Row(what=what, measured=ratio(seconds / solve), wanted="under 0.5 s", met=seconds < 0.5))
    return Section(
        title="Stages",
        about="Inside one process that has just begun, channel open and repodata loaded; the solve is the session's.",
        rows=tuple(rows),
    )


def _stages(material: Material, file: Path, python: str) -> dict[str, float]:
    """Return the least seconds of each stage, and the counts."""
    words = texts(sys.executable, PROGRAMS / "stages.py", material.channel, file, python, material.folder("cache"))
    answers: list[dict[str, Any]] = [
        json.loads(once(Command(words=words, folder=material.folder("main")))[1]) for _ in range(material.rounds)
    ]
    least = {name: min(one["seconds"][name] for one in answers) for name in answers[0]["seconds"]}
    return {**least, **answers[0]["found"]}
