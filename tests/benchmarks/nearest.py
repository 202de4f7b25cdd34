"""The nearest solvable environment for real pinned inputs."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from condasync.channel.index import SparseIndex
from condasync.channel.location import resolve_channel
from condasync.channel.open_channels import OpenChannels
from condasync.convert.match import version_key
from condasync.convert.version import to_conda_version
from tests.benchmarks.material import Material
from tests.benchmarks.measure import interleaved, once
from tests.benchmarks.report import Row, Section, ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Hold one input: at least `keep` versions stay, at most `limit` times one plain solve."""

    name: str
    file: str
    python: str
    keep: int
    limit: float


CASES = (
    Case(name="poprox-uv", file="requirements.txt", python="3.12", keep=254, limit=12.0),
    Case(name="pipfreeze-colab-2023", file="pip-freeze.txt", python="3.10", keep=258, limit=30.0),
)


def run(material: Material) -> Section:
    """Export each input, and solve the names that it locked without any version in a bare script."""
    title = "The nearest solvable environment"
    about = (
        "Real inputs whose pins contradict each other or the channel. The plain solve is the bare py-rattler script, "
        "asked for the names that the export locked for the input, without versions."
    )
    if not material.large or material.environments is None:
        return Section(title=title, about=about, skipped="needs the large channel and the real environments beside it")
    rows = [row for case in CASES for row in _rows(material, case, material.environments)]
    return Section(
        title=title,
        about=about,
        command="condasync export -f requirements.txt --python 3.12 -c CHANNEL -o OUT --offline --solver rattler",
        rows=tuple(rows),
    )


def _rows(material: Material, case: Case, environments: Any) -> list[Row]:
    file = environments / case.name / case.file
    more = ("--python", case.python, "--solver", "rattler")
    export = material.export(file, case.name, *more)
    data = json.loads(once(material.export(file, case.name, *more, "--json"))[1])["data"]
    had, kept = _versions(material, data["outcomes"])
    names = sorted(
        {locked["name"] for one in data["outcomes"] for locked in one["locked"] if locked["manager"] == "conda"}
    )
    bare = material.bare(
        "rattler",
        (f"python {case.python}.*", *(name for name in names if name != "python")),
        cuda=_cuda(material, case),
    )
    costs = interleaved({"export": export, "bare": bare}, rounds=max(2, material.rounds // 2))
    over = costs["export"].over(costs["bare"])
    label = f"{case.name}, Python {case.python}"
    return [
        Row(
            what=f"{label}: exact versions kept, of {had} that the channel has",
            measured=str(kept),
            wanted=f"at least {case.keep}",
            met=kept >= case.keep,
        ),
        Row(
            what=f"{label}: whole export / one plain solve",
            measured=ratio(over.wall, over.cpu),
            wanted=f"at most {case.limit:g}x",
            met=over.wall <= case.limit,
        ),
    ]


def _cuda(material: Material, case: Case) -> str | None:
    """Return the CUDA version that the export took the target to have."""
    path = material.folder(case.name) / "virtual-packages.yaml"
    if not path.is_file():  # then the target is conda-lock's default
        return "11.4"
    found = re.search(r"__cuda: *[\"']?([0-9.]+)", path.read_text(encoding="utf-8"))
    return found[1] if found else None


def _versions(material: Material, outcomes: list[dict[str, Any]]) -> tuple[int, int]:
    """Return how many listed versions the channel has under the conda name, and how many of them are locked."""
    opened = OpenChannels(resolve_channel(str(material.channel)), cache_dir=material.folder("cache"), offline=True)
    index = opened.index("linux-64")
    had = kept = 0
    for one in outcomes:
        if (
            one["version"] is None
            or not one["conda_names"]
            or one["outcome"] not in {"mapped", "kept", "unmapped", "pip-wheel"}
        ):
            continue
        name = one["conda_names"][0]
        wanted = version_key(to_conda_version(one["version"]).partition("+")[0])
        had += _has(index, name, wanted)
        kept += any(
            row["manager"] == "conda" and row["name"] == name and version_key(row["version"]) == wanted
            for row in one["locked"]
        )
    return had, kept


def _has(index: SparseIndex, name: str, version: object) -> bool:
    return any(version_key(record.version) == version for record in index.records(name))
