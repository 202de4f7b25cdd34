"""Channel names are what a person writes, and carry no credential."""

from __future__ import annotations

import pytest

from condasync.capture.prefixes.conda_channel import channel_name, channels_of
from condasync.model.record import ChannelRecord

_FORGE = "https://conda.anaconda.org/conda-forge"


@pytest.mark.parametrize(
    ("stated", "url", "expected"),
    [
        (f"{_FORGE}/linux-64", "", "conda-forge"),
        (f"{_FORGE}/noarch", "", "conda-forge"),
        (f"{_FORGE}/", "", "conda-forge"),
        ("https://conda.anaconda.org/t/SECRET/mine/linux-64", "", "mine"),
        ("https://conda.anaconda.org/conda-forge/label/dev/linux-64", "", "conda-forge/label/dev"),
        ("https://repo.anaconda.com/pkgs/main/linux-64", "", "pkgs/main"),
        ("pkgs/main", "", "pkgs/main"),
        ("defaults", "", "defaults"),
        ("conda-forge/linux-64", "", "conda-forge"),
        ("", f"{_FORGE}/linux-64/a-1-0.conda", "conda-forge"),
        ("<unknown>", "file:///channels/mine/noarch/a-1-0.conda", "file:///channels/mine"),
        ("https://me:pw@example.org/private/linux-64", "", "https://example.org/private"),
        ("https://example.org/pkgs/main/linux-64", "", "https://example.org/pkgs/main"),
        ("http://[broken", "", "***"),
        ("", "", ""),
    ],
)
def test_each_form_of_a_channel(stated: str, url: str, expected: str) -> None:
    """Proves how each way of naming a channel in conda-meta is read."""
    assert expected == channel_name(stated, url, "linux-64")


def test_channels_are_ordered_by_their_records() -> None:
    """Proves that the main channel comes first, equal ones by name, and unknown ones not at all."""
    records = [
        ChannelRecord(
            name=str(number),
            version="1",
            build="0",
            build_number=0,
            subdir="noarch",
            file_name="",
            channel=channel,
            url="",
        )
        for number, channel in enumerate(["b", "conda-forge", "a", "conda-forge", ""])
    ]
    assert channels_of(records) == ("conda-forge", "a", "b")
