"""Requirements are read as pip reads them and filtered for a target."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from condasync.convert.requirement import normalise, parse_requirement, requires_for
from condasync.convert.virtual_packages import default_virtual_packages
from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.model.url import Url

TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=default_virtual_packages("linux-64"))
OLD = 'python_version < "3.11"'
WHEEL = Url("https://example.org/x.whl")


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]", fullmatch=True))
def test_names_are_normalised_as_packaging_does(name: str) -> None:
    """Our one-line normalisation is PEP 503's, and doing it twice changes nothing."""
    assert normalise(name) == canonicalize_name(name)
    assert normalise(normalise(name)) == normalise(name)


@pytest.mark.parametrize(
    ("text", "requirement"),
    [
        ("Ruamel.Yaml", PipRequirement(name="Ruamel.Yaml")),
        ("numpy >=1.24, <2", PipRequirement(name="numpy", specifier="<2,>=1.24")),
        ("pytz (>=2020.1)", PipRequirement(name="pytz", specifier=">=2020.1")),
        ("dask[b,a]==2024.1", PipRequirement(name="dask", specifier="==2024.1", extras=("a", "b"))),
        ("tomli>=2; python_version < '3.11'", PipRequirement(name="tomli", specifier=">=2", marker=OLD)),
        (
            "x @ https://example.org/x.whl ; os_name=='nt'",
            PipRequirement(name="x", url=WHEEL, marker='os_name == "nt"'),
        ),
    ],
)
def test_a_requirement_has_its_fields(text: str, requirement: PipRequirement) -> None:
    """Each part of a PEP 508 text lands in its field."""
    assert parse_requirement(text) == requirement


def test_where_is_kept() -> None:
    """The value remembers its file and line."""
    assert parse_requirement("numpy", where="requirements.txt:3").where == "requirements.txt:3"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "r.txt:1: '' is no requirement: Expected package name at the start of dependency specifier"),
        ("numpy==", "r.txt:1: 'numpy==' is no requirement: "),
        ("numpy=1.2", "r.txt:1: 'numpy=1.2' is no requirement: "),
        ("numpy >= 1.*", "r.txt:1: 'numpy >= 1.*' is no requirement: "),
        ("numpy; platform=='x'", "r.txt:1: \"numpy; platform=='x'\" is no requirement: "),
        ("x @ https://me:pw@example.org/a b", "r.txt:1: 'x @ https://***@example.org/a b' is no requirement: "),
    ],
)
def test_a_malformed_requirement_says_where(text: str, message: str) -> None:
    """The message starts with the place, shows the text without credentials and is one line."""
    with pytest.raises(ValueError, match="is no requirement") as caught:
        parse_requirement(text, where="r.txt:1")
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
    assert "pw" not in str(caught.value)


def test_requires_for_a_target() -> None:
    """Lines of other platforms and unasked extras fall away; what is left carries no marker."""
    requires = (
        "numpy>=1.21",
        "colorama; sys_platform == 'win32'",
        "tomli; python_version < '3.11'",
        "pytest>=7; extra == 'test'",
        "sphinx; extra == 'docs'",
    )
    wanted = requires_for(requires, TARGET, {"test"})
    assert wanted == (PipRequirement(name="numpy", specifier=">=1.21"), PipRequirement(name="pytest", specifier=">=7"))
    assert [one.name for one in requires_for(requires, TARGET, ())] == ["numpy"]


def test_requires_for_refuses_a_malformed_line() -> None:
    """Nothing is skipped in silence."""
    with pytest.raises(ValueError, match="'numpy >dev' is no requirement"):
        requires_for(("numpy >dev",), TARGET, ())
