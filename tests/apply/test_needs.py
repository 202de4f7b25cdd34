"""From a plan to what is installed anew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from condasync.apply.conda_meta import MetaRecord
from condasync.apply.needs import Needs, needs_of, with_overwritten
from condasync.model.lockfile import LockedPackage
from condasync.model.plan import Contents, Plan, PresentPackage
from condasync.plan.contents import contents_of_lock
from condasync.plan.diff import diff
from tests.apply.world import PLATFORM, lock_of


def _row(name: str, version: str, *, manager: str = "conda", build: str = "0") -> LockedPackage:
    return LockedPackage(
        manager="pip" if manager == "pip" else "conda",
        name=name,
        version=version,
        platform=PLATFORM,
        url=f"https://example.org/c/{name}-{version}-{build}.conda",
        md5=None,
        sha256="0" * 64,
        build=build if manager == "conda" else None,
    )


def _record(name: str, version: str, *files: str, noarch: str | None = None) -> MetaRecord:
    return MetaRecord(
        file_name=f"{name}.json", name=name, version=version, noarch=noarch, files=files, site_packages=None
    )


PYTHON = _row("python", "3.12.4", build="0_cp312")
NUMPY, RICH, GAMMA = _row("numpy", "2.0"), _row("rich", "1.0"), _row("Gamma_Ray", "1.0", manager="pip")
RECORDS = (_record("python", "3.12.4"), _record("numpy", "2.0"), _record("rich", "1.0", noarch="python"))


def _needs(*wanted: LockedPackage, records: tuple[MetaRecord, ...] = RECORDS) -> Needs:
    """Return what leads to some rows from a prefix that holds all four."""
    return needs_of(_plan(PYTHON, NUMPY, RICH, GAMMA, to=wanted), wanted, records)


def _plan(*here: LockedPackage, to: tuple[LockedPackage, ...]) -> Plan:
    return diff(contents_of_lock(lock_of(here)), contents_of_lock(lock_of(to)))


def test_only_what_differs() -> None:
    """A changed package is installed and its former state goes; one that the lock lacks goes only."""
    newer = replace(NUMPY, version="2.1")
    assert _needs(PYTHON, newer, GAMMA) == Needs(conda=(newer,), conda_out=frozenset({"numpy", "rich"}))


def test_wheels_by_their_normal_name() -> None:
    """A wheel is told by its name as PEP 503 has it, whatever the lock writes."""
    newer = replace(GAMMA, version="2.0")
    assert _needs(PYTHON, NUMPY, RICH, newer) == Needs(pip=(newer,), pip_out=frozenset({"gamma-ray"}))


@pytest.mark.parametrize(
    "python",
    [
        replace(PYTHON, version="3.13.0", build="0_cp313"),
        replace(PYTHON, build="0_cp312t"),
    ],
)
def test_another_minor_or_abi_moves_what_is_of_python(python: LockedPackage) -> None:
    """Noarch Python packages and wheels lie in the folder of one minor and ABI; compiled ones have their own rows."""
    needs = _needs(python, NUMPY, RICH, GAMMA)
    assert set(needs.rows) == {python, RICH, GAMMA}
    assert needs.conda_out == {"python", "rich"}
    assert needs.pip_out == {"gamma-ray"}


def test_a_patch_moves_nothing() -> None:
    """Within one minor everything stays where it is."""
    assert _needs(replace(PYTHON, version="3.12.9"), NUMPY, RICH, GAMMA).conda_out == {"python"}


def test_without_python_nothing_of_it_is_left() -> None:
    """When python goes, so do its packages, and nothing is installed again."""
    assert _needs(NUMPY).rows == ()


def test_double_records_are_installed_anew() -> None:
    """A package with two records is replaced once something else changes."""
    records = (*RECORDS, _record("numpy", "1.0"))
    needs = _needs(PYTHON, NUMPY, GAMMA, records=records)
    assert needs.conda == (NUMPY,)
    assert needs.conda_out == {"numpy", "rich"}


def test_what_pip_wrote_over_comes_back() -> None:
    """A conda package that shares a file with a wheel that goes is linked again, where the lock has it."""
    records = (_record("numpy", "2.0", "a.py"), _record("rich", "1.0", "b.py"))
    needs = with_overwritten(Needs(pip_out=frozenset({"x"})), frozenset({"a.py"}), (NUMPY, RICH), records)
    assert needs.conda == (NUMPY,)
    assert needs.conda_out == {"numpy"}
    assert with_overwritten(Needs(), frozenset({"c.py"}), (NUMPY, RICH), records) == Needs()


def test_a_new_prefix_needs_everything() -> None:
    """Where nothing is, every row is installed and nothing goes."""
    rows = (PYTHON, NUMPY, RICH, GAMMA)
    plan = diff((Contents(platform=PLATFORM, packages=tuple[PresentPackage, ...]()),), contents_of_lock(lock_of(rows)))
    needs = needs_of(plan, rows, ())
    assert set(needs.rows) == set(rows)
    assert not needs.conda_out | needs.pip_out
