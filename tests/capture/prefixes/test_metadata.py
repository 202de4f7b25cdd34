"""The header reader agrees with the standard library, and survives what is no metadata."""

from __future__ import annotations

import importlib.metadata
from email import message_from_string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condasync.capture.prefixes.metadata import CoreMetadata, read_core_metadata, requires_of_egg

_FAULTS = Path(__file__).parent / "data" / "faults" / "metadata"
_VALUES = st.text(st.characters(exclude_categories=("C", "Z")) | st.just(" "), max_size=12)
_LINES = st.one_of(
    st.builds(
        "{}:{}{}".format,
        st.sampled_from(["Name", "name", "VERSION", "Requires-Dist", "Requires-Python", "Provides-Extra", "L", ""]),
        st.sampled_from(["", " ", "  \t"]),
        _VALUES,
    ),
    st.builds(" {}".format, _VALUES),
    st.sampled_from(["\tfolded", "no header", "Two Words: x", " ", "", "Ünder: x"]),
)


@given(st.lists(_LINES, max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_the_fields_are_those_of_the_email_parser(lines: list[str], end: str) -> None:
    """Proves that the fast reader finds what `email.parser`, hence importlib.metadata, finds."""
    message = message_from_string("\n".join(lines))
    expected = {
        key: [text for value in message.get_all(key, []) if (text := " ".join(str(value).split()))]
        for key in ("Name", "Version", "Requires-Dist", "Requires-Python", "Provides-Extra")
    }
    first = message.get("Name")
    got = read_core_metadata(end.join(lines).encode())
    assert expected["Requires-Dist"] == [" ".join(line.split()) for line in got.requires]
    assert expected["Provides-Extra"] == [" ".join(value.split()) for value in got.extras]
    assert (" ".join(first.split()) or None if first is not None else None) == (got.name and " ".join(got.name.split()))


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_fail(raw: bytes) -> None:
    """Proves that any file gives a value, however broken it is."""
    assert isinstance(read_core_metadata(raw), CoreMetadata)


def test_the_description_is_not_taken_for_headers() -> None:
    """Proves that reading ends at the first empty line."""
    raw = b"Name: a\r\nVersion: 1\r\n\r\nName: b\r\nRequires-Dist: c\r\n"
    assert read_core_metadata(raw) == CoreMetadata(name="a", version="1", requires=(), requires_python=None)


def test_a_folded_requirement_is_one_line() -> None:
    """Proves that continuation lines are joined."""
    raw = b"Name: a\nVersion: 1\nRequires-Dist: b\n        >=2\nRequires-Python: >=3.8\n"
    got = read_core_metadata(raw)
    assert (got.requires, got.requires_python) == (("b >=2",), ">=3.8")


@pytest.mark.parametrize(
    ("file", "name", "version", "undecodable"),
    [
        ("byte-order-mark.txt", "marked", "1.0", False),
        ("empty.txt", None, None, False),
        ("empty-name.txt", None, "1.0", False),
        ("latin-1.txt", "g\ufffdnter", "1.0", True),
        ("no-version.txt", "unversioned", None, False),
        ("not-metadata.txt", None, None, False),
        ("starts-with-empty-line.txt", None, None, False),
    ],
)
def test_faults(file: str, name: str | None, version: str | None, undecodable: bool) -> None:  # noqa: FBT001
    """Proves what is read from each broken file."""
    got = read_core_metadata((_FAULTS / file).read_bytes())
    assert (name, version, undecodable) == (got.name, got.version, got.undecodable)


def test_requires_txt_is_read_as_importlib_metadata_reads_it(tmp_path: Path) -> None:
    """Proves that sections of an egg-info become the markers that the standard library makes of them."""
    text = 'six>=1\n\n[test]\npytest\n\n[:python_version < "3"]\nenum34\n\n[fast:os_name == "posix"]\nuvloop\n'
    egg = tmp_path / "old-1.0.egg-info"
    egg.mkdir()
    (egg / "PKG-INFO").write_text("Name: old\nVersion: 1.0\n")
    (egg / "requires.txt").write_text(text)
    (distribution,) = importlib.metadata.distributions(path=[str(tmp_path)])
    expected = [line.replace(" ", "") for line in distribution.requires or ()]
    assert expected == [line.replace(" ", "") for line in requires_of_egg(text)]
