"""A scalar is read back as the same string by every reader."""

from __future__ import annotations

import pytest
import yaml  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from condasync.lock.yaml_scalar import scalar

characters = st.text(st.sampled_from("019abexXnyN_.:-+=~<>|&*!%@`'\"#,?[]{} \t\n\\oOfF"), max_size=8)


@given(text=characters | st.text(max_size=20))
def test_both_yaml_versions_read_the_string_back(text: str) -> None:
    """As a value, a list item and a key: YAML 1.1 (PyYAML, both loaders) and YAML 1.2 (ruamel) give the text back."""
    document = f"value: {scalar(text)}\nitems:\n- {scalar(text)}\nkeys:\n  {scalar(text)}: 1\n"
    expected = {"value": text, "items": [text], "keys": {text: 1}}
    assert yaml.safe_load(document) == expected
    assert YAML(typ="safe", pure=True).load(document) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("numpy", "numpy"),
        ("3.11.9", "3.11.9"),
        ("2023c", "2023c"),
        ("<2", "<2"),
        ("https://example.org/a/linux-64/b-1.0-h1_0.conda", "https://example.org/a/linux-64/b-1.0-h1_0.conda"),
        ("1.10", "'1.10'"),
        ("1e3", "'1e3'"),
        (">=1.2,<2.0a0", "'>=1.2,<2.0a0'"),
        ("yes", "'yes'"),
        ("it's", "it's"),
        ("'", "''''"),
        ("a\nb", '"a\\nb"'),
    ],
)
def test_quotes_stand_only_where_they_are_needed(text: str, expected: str) -> None:
    """What a person would write plain is plain."""
    assert scalar(text) == expected


@given(text=st.from_regex(r"[a-z0-9_.+!*<>=,|~-]{1,14}", fullmatch=True))
def test_plain_as_often_as_conda_lock_writes_plain(text: str) -> None:
    """What conda-lock quotes is quoted alike; more is quoted only where YAML 1.2 would read a number."""
    theirs = yaml.safe_dump([text], width=1000)[2:-1]
    assert scalar(text) in {theirs, f"'{text}'"}
