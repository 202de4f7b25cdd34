"""Which conda package is the home of a distribution, and faults of the mapping."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from condasync.errors import NamesError
from condasync.pypi.holders import Holders, read_holders

HELD = {
    "six": ("six",),
    "bleach": ("bleach", "six", "webencodings"),
    "pytorch": ("torch",),
    "pytorch-cpu": ("torch",),
    "ambertools": ("parmed", "pytraj"),
    "parmed": ("parmed",),
    "matplotlib-base": ("matplotlib",),
    "matplotlib": ("matplotlib",),
    "brotli": (),
    "brotli-python": ("brotli",),
    "docker": (),
    "airflow": ("apache-airflow",),
}


@pytest.mark.parametrize(
    ("pypi_name", "homes"),
    [
        ("six", ("six",)),
        ("torch", ("pytorch", "pytorch-cpu")),
        ("parmed", ("parmed",)),
        ("pytraj", ("ambertools",)),
        ("webencodings", ()),
        ("matplotlib", ("matplotlib", "matplotlib-base")),
        ("brotli", ("brotli-python",)),
        ("docker", ()),
        ("unheard-of", ()),
    ],
)
def test_what_only_vendors_a_distribution_is_no_home(pypi_name: str, homes: tuple[str, ...]) -> None:
    """`bleach` holds webencodings and is no home of it; a package of several is one where nothing else is."""
    assert Holders(HELD).homes(pypi_name) == homes


@pytest.mark.parametrize(
    ("pypi_name", "denial"),
    [
        ("docker", "docker holds no Python distribution"),
        ("airflow", "airflow holds apache-airflow"),
        ("six", None),
        ("unheard-of", None),
    ],
)
def test_a_namesake_of_other_content_is_denied(pypi_name: str, denial: str | None) -> None:
    """The mapping knows what a package of the same name holds instead."""
    assert Holders(HELD).denial(pypi_name) == denial


def test_the_three_forms_of_a_row(tmp_path: Path) -> None:
    """A row is one name, several, or null; names are normalised, rows without sense left out."""
    path = tmp_path / "table.json"
    rows = {"a": "Py_A", "b": ["one", "Two.Two", "unknown"], "c": None, "d": 3, "e": ["x", 7], "No Name": "f", "g": "-"}
    path.write_text(json.dumps(rows), encoding="utf-8")
    holders = read_holders(path)
    assert len(holders) == 3
    assert [holders.homes(name) for name in ("py-a", "one", "two-two", "unknown")] == [("a",), ("b",), ("b",), ()]
    assert holders.denial("c") == "c holds no Python distribution"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "cannot be read: Expecting value"),
        ("<html>", "cannot be read: Expecting value"),
        ("[1, 2]", "an object with one row per conda package is wanted"),
        ("{}", "an object with one row per conda package is wanted"),
        ('{"a": 1}', "an object with one row per conda package is wanted"),
        ('{"a": "b"', "cannot be read: Expecting"),
        ("[" * 100_000, "cannot be read: maximum recursion"),
        ('{"\\ud800": "b"}', "an object with one row per conda package is wanted"),
    ],
)
def test_what_is_no_such_table_is_told_with_its_place(text: str, fault: str, tmp_path: Path) -> None:
    """Each fault names the file and what is wrong with it."""
    path = tmp_path / "table.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NamesError) as caught:
        read_holders(path)
    assert caught.value.message.startswith(f"{path}: ")
    assert fault in caught.value.message
