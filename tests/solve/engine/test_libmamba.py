"""What only the libmamba engine does; what both engines do stands in test_engines.py."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from condasync.errors import EngineError
from condasync.model.record import ChannelRecord, RepodataFile
from condasync.model.solve import (
    Answer,
    ChannelPriority,
    Conflict,
    ConflictStep,
    RequestedSpec,
    Solution,
    SolveRequest,
    Unsolvable,
)
from condasync.model.spec import CondaSpec
from condasync.model.target import Target, VirtualPackage
from condasync.seams import SolverEngine
from condasync.solve.engine.libmamba import LibmambaEngine, installed_version, why_unavailable

Row: TypeAlias = Callable[..., dict[str, Any]]
WriteRepodata: TypeAlias = Callable[..., RepodataFile]
Install: TypeAlias = Callable[..., None]

TARGET = Target(
    subdir="linux-64",
    python="3.11",
    virtual_packages=(VirtualPackage(name="__unix", version="0"), VirtualPackage(name="__glibc", version="2.28")),
)
VERSION_PY = 'version_info = ("{}")\n__version__ = ".".join(map(str, version_info))\n'


def request_of(
    *specs: str, preferred: Iterable[ChannelRecord] = (), priority: ChannelPriority = "strict"
) -> SolveRequest:
    """Return a request; a text is a name and a version constraint."""
    asked = [CondaSpec(name=spec.partition(" ")[0], version=spec.partition(" ")[2]) for spec in specs]
    return SolveRequest(
        specs=tuple(RequestedSpec(spec=spec, because="test") for spec in asked),
        preferred=tuple(preferred),
        channel_priority=priority,
    )


def solve(engine: SolverEngine, repodata: Iterable[RepodataFile], request: SolveRequest) -> Answer:
    """Return the answer of a session of its own."""
    with engine.open(tuple(repodata), TARGET) as session:
        return session.solve(request)


def versions(answer: Answer) -> dict[str, str]:
    """Return what a solution holds."""
    assert isinstance(answer, Solution), answer
    return {record.name: record.version for record in answer.records}


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Return a function that installs a fake libmambapy before any real one."""

    def make(version_py: str | None, init: str = "") -> None:
        package = tmp_path / "site" / "libmambapy"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(init, encoding="utf-8")
        if version_py is not None:
            (package / "version.py").write_text(version_py, encoding="utf-8")
        monkeypatch.syspath_prepend(str(package.parent))

    return make


