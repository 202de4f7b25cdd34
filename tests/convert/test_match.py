"""Records are matched as rattler matches them, and sorted by the Python that they are for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rattler import MatchSpec, PackageRecord

from condasync.convert.match import (
    build_matches,
    fits_python,
    is_python_package,
    python_minor_of,
    record_matches,
    version_key,
)
from condasync.convert.matchspec import parse_spec, to_rattler
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec

Record = Callable[..., ChannelRecord]
RattlerRecord = Callable[..., PackageRecord]

SPECS = (
    "foo",
    "foo 1.2",
    "foo=1.2",
    "foo >=1.2,<2",
    "foo 1.*|3.0",
    "foo !=1.2.*",
    "foo * py312*",
    "foo * *_1",
    "bar",
    "foo 1.2 b+1",
)

FOR_PYTHON = {
    ("python >=3.12,<3.13.0a0", "python_abi 3.12.* *_cp312"): "3.12",
    ("python >=3.12,<3.13.0a0",): "3.12",
    ("python 3.10.*",): "3.10",
    ("python_abi 3.9.* *_cp39",): "3.9",
    ("python_abi * *_cp313",): "3.13",
    ("python_abi 3.13.* *_cp313t", "python >=3.13,<3.14.0a0"): "3.13",
    ("python >=3.9.10,<3.9.15",): "3.9",
    ("python 2.7.*",): "2.7",
    ("python >=3.9",): None,
    ("python >=3.9,<3.13", "numpy"): None,
    ("python", "python_abi"): None,
    ("pythonnet 3.0.*", "python-dateutil 2.8.*"): None,
    (): None,
}


@given(
    text=st.sampled_from(SPECS),
    version=st.sampled_from(["1.2", "1.2.0", "1.20", "2.0rc1", "3.0"]),
    build=st.sampled_from(["0", "py312_1", "b+1"]),
)
def test_matches_are_rattlers(
    record: Record, rattler_record: RattlerRecord, text: str, version: str, build: str
) -> None:
    """Name, version and build are judged as rattler judges the strict text."""
    expected = MatchSpec(to_rattler(parse_spec(text)), strict=True).matches(rattler_record("foo", version, build))
    assert record_matches(text, record("foo", version, build)) == expected
    assert record_matches(parse_spec(text), record("foo", version, build)) == expected


@pytest.mark.parametrize(
    ("channel", "answer"),
    [
        ("synthetic", True),
        ("https://example.org/synthetic", True),
        ("other", False),
        ("thetic", False),
        ("https://example.org/syn", False),
    ],
)
def test_a_channel_is_met_by_name_or_url(record: Record, channel: str, answer: bool) -> None:  # noqa: FBT001
    """A request that names its channel is not met by another channel's record."""
    assert record_matches(CondaSpec(name="foo", channel=channel), record("foo")) == answer
    by_url = record("foo", channel="https://example.org/synthetic")
    assert record_matches(CondaSpec(name="foo", channel=channel), by_url) == answer


def test_a_malformed_text_is_refused(record: Record) -> None:
    """A request that cannot be read is no answer."""
    with pytest.raises(ValueError, match="a comma is missing"):
        record_matches("foo >=1 <2", record("foo"))


@pytest.mark.parametrize(
    ("pattern", "build", "answer"),
    [
        (None, "x", True),
        ("x", "x", True),
        ("x", "xy", False),
        ("x.y", "xzy", False),
        ("*cp3*_1", "8_cp312_1", True),
        ("*", "", True),
    ],
)
def test_builds_are_globs_not_expressions(pattern: str | None, build: str, answer: bool) -> None:  # noqa: FBT001
    """Only `*` is special in a build."""
    assert build_matches(pattern, build) == answer


def test_versions_sort_as_conda_sorts_them() -> None:
    """Pre-releases before, post-releases after, numbers as numbers, zeros do not count."""
    ordered = ["0.9", "1.0a1", "1.0", "1.0.post1", "1.2", "1.10", "1!0.1"]
    assert sorted(sorted(ordered), key=version_key) == ordered
    assert version_key("1.0") == version_key("1.0.0")
    with pytest.raises(ValueError, match=r"'1\.\.2' is no conda version"):
        version_key("1..2")


@pytest.mark.parametrize(("depends", "minor"), FOR_PYTHON.items())
def test_the_python_that_a_build_is_for(record: Record, depends: tuple[str, ...], minor: str | None) -> None:
    """One admitted minor is the answer, several are none; the build then fits its own minor only."""
    build = record("foo", depends=depends)
    assert python_minor_of(build) == minor
    assert fits_python(build, "3.11") == (minor is None)
    if minor:
        assert fits_python(build, minor)


def test_python_itself_is_its_own_minor(record: Record) -> None:
    """The interpreter and its abi package belong to their version."""
    assert python_minor_of(record("python", "3.12.4", depends=("libffi >=3.4",))) == "3.12"
    assert python_minor_of(record("python_abi", "3.12", "8_cp312")) == "3.12"
    assert not fits_python(record("python", "3.12.4"), "3.11")


def test_an_unreadable_python_dependency_fits_nothing(record: Record) -> None:
    """One bad row is left out, as the engines do, and stops nothing."""
    bad = record("foo", depends=("python >=3.9 <3.12",))
    assert not fits_python(bad, "3.11")
    assert python_minor_of(bad) is None


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"noarch": "python"}, True),
        ({"noarch": "generic"}, False),
        ({"depends": ("numpy", "python >=3.9")}, True),
        ({"depends": ("python_abi 3.9.* *_cp39",)}, True),
        ({"depends": ("python",)}, True),
        ({"depends": ("python-dateutil", "pythonnet", "python_abi3 1")}, False),
        ({"depends": ("libzlib >=1",)}, False),
    ],
)
def test_python_packages_are_known_by_what_they_need(record: Record, fields: dict[str, object], answer: bool) -> None:  # noqa: FBT001
    """A C library of the same name as a Python distribution is told apart."""
    assert is_python_package(record("foo", **fields)) == answer
