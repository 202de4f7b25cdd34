"""Whether a locked version meets a request."""

from __future__ import annotations

import pytest

from condasync.lock.unmet import is_met


@pytest.mark.parametrize(
    ("manager", "wanted", "version", "expected"),
    [
        ("conda", ">=2", "1.5", False),
        ("conda", "1.5.*", "1.5.3", True),
        ("conda", "1.5", "1.5", True),
        ("conda", ">=1|==0.9", "0.9", True),
        ("conda", "*", "1", True),
        ("pip", ">=2", "1.5", False),
        ("pip", "~=1.4", "1.5", True),
        ("pip", ">=1", "2.0rc1", True),
    ],
)
def test_is_met(manager: str, wanted: str, version: str, *, expected: bool) -> None:
    """Constraints mean what conda and pip mean by them."""
    assert is_met(manager, wanted, version) is expected


@pytest.mark.parametrize(
    ("manager", "wanted", "version"), [("conda", "1.2", "???"), ("pip", "???", "1"), ("pip", ">=1", "x y")]
)
def test_what_cannot_be_read_counts_as_met(manager: str, wanted: str, version: str) -> None:
    """Nothing is told about it, for nothing is known."""
    assert is_met(manager, wanted, version)