@pytest.mark.libmamba
def test_the_engine_says_its_name_and_version(libmamba: LibmambaEngine) -> None:
    """Prove that a report names the library that solved, in the words of the library itself."""
    told = subprocess.run(
        (sys.executable, "-c", "import libmambapy; print(libmambapy.__version__)"),
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert (libmamba.name, libmamba.version) == ("libmamba", told.stdout.strip())
    assert why_unavailable() is None


@pytest.mark.libmamba
def test_the_parent_never_loads_libmambapy(
    libmamba: LibmambaEngine, python: tuple[RepodataFile, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prove that all of libmambapy runs in the child."""
    for name in [name for name in sys.modules if name.startswith("libmambapy")]:  # other tests compare with it
        monkeypatch.delitem(sys.modules, name)
    assert libmamba.version
    solve(libmamba, python, request_of("pure"))
    assert not [name for name in sys.modules if name.startswith("libmambapy")]


@pytest.mark.parametrize(
    ("version_py", "message"),
    [
        (VERSION_PY.format('1", "5", "8'), "libmambapy 1.5.8 is too old, 2.0 or newer is needed"),
        ("version_info = (1, 4, 2)\n", "libmambapy 1.4.2 is too old, 2.0 or newer is needed"),
        (None, "libmambapy is installed but does not say its version"),
        ("version = ?", "libmambapy is installed but does not say its version"),
    ],
)
def test_a_libmambapy_that_cannot_do_is_named(
    libmamba: LibmambaEngine, install: Install, version_py: str | None, message: str
) -> None:
    """Prove that 1.x and half an install are told before any child starts, with what to do."""
    install(version_py, init="raise SystemExit('the parent must not import this')")
    assert why_unavailable() == message
    with pytest.raises(EngineError) as caught:
        solve(libmamba, (), request_of("x"))
    assert (caught.value.message, caught.value.exit_code) == (message, 5)
    assert any("conda-forge" in hint for hint in caught.value.hints)


@pytest.mark.parametrize("init", ["import a_library_that_is_missing", "", "from libmambapy import specs"])
def test_a_broken_install_is_named_with_its_version(tmp_path: Path, install: Install, init: str) -> None:
    """Prove that a 2.x which cannot be imported in the child is an error with the version and the reason."""
    install(VERSION_PY.format('2", "3", "4'), init=init)
    # Its child takes the search path of the moment when the engine is made.
    engine = LibmambaEngine(timeout=120.0, memory_limit=2**31, cache_dir=tmp_path / "cache")
    assert installed_version() == engine.version == "2.3.4"
    with pytest.raises(EngineError, match=r"^libmambapy 2\.3\.4 cannot be used: ") as caught:
        solve(engine, (), request_of("x"))
    assert caught.value.hints


def test_without_libmambapy_the_engine_says_so(libmamba: LibmambaEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prove that a missing library is an error that says where to get it."""
    kept = [entry for entry in sys.path if not (Path(entry) / "libmambapy").is_dir()]
    monkeypatch.setattr(sys, "path", kept)
    importlib.invalidate_caches()
    assert installed_version() is None
    with pytest.raises(EngineError, match="libmambapy is not installed") as caught:
        solve(libmamba, (), request_of("x"))
    assert "install libmambapy 2 from conda-forge" in caught.value.hints


@pytest.mark.libmamba
@pytest.mark.parametrize(
    ("specs", "conflict"),
    [
        (
            ["nothing"],
            Conflict(packages=("nothing",), chain=(ConflictStep(package="request", requires="nothing", found=None),)),
        ),
        (
            ["libz >=9"],
            Conflict(packages=("libz",), chain=(ConflictStep(package="request", requires="libz >=9", found=None),)),
        ),
        (
            ["fast ==2.0", "python 3.11.*"],
            Conflict(
                packages=("fast", "python"),
                chain=(
                    ConflictStep(package="request", requires="fast ==2.0", found="fast 2.0"),
                    ConflictStep(package="fast 2.0", requires="python >=3.12,<3.13.0a0", found="python 3.12.1"),
                    ConflictStep(package="request", requires="python 3.11.*", found="python 3.11.7"),
                ),
            ),
        ),
        (
            ["modern"],
            Conflict(
                packages=("modern",),
                chain=(
                    ConflictStep(package="request", requires="modern", found="modern 1.0"),
                    ConflictStep(package="modern 1.0", requires="__glibc >=2.34", found="__glibc 2.28"),
                ),
            ),
        ),
        (
            ["strict"],
            Conflict(
                packages=("strict",),
                chain=(
                    ConflictStep(package="request", requires="strict", found="strict 1.0"),
                    ConflictStep(package="strict 1.0", requires="__glibc >=2.34", found="__glibc 2.28"),
                    ConflictStep(package="target", requires="__glibc", found="__glibc 2.28"),
                ),
            ),
        ),
    ],
)
def test_a_conflict_comes_as_facts(
    libmamba: LibmambaEngine, python: tuple[RepodataFile, ...], specs: list[str], conflict: Conflict
) -> None:
    """Prove that a missing package, a missing version, a clash, an old glibc are told step by step, whichever 2.x."""
    answer = solve(libmamba, python, request_of(*specs))
    assert isinstance(answer, Unsolvable)
    assert answer.conflicts == (conflict,)
    assert conflict.chain[-1].requires in answer.explanation


@pytest.mark.libmamba
def test_cyclic_needs_are_explained(libmamba: LibmambaEngine, row: Row, write: WriteRepodata) -> None:
    """Prove that packages which need each other, where libmambapy 2.0's own messages abort, do no harm."""
    file = write(row("a", "1", "b"), row("b", "1", "a 2.*"), row("a", "2", "b 3.*"))
    answer = solve(libmamba, [file], request_of("a 1.*"))
    assert isinstance(answer, Unsolvable)
    assert answer.conflicts
    assert answer.conflicts[0].packages == ("a",)


@pytest.mark.libmamba
def test_what_preferred_records_need_comes_along(
    libmamba: LibmambaEngine, row: Row, write: WriteRepodata, make_record: Callable[..., ChannelRecord]
) -> None:
    """Prove that the needs of a preferred record are met, or it gives way.

    libsolv takes the needs of installed packages for met; preferred records must not be that.
    """
    file = write(row("a", "2"), row("b", "1"))
    assert versions(solve(libmamba, [file], request_of("a", preferred=[make_record("a", "1", "b")]))) == {
        "a": "1",
        "b": "1",
    }
    assert versions(solve(libmamba, [file], request_of("a", preferred=[make_record("a", "1", "gone")]))) == {"a": "2"}


@pytest.mark.libmamba
def test_flexible_priority_goes_down_only_when_it_must(
    libmamba: LibmambaEngine, row: Row, write: WriteRepodata
) -> None:
    """Prove that flexible prefers the first channel and takes the second where nothing else fits."""
    files = (
        write(row("x", "1"), channel="one"),
        write(row("x", "3"), row("needs", "1", "x >=3"), channel="two"),
    )
    with libmamba.open(files, TARGET) as session:
        assert versions(session.solve(request_of("x", priority="flexible"))) == {"x": "1"}
        assert versions(session.solve(request_of("needs", priority="flexible"))) == {"needs": "1", "x": "3"}
        assert isinstance(session.solve(request_of("needs")), Unsolvable)
        assert versions(session.solve(request_of("x", priority="disabled"))) == {"x": "3"}


@pytest.mark.libmamba
def test_a_spec_that_libmamba_does_not_understand_is_an_engine_error(
    libmamba: LibmambaEngine, python: tuple[RepodataFile, ...]
) -> None:
    """Prove that a bad constraint neither kills the child nor reads as unsolvable."""
    with libmamba.open(python, TARGET) as session:
        with pytest.raises(EngineError, match="the libmamba engine refused the request: "):
            session.solve(request_of("libz >>>1"))
        assert versions(session.solve(request_of("libz"))) == {"libz": "1.3"}
