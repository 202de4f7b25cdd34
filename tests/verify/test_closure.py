"""The closure check finds each fault of a set of records, and nothing in a consistent one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condasync.model.finding import Finding
from condasync.model.record import ChannelRecord
from condasync.model.target import Target
from condasync.verify.closure import check_closure

Record = Callable[..., ChannelRecord]
Row = tuple[str, dict[str, Any]]

CONSISTENT: tuple[Row, ...] = (
    (
        "python",
        {
            "version": "3.12.4",
            "depends": ("libffi >=3.4,<4.0a0", "__glibc >=2.17,<3.0.a0"),
            "constrains": ("python_abi 3.12.* *_cp312",),
        },
    ),
    ("python_abi", {"version": "3.12", "build": "8_cp312", "subdir": "noarch", "constrains": ("python 3.12.*",)}),
    ("libffi", {"version": "3.4.6"}),
    (
        "libblas",
        {"version": "3.9.0", "build": "20_openblas", "constrains": ("blas * openblas", "liblapack 3.9.0 20_openblas")},
    ),
    (
        "numpy",
        {
            "version": "1.26.4",
            "depends": ("python >=3.12,<3.13.0a0", "python_abi 3.12.* *_cp312", "libblas >=3.9.0,<4.0a0"),
            "constrains": ("numpy-base <0a0", "__cuda >=12"),
        },
    ),
    (
        "six",
        {
            "version": "1.16.0",
            "subdir": "noarch",
            "depends": ("python", "synthetic::python", "__unix", "__archspec 1 x86_64"),
        },
    ),
)

FAULTS: dict[str, tuple[Row, str, str, str]] = {
    "no such package": (
        ("foo", {"depends": ("libbar >=2",)}),
        "missing-dependency",
        "error",
        "foo 1.0 needs libbar >=2, which is not there",
    ),
    "another version": (
        ("foo", {"depends": ("numpy >=2,<3",)}),
        "broken-dependency",
        "error",
        "foo 1.0 needs numpy >=2,<3, but numpy 1.26.4 is there",
    ),
    "another build": (
        ("foo", {"depends": ("libblas * *mkl",)}),
        "broken-dependency",
        "error",
        "foo 1.0 needs libblas * *mkl, but libblas 3.9.0 20_openblas is there",
    ),
    "another channel": (
        ("foo", {"depends": ("other::six",)}),
        "broken-dependency",
        "error",
        "foo 1.0 needs other::six, but six 1.16.0 of synthetic is there",
    ),
    "constrained version": (
        ("foo", {"constrains": ("numpy >=2",)}),
        "broken-constraint",
        "error",
        "foo 1.0 goes only with numpy >=2, but numpy 1.26.4 is there",
    ),
    "constrained build": (
        ("liblapack", {"version": "3.9.0", "build": "21_mkl"}),
        "broken-constraint",
        "error",
        "libblas 3.9.0 goes only with liblapack 3.9.0 20_openblas, but liblapack 3.9.0 21_mkl is there",
    ),
    "C library too old": (
        ("foo", {"depends": ("__glibc >=2.28,<3.0.a0",)}),
        "virtual-package",
        "error",
        "foo 1.0 needs __glibc >=2.28,<3.0.a0, but the target has __glibc 2.17",
    ),
    "C library constrained": (
        ("foo", {"constrains": ("__glibc >=2.28",)}),
        "virtual-package",
        "error",
        "foo 1.0 goes only with __glibc >=2.28, but the target has __glibc 2.17",
    ),
    "other processor": (
        ("foo", {"depends": ("__archspec 1 zen4",)}),
        "virtual-package",
        "error",
        "foo 1.0 needs __archspec 1 zen4, but the target has __archspec 1 x86_64",
    ),
    "no CUDA": (
        ("foo", {"depends": ("__cuda",)}),
        "virtual-package",
        "error",
        "foo 1.0 needs __cuda, but the target has no __cuda",
    ),
    "name twice": (
        ("six", {"version": "1.17.0", "build": "1"}),
        "duplicate-package",
        "error",
        "six 1.16.0 0 and six 1.17.0 1 cannot be in one environment",
    ),
    "built for another platform": (
        ("foo", {"subdir": "osx-arm64"}),
        "wrong-platform",
        "error",
        "foo 1.0 is built for osx-arm64, not linux-64",
    ),
    "no md5": (
        ("foo", {"md5": None}),
        "no-md5",
        "error",
        "the channel states no md5 of foo-1.0-0.conda, a lock needs it",
    ),
    "no sha256": (
        ("foo", {"sha256": None}),
        "no-sha256",
        "note",
        "the channel states no sha256 of foo-1.0-0.conda",
    ),
    "unreadable": (
        ("foo", {"depends": ("six >=1 <2",)}),
        "unreadable-dependency",
        "error",
        "foo 1.0 has a dependency that cannot be read: a comma is missing before '<2' in 'six >=1 <2'",
    ),
}


def _records(record: Record, rows: tuple[Row, ...]) -> list[ChannelRecord]:
    return [record(name, **fields) for name, fields in rows]


def test_a_consistent_set_is_clean(record: Record, target: Target) -> None:
    """Globs, channels, absent constrained names and virtual packages cause no finding."""
    assert check_closure(_records(record, CONSISTENT), target) == ()


def test_nothing_is_consistent(target: Target) -> None:
    """An empty environment needs nothing."""
    assert check_closure((), target) == ()


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found(record: Record, target: Target, fault: str) -> None:
    """One more record brings exactly its own finding."""
    row, code, severity, text = FAULTS[fault]
    (finding,) = check_closure(_records(record, (*CONSISTENT, row)), target)
    culprit = "libblas" if fault == "constrained build" else row[0]
    assert finding == Finding(code=code, severity=severity, text=text, package=culprit)  # type: ignore[arg-type]


def test_every_fault_is_named_not_only_the_first(record: Record, target: Target) -> None:
    """Findings come sorted by package, then in the order of its dependencies."""
    broken = record("foo", depends=("one", "two >=2", "__cuda"), constrains=("six <1",), md5=None)
    found = check_closure([*_records(record, CONSISTENT), broken, record("bar", depends=("one",))], target)
    assert [(one.package, one.code) for one in found] == [
        ("bar", "missing-dependency"),
        ("foo", "no-md5"),
        ("foo", "missing-dependency"),
        ("foo", "missing-dependency"),
        ("foo", "virtual-package"),
        ("foo", "broken-constraint"),
    ]


@given(data=st.data())
def test_a_removed_dependency_is_always_found(record: Record, target: Target, data: st.DataObject) -> None:
    """From a random closed set, remove a record that another depends on: it is missed by each of those."""
    names = [f"p{number}" for number in range(data.draw(st.integers(2, 8)))]
    depends = {
        name: tuple(sorted(data.draw(st.sets(st.sampled_from(names[:place])))) if place else ())
        for place, name in enumerate(names)
    }
    records = [record(name, depends=tuple(f"{one} >=1,<2" for one in depends[name])) for name in names]
    assert check_closure(records, target) == ()
    removed = data.draw(st.sampled_from(names))
    found = check_closure([one for one in records if one.name != removed], target)
    users = [name for name in names if removed in depends[name]]
    assert [(one.code, one.package) for one in found] == [("missing-dependency", user) for user in users]
    assert all(f"needs {removed} >=1,<2, which is not there" in one.text for one in found)


@given(data=st.data())
def test_the_order_of_records_does_not_matter(record: Record, target: Target, data: st.DataObject) -> None:
    """Findings are the same however the solver orders its answer."""
    records = _records(record, (*CONSISTENT, *(row for row, *_ in FAULTS.values() if row[0] == "liblapack")))
    shuffled = data.draw(st.permutations(records))
    assert check_closure(shuffled, target) == check_closure(records, target)
