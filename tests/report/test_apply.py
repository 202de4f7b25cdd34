"""What an apply says of itself."""

from __future__ import annotations

import pytest
from rich.console import Console

from condasync.model.apply import Applied
from condasync.model.plan import Change, Plan, PresentPackage
from condasync.report.apply import apply_data, apply_text, size_words

_NEW = PresentPackage(manager="conda", name="numpy", version="2.0")
_CHANGE = Change(kind="added", platform="linux-64", manager="conda", name="numpy", before=None, after=_NEW)
_DONE = Applied(prefix="/p", platform="linux-64", plan=Plan(platforms=("linux-64",), changes=(_CHANGE,)), changed=True)


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (12_345_678, "12.3 MB"), (3 * 10**12, "3000.0 GB")],
)
def test_sizes(size: int, words: str) -> None:
    """Bytes are shown in the unit that people use."""
    assert size_words(size) == words


def test_a_dry_run_says_what_is_to_be_downloaded() -> None:
    """The number of files, and their size where the servers told it."""
    planned = Applied(
        prefix="/p", platform="linux-64", plan=_DONE.plan, changed=False, to_download=("a", "b"), to_download_bytes=2000
    )
    assert _text(planned, dry_run=True).endswith(
        "/p would change: 1 added; 2 files to download (2.0 kB); nothing was touched\n"
    )
    unknown = Applied(
        prefix="/p", platform="linux-64", plan=_DONE.plan, changed=False, to_download=("a",), to_download_bytes=None
    )
    assert "1 file to download; nothing" in _text(unknown, dry_run=True)


def test_what_was_done() -> None:
    """The changes, and how much came over the network."""
    fetched = Applied(prefix="/p", platform="linux-64", plan=_DONE.plan, changed=True, downloaded=5000)
    assert "numpy" in _text(fetched)
    assert _text(fetched).endswith("/p is now what the lock says: 1 added; 5.0 kB downloaded\n")
    data = apply_data(fetched, dry_run=False)
    assert (data["counts"], data["downloaded_bytes"]) == ({"added": 1, "removed": 0, "changed": 0}, 5000)


def _text(applied: Applied, *, dry_run: bool = False) -> str:
    console = Console(width=120, color_system=None)
    with console.capture() as caught:
        console.print(apply_text(applied, dry_run=dry_run))
    return caught.get()
