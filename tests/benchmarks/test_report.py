"""The benchmarks' page and tables render; nothing is measured here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = """
from tests.benchmarks.report import Row, Section, at_most, markdown, plain
rows = (at_most("ours / theirs", 2.0, 1.5, 1.75), at_most("slow / theirs", 2.0, 2.5), Row(what="peak", measured="1 MB"))
ran = Section(title="One", about="How.", command="condasync export", rows=rows, notes=("a note",))
skipped = Section(title="Two", about="How.", skipped="no such program")
print(markdown((ran, skipped), (("date", "2026-01-01"),)).partition("- date")[2])
print(plain(ran))
print(plain(skipped))
"""
EXPECTED = """\
: 2026-01-01

## One

How.

    condasync export

| compared | measured | wanted | met |
|---|---|---|---|
| ours / theirs | 1.50x (CPU 1.75x) | at most 2x | yes |
| slow / theirs | 2.50x | at most 2x | **no** |
| peak | 1 MB |  |  |

- a note

## Two

How.

Not run: no such program

One
  ours / theirs  1.50x (CPU 1.75x)         at most 2x            yes
  slow / theirs  2.50x                     at most 2x            no
  peak           1 MB
  a note
Two
  not run: no such program
"""


def python(*words: str) -> str:
    """Return what a Python process writes that runs in the checkout."""
    done = subprocess.run((sys.executable, *words), cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def test_page_and_tables_say_what_was_met_and_what_was_not_run() -> None:
    """Prove the whole text for figures that are met, missed, without a promise, and for a benchmark that cannot run."""
    assert python("-c", PAGE) == EXPECTED


def test_run_py_lists_modules_that_can_run() -> None:
    """Prove that each listed name is a module with a `run`."""
    modules = {path.stem for path in Path(__file__).parent.glob("*.py") if "\ndef run(" in path.read_text()}
    listed = set(python("tests/benchmarks/run.py", "--list").split())
    assert listed
    assert listed <= modules
