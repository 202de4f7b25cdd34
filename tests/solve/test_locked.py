"""What of an earlier lock becomes a soft pin, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from condasync.model.export import ExportQuestion
from condasync.model.lockfile import LockedPackage
from condasync.model.package import CondaPackage, PipPackage
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Target, VirtualPackage
from condasync.model.translation import Kept, Mapped, Outcome
from condasync.solve.locked import rows_to_keep
from condasync.solve.request import request_for
from condasync.solve.target import PythonChoice, locked_python
from tests.conftest import MakeIndex, MakeRecord

TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=(VirtualPackage(name="__glibc", version="2.28"),))


@pytest.fixture
def channel(make_record: MakeRecord) -> list[ChannelRecord]:
    """Return a small synthetic channel."""
    return [
        make_record("python", "3.11.7", build="h_0"),
        make_record("python", "3.11.9", build="h_0"),
        make_record("python", "3.12.1", build="h_0"),
        make_record("numpy", "1.26.3", build="py_0"),
        make_record("numpy", "1.26.4", build="py_0"),
        make_record("numpy", "1.26.4", build="py_1"),
        make_record("numpy", "2.0.0", build="py_0"),
        make_record("zlib", "1.3.1", build="h_0"),
        make_record("zlib", "1.3.1", build="h_1"),
    ]


def row(name: str, version: str, build: str, *, platform: str = "linux-64", sha256: str | None = None) -> LockedPackage:
    """Return a row of the earlier lock."""
    return LockedPackage(
        manager="conda",
        name=name,
        version=version,
        platform=platform,
        url=f"https://example.org/synthetic/linux-64/{name}-{version}-{build}.conda",
        md5=None,
        sha256=sha256,
        build=build,
    )


def listed(name: str, version: str = "") -> Mapped:
    """Return a package that a requirements file lists."""
    line = PipRequirement(name=name, specifier=version, where="requirements.txt:1")
    package = PipPackage(name=name, version=None, requested=True, requirements=(line,))
    return Mapped(package=package, specs=(CondaSpec(name=name, version=version),))


def installed(name: str, version: str) -> Mapped:
    """Return a package that pip installed."""
    package = PipPackage(name=name, version=version, requested=True)
    return Mapped(package=package, specs=(CondaSpec(name=name),))


def preferred(
    make_index: MakeIndex, channel: list[ChannelRecord], outcomes: tuple[Outcome, ...], *rows: LockedPackage
) -> set[str]:
    """Return the files that are soft pins."""
    asked = request_for(
        outcomes,
        index=make_index(channel),
        target=TARGET,
        python=None,
        mode="relax",
        channel_priority="strict",
        locked=rows,
    )
    return {record.file_name.removesuffix(".conda") for record in asked.ladders.request(()).preferred}


def test_a_listed_package_keeps_its_locked_version(make_index: MakeIndex, channel: list[ChannelRecord]) -> None:
    """As long as the file admits it; python and what nobody lists stay as well."""
    rows = (row("numpy", "1.26.3", "py_0"), row("zlib", "1.3.1", "h_0"), row("python", "3.11.7", "h_0"))
    assert preferred(make_index, channel, (listed("numpy"),), *rows) == {
        "numpy-1.26.3-py_0",
        "zlib-1.3.1-h_0",
        "python-3.11.7-h_0",
    }
    assert preferred(make_index, channel, (listed("numpy", ">=2"),), rows[0]) == set()


def test_what_is_installed_comes_first(make_index: MakeIndex, channel: list[ChannelRecord]) -> None:
    """Of the same version the lock's build stays: a new build on the channel moves nothing."""
    here = (installed("numpy", "1.26.4"),)
    assert preferred(make_index, channel, here, row("numpy", "1.26.3", "py_0")) == {"numpy-1.26.4-py_1"}
    assert preferred(make_index, channel, here, row("numpy", "1.26.4", "py_0")) == {"numpy-1.26.4-py_0"}


