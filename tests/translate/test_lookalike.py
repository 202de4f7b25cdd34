"""Names one letter away from a popular one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condasync.model.package import PipPackage
from condasync.model.translation import Mapped, Translation, Unmapped
from condasync.seams import ChannelIndex, NameSource
from condasync.translate.lookalike import _one_apart, popular_neighbour

MakeIndex = Callable[..., ChannelIndex]
MakeTable = Callable[..., NameSource]
MakePip = Callable[..., PipPackage]
Translate = Callable[..., Translation]
LETTERS = st.text(alphabet="abc-", min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("name", "popular"),
    [
        ("reqeusts", "requests"),
        ("request", "requests"),
        ("numpyy", "numpy"),
        ("nunpy", "numpy"),
        ("urlib3", "urllib3"),
        ("scikit-learm", "scikit-learn"),
        ("numpy", None),
        ("tomli", None),
        ("toml", None),
        ("nump", None),
        ("requessts2", None),
    ],
)
def test_one_letter_added_lost_changed_or_swapped(name: str, popular: str | None) -> None:
    """Popular names themselves, short names and names two edits away are no lookalikes."""
    assert popular_neighbour(name) == popular


@given(LETTERS, st.integers(min_value=0, max_value=7), st.sampled_from("abc-"))
def test_every_single_edit_is_one_apart(name: str, at: int, letter: str) -> None:
    """Adding, losing, changing and swapping at any place are found, in both directions."""
    at %= len(name)
    swapped = name[:at] + name[at : at + 2][::-1] + name[at + 2 :]
    for other in (
        name[:at] + letter + name[at:],
        name[:at] + name[at + 1 :],
        name[:at] + letter + name[at + 1 :],
        swapped,
    ):
        if other != name:
            assert _one_apart(name, other)
            assert _one_apart(other, name)


def test_a_lookalike_that_no_table_knows_is_flagged(
    make_pip: MakePip, make_index: MakeIndex, translated: Translate
) -> None:
    """It stays unmapped, and a warning asks whether it was meant."""
    result = translated(make_pip("reqeusts", "==1.0"), index=make_index("requests"))
    (outcome,) = result.outcomes
    assert isinstance(outcome, Unmapped)
    (finding,) = result.findings
    assert (finding.code, finding.severity, finding.where) == ("lookalike", "warning", "requirements.txt:1")
    assert "one letter away from requests" in finding.text


def test_a_name_that_a_table_knows_is_established(
    make_pip: MakePip, make_index: MakeIndex, make_table: MakeTable, translated: Translate
) -> None:
    """A table's row, or a package of that name on the channel, makes it a name of its own."""
    table = make_table({"request": ("request",)})
    for names in ((table,), ()):
        result = translated(make_pip("request", version="1.0"), index=make_index("request"), names=names)
        assert isinstance(result.outcomes[0], Mapped)
        assert "lookalike" not in {finding.code for finding in result.findings}
