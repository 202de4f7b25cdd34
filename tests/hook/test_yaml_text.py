"""Values as YAML."""

from __future__ import annotations

import io
from typing import Any

import yaml  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from condasync.hook.yaml_text import yaml_text

_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"), max_size=30)
_VALUES = st.recursive(
    _TEXTS | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(_VALUES)
def test_what_is_written_is_read(value: Any) -> None:
    """Any text comes back as it was, quotes, newlines and colons included."""
    assert yaml.safe_load(yaml_text(value)) == value


def test_readers_of_both_versions_see_texts() -> None:
    """Texts that look like numbers, dates and truth values stay texts in YAML 1.1 and 1.2."""
    words = ["1e5", "0x1f", "12:30:00", "on", "yes", "2026-01-01", "null", "~", "1_000", "0o17", "=", "12e34"]
    text = yaml_text({"words": words})
    assert yaml.safe_load(text) == {"words": words}
    assert YAML(typ="safe", pure=True).load(io.StringIO(text)) == {"words": words}


def test_documents_and_long_texts_are_readable() -> None:
    """Several documents stand behind each other, a text of lines stands as lines, equal values are written out."""
    same = {"a": "b"}
    text = yaml_text({"x": same, "y": same}, {"text": "one\ntwo\n"})
    assert text == "x:\n  a: b\ny:\n  a: b\n---\ntext: |\n  one\n  two\n"
