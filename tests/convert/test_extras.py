"""What an extra asks for, from Requires-Dist lines alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condasync.convert.extras import extras_in, no_such_extra, requires_of_extra
from condasync.model.target import Target

TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=())
REQUIRES = (
    "click>=8",
    'numpy>=1.21; extra == "array"',
    "pandas; extra == 'Data_Frame'",
    'tomli; python_version < "3.11" and extra == "array"',
    'pywin32; sys_platform == "win32" and extra == "array"',
    'uvloop; (sys_platform != "win32") and extra == "array"',
    'numpy>=1.21; extra == "array"',
    'demo[array,data-frame]; "all" == extra',
    'typing-extensions; python_version >= "3.11"',
    'both; python_version >= "3.11" or extra == "array"',
)


def test_extras_are_named_as_in_pep_685() -> None:
    """The name may stand on either side of `==`, and is normalised."""
    assert extras_in(REQUIRES) == {"array", "data-frame", "all"}
    assert extras_in(()) == frozenset()


@pytest.mark.parametrize(
    ("extra", "names"),
    [
        ("array", ["numpy", "uvloop"]),
        ("data-frame", ["pandas"]),
        ("all", ["demo"]),
        ("nothing", []),
    ],
)
def test_only_the_lines_of_the_extra_count(extra: str, names: list[str]) -> None:
    """Markers are answered for the target; what holds without the extra is the base package's own, no line twice."""
    found = requires_of_extra(REQUIRES, TARGET, extra)
    assert [one.name for one in found] == names
    assert {one.marker for one in found} <= {None}


def test_the_lines_keep_their_own_extras() -> None:
    """`demo[all]` asks for other extras of its own package."""
    (line,) = requires_of_extra(REQUIRES, TARGET, "all")
    assert (line.name, line.extras) == ("demo", ("array", "data-frame"))


@pytest.mark.parametrize("line", ["numpy; extra == 'a", "no name at all!; extra == 'a'", "x; extra in y"])
def test_a_malformed_line_is_an_error(line: str) -> None:
    """Nothing is made of a line that is none."""
    with pytest.raises(ValueError, match="no requirement"):
        requires_of_extra((line,), TARGET, "a")


@given(st.sampled_from(["a", "b_c", "B.c", "b-C"]), st.sampled_from(["linux-64", "win-64", "osx-arm64"]))
def test_any_spelling_of_an_extra_is_one(extra: str, subdir: str) -> None:
    """However metadata spells an extra, its normalised name finds it on every platform."""
    lines = (f'numpy; extra == "{extra}"',)
    (name,) = extras_in(lines)
    target = Target(subdir=subdir, python="3.12", virtual_packages=())  # type: ignore[arg-type]
    assert [one.name for one in requires_of_extra(lines, target, name)] == ["numpy"]


def test_words_for_an_extra_that_is_none() -> None:
    """The extras that there are help to find the right one."""
    assert no_such_extra("demo 1.0", ["x", "y"], ["all", "z"]) == "demo 1.0 has no extra [x, y]; its extras are all, z"
    assert no_such_extra("demo 1.0", ["x"], []) == "demo 1.0 has no extra [x]; it has none"
