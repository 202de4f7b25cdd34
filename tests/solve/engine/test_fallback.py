"""An engine that cannot run gives way to another one, and says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from condasync.errors import EngineError
from condasync.model.record import RepodataFile
from condasync.model.solve import RequestedSpec, Solution, SolveRequest
from condasync.model.spec import CondaSpec
from condasync.model.target import Target
from condasync.solve.engine.fallback import FallbackEngine
from condasync.solve.engine.libmamba import LibmambaEngine
from condasync.solve.engine.rattler import RattlerEngine

Row: TypeAlias = Callable[..., dict[str, Any]]
WriteRepodata: TypeAlias = Callable[..., RepodataFile]

TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=())
REQUEST = SolveRequest(specs=(RequestedSpec(spec=CondaSpec(name="x"), because="test"),))
RATTLER = RattlerEngine(timeout=120.0, memory_limit=2**31)


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LibmambaEngine:
    """Return libmamba as it is where a library that it needs is missing."""
    package = tmp_path / "site" / "libmambapy"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("import a_library_that_is_missing", encoding="utf-8")
    (package / "version.py").write_text('version_info = ("2", "3", "4")\n', encoding="utf-8")
    monkeypatch.syspath_prepend(str(package.parent))
    # Its child process takes its search path when the engine is made.
    return LibmambaEngine(timeout=120.0, memory_limit=2**31, cache_dir=tmp_path / "cache")


def test_a_library_that_cannot_be_loaded_gives_way(broken: LibmambaEngine, row: Row, write: WriteRepodata) -> None:
    """Prove that the first request is answered by the other engine, which is named from then on, with the reason."""
    engine = FallbackEngine(broken, RATTLER)
    file = write(row("x", "1"))
    assert (engine.name, engine.version, engine.findings) == ("libmamba", "2.3.4", ())
    with engine.head_start(), engine.open([file], TARGET) as session:
        answer = session.solve(REQUEST)
        assert session.solve(REQUEST) == answer
    assert isinstance(answer, Solution)
    assert [record.name for record in answer.records] == ["x"]
    assert (engine.name, engine.version) == ("rattler", RATTLER.version)
    (finding,) = engine.findings
    assert (finding.code, finding.severity) == ("engine-fallback", "warning")
    assert finding.text.startswith("rattler solves instead of libmamba: libmambapy 2.3.4 cannot be used: ")


def test_it_is_tried_once(broken: LibmambaEngine, row: Row, write: WriteRepodata) -> None:
    """Prove that later sessions begin with the engine that runs, and add no second finding."""
    engine = FallbackEngine(broken, RATTLER)
    file = write(row("x", "1"))
    for _ in range(2):
        with engine.open([file], TARGET) as session:
            assert isinstance(session.solve(REQUEST), Solution)
    assert len(engine.findings) == 1


def test_an_engine_that_runs_stays(row: Row, write: WriteRepodata, broken: LibmambaEngine) -> None:
    """Prove that nothing changes where the first engine answers, and that its own refusals are still errors."""
    engine = FallbackEngine(RATTLER, broken)
    bad = SolveRequest(specs=(RequestedSpec(spec=CondaSpec(name="x", version=">>>1"), because="test"),))
    with engine.open([write(row("x", "1"))], TARGET) as session:
        with pytest.raises(EngineError, match="refused the request"):
            session.solve(bad)
        assert isinstance(session.solve(REQUEST), Solution)
    assert (engine.name, engine.findings) == ("rattler", ())


def test_asked_for_by_name_it_stays_an_error(broken: LibmambaEngine, row: Row, write: WriteRepodata) -> None:
    """Prove that the engine alone does not give way."""
    with broken.open([write(row("x", "1"))], TARGET) as session, pytest.raises(EngineError) as caught:
        session.solve(REQUEST)
    assert caught.value.facts["cannot_run"] is True
