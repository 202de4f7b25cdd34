"""Both engines on the large channel of real records, where there is one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from condasync.channel.index import SparseIndex
from condasync.model.record import Channel, ChannelRecord, RepodataFile
from condasync.model.solve import Answer, RequestedSpec, Solution, SolveRequest
from condasync.model.spec import CondaSpec
from condasync.model.target import Target, VirtualPackage
from condasync.model.url import Url
from condasync.seams import SolverEngine, SolveSession
from condasync.solve.engine.exact import verify_exact

CHANNEL = Path(os.environ.get("CONDASYNC_TEST_CHANNEL", Path(__file__).parents[4] / "shared" / "channel"))
FILES = tuple(
    RepodataFile(
        channel=Channel(name="conda-forge", base_url=Url("https://conda.anaconda.org/conda-forge")),
        subdir=subdir,
        path=CHANNEL / subdir / "repodata.json",
        sha256="",
    )
    for subdir in ("linux-64", "noarch")
)
TARGET = Target(
    subdir="linux-64",
    python="3.11",
    virtual_packages=(VirtualPackage(name="__unix", version="0"), VirtualPackage(name="__glibc", version="2.28")),
)
SPECS = (CondaSpec(name="python", version="3.11.*"), *(CondaSpec(name=name) for name in ("dask", "pandas", "scipy")))


def ask(session: SolveSession, specs: tuple[CondaSpec, ...], preferred: tuple[ChannelRecord, ...] = ()) -> Answer:
    """Return the session's answer to specs."""
    asked = tuple(RequestedSpec(spec=spec, because="test") for spec in specs)
    return session.solve(SolveRequest(specs=asked, preferred=preferred))


pytestmark = [
    pytest.mark.channel,
    pytest.mark.skipif(not CHANNEL.is_dir(), reason="no large channel: CONDASYNC_TEST_CHANNEL is not set"),
]


def test_a_solution_is_stable_and_solves_to_itself(engine: SolverEngine) -> None:
    """Prove determinism on real records, and that a solution preferred as a whole comes back field by field."""
    with engine.open(FILES, TARGET) as session:
        first = ask(session, SPECS)
    assert isinstance(first, Solution)
    assert len(first.records) > 50
    index = SparseIndex(FILES)
    assert all(record in index.records(record.name) for record in first.records)
    with engine.open(FILES, TARGET) as session:
        assert ask(session, tuple(reversed(SPECS))) == first
        assert ask(session, SPECS, tuple(reversed(first.records))) == first
        assert verify_exact(session, first.records) == first


def test_one_session_answers_as_many_do(engine: SolverEngine) -> None:
    """Prove on real records that requests, preferences among them, leave no trace in a session."""
    old = tuple(record for name in ("numpy", "pandas", "scipy") for record in SparseIndex(FILES).records(name)[:30:7])
    cases = [(SPECS, ()), (SPECS, old), (SPECS[:2], old), ((*SPECS, CondaSpec(name="nothing")), ()), (SPECS, old[::2])]
    alone = []
    for specs, preferred in cases:
        with engine.open(FILES, TARGET) as session:
            alone.append(ask(session, specs, preferred))
    with engine.open(FILES, TARGET) as session:
        assert [ask(session, *case) for case in cases] == alone
        assert [ask(session, *case) for case in reversed(cases)] == alone[::-1]
