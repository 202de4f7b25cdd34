"""METADATA of wheels, good and bad."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.version import Version

from condasync.pypi.wheel_metadata import parse_metadata

FAULTS = Path(__file__).parent / "data" / "faults" / "wheel_metadata"
GOOD = b"""Metadata-Version: 2.1
Name: Demo_Package
Version: 1.0
Requires-Python: >=3.9
Requires-Dist: numpy>=1.20
Requires-Dist: colorama; sys_platform == "win32"
Description-Content-Type: text/markdown

Requires-Dist: not-a-header
"""


def test_the_fields_that_matter() -> None:
    """Requirements stay as written, in their order; the description is not a header."""
    read = parse_metadata(GOOD, name="demo-package", version=Version("1.0.0"))
    assert read.requires == ("numpy>=1.20", 'colorama; sys_platform == "win32"')
    assert read.requires_python == ">=3.9"


def test_extras_are_normalised() -> None:
    """What the fields provide and what markers ask about, each once."""
    text = b"Name: demo\nVersion: 1\nProvides-Extra: Fast_Math\nProvides-Extra: empty\n"
    lines = b"Requires-Dist: numpy; extra == 'fast-math'\nRequires-Dist: scipy; extra == 'More'\n"
    read = parse_metadata(text + lines, name="demo", version=Version("1"))
    assert read.extras == ("empty", "fast-math", "more")


def test_nothing_required() -> None:
    """A wheel without requirements requires nothing, of any Python."""
    read = parse_metadata(b"Name: demo\nVersion: 1\n", name="demo", version=Version("1"))
    assert (read.requires, read.requires_python, read.extras) == ((), None, ())


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("empty.txt", "METADATA states the name None"),
        ("other-name.txt", "METADATA states the name 'other', the file name 'demo'"),
        ("other-version.txt", "METADATA states the version '2.0', the file name '1.0'"),
        ("no-version.txt", "METADATA states the version None"),
        ("version-words.txt", "METADATA states the version 'one'"),
        ("requirement.txt", "Requires-Dist 'numpy >= ' is malformed"),
        ("marker.txt", "Requires-Dist 'numpy; python_version' is malformed"),
        ("secret.txt", r"Requires-Dist 'demo @ https://\*\*\*@example.org/ demo' is malformed"),
        ("requires-python.txt", "Requires-Python 'three' is malformed"),
        ("name-twice.txt", "repeats a field"),
        ("latin-1.txt", "is not UTF-8"),
    ],
)
def test_faults(file: str, told: str) -> None:
    """Each fault is told with what stands there, and without credentials."""
    with pytest.raises(ValueError, match=told) as caught:
        parse_metadata((FAULTS / file).read_bytes(), name="demo", version=Version("1.0"))
    assert "hidden" not in str(caught.value)
