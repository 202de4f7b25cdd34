"""The channels of a run: `bundled`, offline, and what is told of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.channel.location import resolve_channel
from condasync.channel.open_channels import OpenChannels
from condasync.errors import ChannelError


@pytest.mark.parametrize(("text", "offline"), [("bundled", False), ("bundled", True), ("conda-forge", True)])
def test_the_snapshot_serves(tmp_path: Path, text: str, *, offline: bool) -> None:
    """`bundled` needs no server; offline, conda-forge is the same snapshot. Either way a finding says so."""
    opened = OpenChannels(resolve_channel(text), cache_dir=tmp_path, offline=offline)
    records = opened.index("linux-64").records("numpy")
    assert {record.channel for record in records} == {"conda-forge"}
    assert all(record.url.startswith("https://conda.anaconda.org/conda-forge/linux-64/") for record in records)
    (finding,) = opened.findings
    code = "bundled" if text == "bundled" else "offline"
    assert (finding.code, finding.severity) == (code, "note")
    assert finding.text.startswith(f"{code}: conda-forge is the bundled snapshot of 20")


def test_bundled_beside_a_folder(tmp_path: Path) -> None:
    """The snapshot may stand below a channel of one's own."""
    for subdir in ("noarch", "linux-64"):
        (tmp_path / "own" / subdir).mkdir(parents=True)
        (tmp_path / "own" / subdir / "repodata.json").write_text('{"packages": {}, "packages.conda": {}}')
    channels = resolve_channel(str(tmp_path / "own")) + resolve_channel("bundled")
    index = OpenChannels(channels, cache_dir=tmp_path).index("linux-64")
    names = [file.channel.name for file in index.repodata]
    assert names == [channels[0].name] * 2 + ["conda-forge"] * 2
    assert index.records("numpy")


def test_a_platform_that_no_channel_has(tmp_path: Path) -> None:
    """A solve for it would say of every single package that it is missing; a lock's rows can still be looked up."""
    (tmp_path / "own" / "noarch").mkdir(parents=True)
    (tmp_path / "own" / "noarch" / "repodata.json").write_text('{"packages": {}, "packages.conda": {}}')
    opened = OpenChannels(resolve_channel(str(tmp_path / "own")), cache_dir=tmp_path)
    with pytest.raises(ChannelError, match="own: no packages for win-64"):
        opened.target_index("win-64")
    assert [file.subdir for file in opened.index("win-64").repodata] == ["noarch"]


def test_a_platform_that_the_snapshot_lacks(tmp_path: Path) -> None:
    """The error says what it holds and how to do without it."""
    opened = OpenChannels(resolve_channel("bundled"), cache_dir=tmp_path)
    with pytest.raises(ChannelError, match="the bundled snapshot has no packages for win-64") as caught:
        opened.index("win-64")
    assert caught.value.hints[1] == "leave out --offline and `-c bundled`, or name a channel folder: -c DIR"
