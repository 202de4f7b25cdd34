"""Five platforms in one lock against one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.benchmarks.material import Material
from tests.benchmarks.measure import interleaved
from tests.benchmarks.report import Section, at_most

LIMIT = 3.0
PLATFORMS = ("linux-64", "linux-aarch64", "osx-64", "osx-arm64", "win-64")
_LEFT_OUT = frozenset({"jupyterlab"})  # its noarch parts are one build per platform, of which the channel lacks some


def run(material: Material) -> Section:
    """Compare processes, begin to end."""
    made = replace(material, channel=synthetic_channel(material.channel, material.folder("five-platforms")))
    source = made.folder("main") / "five.yml"
    names = [name for name in made.names if name not in _LEFT_OUT]
    lines = [f"  - {name}\n" for name in ("python=3.11", *names)]
    source.write_text("".join(("channels: [conda-forge]\ndependencies:\n", *lines)), encoding="utf-8")
    wanted = [word for platform in PLATFORMS for word in ("--platform", platform)]
    commands = {
        "one": made.export(source, "one-platform", "--solver", "rattler"),
        "five": made.export(source, "five-platforms-out", "--solver", "rattler", *wanted),
    }
    costs = interleaved(commands, rounds=material.rounds)
    over = costs["five"].over(costs["one"])
    return Section(
        title="Five platforms",
        about=(
            f"One lock for {', '.join(PLATFORMS)} against one for linux-64 alone: python 3.11, {', '.join(names)}. "
            "The channel is synthetic: its other platforms hold the records of linux-64 under their own name, without "
            "virtual packages."
        ),
        command=f"condasync export -f environment.yml -c CHANNEL -o OUT --offline --solver rattler {' '.join(wanted)}",
        rows=(at_most("`condasync export` for five platforms / for one", LIMIT, over.wall, over.cpu),),
    )


def synthetic_channel(real: Path, folder: Path) -> Path:
    """Return a channel in which every platform has the records of linux-64; none of them is a real package there."""
    (folder / "noarch").mkdir(parents=True, exist_ok=True)
    (folder / "noarch/repodata.json").write_bytes((real / "noarch/repodata.json").read_bytes())
    content = json.loads((real / "linux-64/repodata.json").read_bytes())
    for platform in PLATFORMS:
        rows = {kind: _moved(content.get(kind, {}), platform) for kind in ("packages", "packages.conda")}
        (folder / platform).mkdir(exist_ok=True)
        text = json.dumps({"info": {"subdir": platform}, **rows})
        (folder / platform / "repodata.json").write_text(text, encoding="utf-8")
    return folder


def _moved(rows: dict[str, dict[str, Any]], platform: str) -> dict[str, dict[str, Any]]:
    return {
        name: {
            **row,
            "subdir": platform,
            "depends": [text for text in row.get("depends", ()) if not text.startswith("__")],
            "constrains": [text for text in row.get("constrains", ()) if not text.startswith("__")],
        }
        for name, row in rows.items()
    }
