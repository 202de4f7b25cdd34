"""Every reader does with a lock what docs/consumers.md says of it."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "consumers.md").read_text(encoding="utf-8")


def generator() -> ModuleType:
    """Return docs/consumers.py as a module; what lies beside it is found as when it runs."""
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        return importlib.import_module("consumers")
    finally:
        sys.path.remove(str(ROOT / "docs"))


CONSUMERS = generator()
NEVER_TRIED = {"`micromamba create --file`"}  # the page says why


@pytest.mark.parametrize("reader", CONSUMERS.READERS, ids=lambda reader: f"{reader.name} {reader.file}")
def test_a_reader_does_what_the_page_says(reader: object, tmp_path: Path) -> None:
    """The reader itself gets the file; it is skipped where it is not installed."""
    name, file = getattr(reader, "name", ""), getattr(reader, "file", "")
    try:
        did, wheels = CONSUMERS.row_of(reader, tmp_path)
    except CONSUMERS.SkippedError as missing:
        pytest.skip(f"{missing} is not installed")
    found = re.search(rf"^\| {re.escape(name)} \| [^|]+ \| {re.escape(file)} \| (.*) \| (.*) \|$", PAGE, re.MULTILINE)
    assert (did, wheels) == found.groups() if found else name in NEVER_TRIED


def test_the_page_has_every_reader_and_nothing_untried() -> None:
    """It was made with every reader installed that is to be had from a package index, and with conda."""
    assert PAGE.startswith(CONSUMERS.HEADER)
    assert PAGE.endswith(CONSUMERS.FOOTER)
    assert "| - |" not in PAGE
    tried = [reader for reader in CONSUMERS.READERS if reader.name not in NEVER_TRIED]
    assert len(re.findall(r"^\| .* \| .* \| .* \| .* \| .* \|$", PAGE, re.MULTILINE)) == len(tried) + 1
