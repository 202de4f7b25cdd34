"""Repodata rows to records and back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condasync.channel.rattler_record import rattler_record
from condasync.channel.record import channel_url, record_from_row, row_from_record
from condasync.model.record import ChannelRecord

NUMPY: dict[str, Any] = {
    "build": "py311h64a7726_0",
    "build_number": 0,
    "constrains": ["numpy-base <0a0"],
    "depends": ["libblas >=3.9.0,<4.0a0", "python >=3.11,<3.12.0a0"],
    "license": "BSD-3-Clause",
    "name": "numpy",
    "noarch": "python",
    "purls": ["pkg:pypi/numpy"],
    "python_site_packages_path": "lib/python3.13t/site-packages",
    "md5": "a" * 32,
    "sha256": "b" * 64,
    "size": 8065890,
    "subdir": "linux-64",
    "timestamp": 1707225380409,
    "track_features": "one two",
    "version": "1.26.4",
}


def read(row: dict[str, Any]) -> ChannelRecord:
    """Read a row as a record of a channel on example.org."""
    file_name = "numpy-1.26.4-py311h64a7726_0.conda"
    return record_from_row(
        row,
        channel="one",
        url=f"https://example.org/one/linux-64/{file_name}",
        file_name=file_name,
        subdir="linux-64",
    )


def test_every_field_of_a_row_arrives_and_unknown_ones_do_not_hurt() -> None:
    """A full row with fields of other tools becomes a record with every field of ours."""
    record = read({**NUMPY, "arch": None, "legacy_bz2_md5": "x", "flags": {"a": 1}})
    assert record.depends == ("libblas >=3.9.0,<4.0a0", "python >=3.11,<3.12.0a0")
    assert record.track_features == ("one", "two")
    assert record.timestamp == 1707225380409
    assert row_from_record(record) == {
        **NUMPY,
        "fn": "numpy-1.26.4-py311h64a7726_0.conda",
        "url": "https://example.org/one/linux-64/numpy-1.26.4-py311h64a7726_0.conda",
        "channel": "https://example.org/one/",
    }


def test_a_row_makes_a_rattler_record_with_the_same_facts() -> None:
    """A solver's child gets rows as JSON: rattler's record of a row states the row again (all but purls)."""
    row = row_from_record(read(NUMPY))
    found = json.loads(rattler_record(json.loads(json.dumps(row))).to_json())
    extra = {"arch", "platform"}
    assert {key: value for key, value in found.items() if key not in extra} == {
        key: value for key, value in row.items() if key != "purls"
    }


def test_a_bare_row_makes_a_rattler_record_too() -> None:
    """A record without hashes, size and time is accepted by rattler as well."""
    bare = {key: NUMPY[key] for key in ("name", "version", "build", "build_number")}
    assert rattler_record(row_from_record(read(bare))).name.normalized == "numpy"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", 3, "name: a text is needed, not 3"),
        ("name", "", "name: a text is needed, not ''"),
        ("version", None, "version: a text is needed, not None"),
        ("build", 0, "build: a text is needed, not 0"),
        ("build_number", "0", "build_number: a whole number is needed, not '0'"),
        ("build_number", True, "build_number: a whole number is needed, not True"),
        ("size", -1, "size: a whole number is needed, not -1"),
        ("depends", "python", "depends: a list of texts is needed, not 'python'"),
        ("depends", [3], "depends: a list of texts is needed, 3 is in it"),
        ("constrains", {}, "constrains: a list of texts is needed, not {}"),
        ("md5", 1, "md5: a text is needed, not 1"),
        ("timestamp", 1.5, "timestamp: a whole number is needed, not 1.5"),
        ("noarch", 1, "noarch: a text is needed, not 1"),
    ],
)
def test_a_wrong_type_is_named(field: str, value: object, message: str) -> None:
    """A row with one wrong field is refused with a message that names the field."""
    with pytest.raises(ValueError, match="needed") as caught:
        read({**NUMPY, field: value})
    assert str(caught.value) == message


@pytest.mark.parametrize(("value", "expected"), [(None, None), (False, None), (True, "generic"), ("python", "python")])
def test_noarch_in_its_old_and_new_forms(value: object, expected: str | None) -> None:
    """`noarch: true` is what old records say for generic."""
    assert read({**NUMPY, "noarch": value}).noarch == expected


def test_a_timestamp_in_seconds_becomes_milliseconds() -> None:
    """Old records count seconds; a record of ours counts milliseconds."""
    assert read({**NUMPY, "timestamp": 1578324546}).timestamp == 1578324546000


def test_the_channel_of_a_url_that_does_not_end_in_its_subdir() -> None:
    """A record with a URL of another layout names the folder of the file as its channel."""
    record = record_from_row(
        NUMPY, channel="one", url="https://example.org/files/x.conda", file_name="x.conda", subdir="noarch"
    )
    assert channel_url(record) == "https://example.org/files/"


_texts = st.lists(st.text(min_size=1, max_size=8), max_size=3)


@given(
    st.fixed_dictionaries(
        {"name": st.text(min_size=1), "version": st.text(min_size=1), "build": st.text(min_size=1)},
        optional={
            "build_number": st.integers(min_value=0),
            "depends": _texts,
            "constrains": _texts,
            "size": st.integers(min_value=0),
            "timestamp": st.integers(min_value=1_000_000_000),  # 2001 in seconds; no package is older
            "md5": st.text(),
            "noarch": st.booleans() | st.sampled_from(["python", "generic"]),
        },
    )
)
def test_a_record_survives_being_a_row(row: dict[str, Any]) -> None:
    """Law: the record of a record's row is the record."""
    record = read(row)
    assert read(row_from_record(record)) == record
