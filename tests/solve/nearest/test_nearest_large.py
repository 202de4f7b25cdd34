"""The nearest environment on the large channel of real records, where there is one, with both engines."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from condasync.channel.index import SparseIndex
from condasync.convert.match import version_matches
from condasync.convert.virtual_packages import default_virtual_packages
from condasync.model.package import PipPackage
from condasync.model.record import Channel, RepodataFile
from condasync.model.solve import PinMode, Solution, Unsolvable
from condasync.model.spec import CondaSpec
from condasync.model.target import Target
from condasync.model.translation import Mapped, Outcome
from condasync.model.url import Url
from condasync.seams import SolverEngine
from condasync.solve.nearest.held import Ladders
from condasync.solve.nearest.nearest import Nearest, nearest
from condasync.solve.nearest.refute import refuter
from condasync.solve.request import request_for

CHANNEL = Path(os.environ.get("CONDASYNC_TEST_CHANNEL", Path(__file__).parents[4] / "shared" / "channel"))
INPUTS = CHANNEL.parent / "environments"
FILES = tuple(
    RepodataFile(
        channel=Channel(name="conda-forge", base_url=Url("https://conda.anaconda.org/conda-forge")),
        subdir=subdir,
        path=CHANNEL / subdir / "repodata.json",
        sha256="",
    )
    for subdir in ("linux-64", "noarch")
)

pytestmark = [
    pytest.mark.channel,
    pytest.mark.skipif(not CHANNEL.is_dir(), reason="no large channel: CONDASYNC_TEST_CHANNEL is not set"),
]


def outcomes_of(text: str, index: SparseIndex) -> tuple[Outcome, ...]:
    """Return the pins of a requirements text that are on the channel under the same name."""
    pins = dict(line.split(";")[0].strip().split("==") for line in text.splitlines() if "==" in line[:60])
    names = {name.lower(): version.split()[0] for name, version in pins.items()}
    return tuple(
        Mapped(package=PipPackage(name=name, version=version, requested=True), specs=(CondaSpec(name=name),))
        for name, version in sorted(names.items())
        if name in index.names()
    )


def near(
    outcomes: tuple[Outcome, ...], python: str, engine: SolverEngine, mode: PinMode = "relax"
) -> tuple[Nearest, Ladders]:
    """Return the nearest environment on the large channel, and the ladders it was found on."""
    index = SparseIndex(FILES)
    target = Target(subdir="linux-64", python=python, virtual_packages=default_virtual_packages("linux-64"))
    asked = request_for(outcomes, index=index, target=target, python=None, mode=mode, channel_priority="strict")
    with engine.open(FILES, target) as session:
        found = nearest(asked.ladders, session.solve, refute=refuter(asked.ladders, index, target), tell=lambda _: None)
        if isinstance(found.answer, Solution):
            for name, place in found.standing.items():
                put_back = asked.ladders.request({**found.standing, name: place - 1}.items())
                assert place == 0 or isinstance(session.solve(put_back), Unsolvable)
    return found, asked.ladders


DASK = tuple(
    Mapped(package=PipPackage(name=name, version=version, requested=True), specs=(CondaSpec(name=name),))
    for name, version in (("dask", "2022.1.1"), ("distributed", "2022.5.1"))
)


def test_dask_beside_another_distributed(engine: SolverEngine) -> None:
    """Dask 2022.1.1 beside distributed 2022.5.1 cannot be; one of them moves and says what forced it."""
    exact, _ = near(DASK, "3.9", engine, "exact")
    assert isinstance(exact.answer, Unsolvable)
    found, _ = near(DASK, "3.9", engine)
    assert isinstance(found.answer, Solution)
    (relaxation,) = found.relaxations
    assert relaxation.package in {"dask", "distributed"}
    assert "needs" in relaxation.because


@pytest.mark.parametrize(
    ("name", "python", "share", "solves"),
    [
        ("poprox-uv/requirements.txt", "3.12", 0.98, 12),
        ("pipfreeze-colab-2023/pip-freeze.txt", "3.10", 0.92, 30),
    ],
)
def test_large_pinned_inputs_keep_most_versions(
    name: str, python: str, share: float, solves: int, engine: SolverEngine
) -> None:
    """Hundreds of pins keep nearly all versions that the channel has, in few solves, and minimally.

    That nothing can be put back is asked of the engine for every package that moved.
    """
    path = INPUTS / name
    if not path.is_file():
        pytest.skip(f"no {name} beside the large channel")
    found, ladders = near(outcomes_of(path.read_text(encoding="utf-8"), SparseIndex(FILES)), python, engine)
    assert isinstance(found.answer, Solution)
    versions = {record.name: record.version for record in found.answer.records}
    there = [one for one in ladders.every if one.exact and one.steps[0].rung == "exact"]
    kept = [one for one in there if one.exact and version_matches(one.exact, versions.get(one.name, "0"))]
    assert len(kept) >= share * len(there)
    assert found.findings == ()
    assert found.solves <= solves