def test_the_build_that_conda_installed_comes_first(make_index: MakeIndex, channel: list[ChannelRecord]) -> None:
    """A captured record says more than the lock."""
    record = next(one for one in channel if one.file_name == "zlib-1.3.1-h_1.conda")
    package = CondaPackage(name="zlib", version="1.3.1", requested=True, build="h_1", subdir="linux-64", record=record)
    outcome = Kept(package=package, specs=(CondaSpec(name="zlib"),))
    assert preferred(make_index, channel, (outcome,), row("zlib", "1.3.1", "h_0")) == {"zlib-1.3.1-h_1"}


def test_a_version_that_was_near_stays_near(make_index: MakeIndex, channel: list[ChannelRecord]) -> None:
    """The channel lacks the local version: what was locked for it stays where it is of the same family."""
    here = (installed("numpy", "1.26.2"),)
    assert preferred(make_index, channel, here) == {"numpy-1.26.3-py_0"}
    assert preferred(make_index, channel, here, row("numpy", "1.26.4", "py_0")) == {"numpy-1.26.4-py_0"}
    assert preferred(make_index, channel, here, row("numpy", "2.0.0", "py_0")) == {"numpy-1.26.3-py_0"}


@pytest.mark.parametrize(
    "gone",
    [
        row("zlib", "1.2.13", "h_0"),
        row("zlib", "1.3.1", "h_0", platform="osx-64"),
        row("python", "3.12.1", "h_0"),
        row("unheard-of", "1", "0"),
    ],
    ids=["version", "platform", "python", "name"],
)
def test_what_is_not_there_is_no_pin(make_index: MakeIndex, channel: list[ChannelRecord], gone: LockedPackage) -> None:
    """Dropped from the channel, of another platform, of another Python."""
    assert preferred(make_index, channel, (), gone) == set()


def test_another_file_of_the_same_name_is_no_pin(make_index: MakeIndex, channel: list[ChannelRecord]) -> None:
    """The digest tells."""
    known = [replace(record, sha256="a" * 64) for record in channel]
    assert preferred(make_index, known, (), row("zlib", "1.3.1", "h_0", sha256="b" * 64)) == set()
    assert preferred(make_index, known, (), row("zlib", "1.3.1", "h_0", sha256="a" * 64)) == {"zlib-1.3.1-h_0"}


def test_priority_of_channels_holds(make_index: MakeIndex, channel: list[ChannelRecord]) -> None:
    """A channel that was put first has the name for itself."""
    first = replace(channel[-1], channel="first", url="https://example.org/first/linux-64/zlib-1.3.1-h_1.conda")
    assert preferred(make_index, [first, *channel], (), row("zlib", "1.3.1", "h_0")) == set()


def test_updates_free_a_package_by_either_name() -> None:
    """By the row's own, or by the name of the package that it stands for."""
    package = PipPackage(name="Torch", version=None, requested=True)
    outcome = Mapped(package=package, specs=(CondaSpec(name="pytorch"), CondaSpec(name="pytorch-cpu")))
    rows = tuple(row(name, "1", "0") for name in ("pytorch", "pytorch-cpu", "zlib"))
    assert [one.name for one in rows_to_keep(rows, ("torch",), (outcome,))] == ["zlib"]
    assert [one.name for one in rows_to_keep(rows, ("ZLib",), (outcome,))] == ["pytorch", "pytorch-cpu"]
    assert rows_to_keep(rows, (), (outcome,)) == rows


@pytest.mark.parametrize(
    ("choice", "updates", "expected"),
    [
        (PythonChoice(minors=("3.14",), unstated=True), (), "3.11"),
        (PythonChoice(minors=("3.13", "3.12", "3.11")), (), "3.11"),
        (PythonChoice(minors=("3.13", "3.12")), (), None),
        (PythonChoice(minors=("3.12",)), (), None),
        (PythonChoice(minors=("3.13", "3.11")), ("python",), None),
    ],
)
def test_python_stays_where_the_inputs_leave_it(
    choice: PythonChoice, updates: tuple[str, ...], expected: str | None
) -> None:
    """What the inputs say of Python comes first."""
    kept = locked_python(choice, ExportQuestion(locked=(row("python", "3.11.7", "h_0"),), updates=updates))
    assert (kept.minors if kept else None) == (None if expected is None else (expected,))
    assert locked_python(choice, ExportQuestion()) is None
