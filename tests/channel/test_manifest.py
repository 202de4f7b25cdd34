"""The snapshot's manifest."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from condasync.channel.manifest import read_manifest
from condasync.channel.snapshot import snapshot_info
from condasync.errors import ChannelError

FAULTS = Path(__file__).parent / "data" / "manifest-faults"
MESSAGES = {
    "not-toml.toml": "{path}: not TOML: Invalid value (at end of document)",
    "no-source.toml": "{path}: [[source]] is missing",
    "date.toml": "{path}: date must be a date YYYY-MM-DD, not 'yesterday'",
    "subdirs.toml": "{path}: subdirs must be a list of texts, not 'noarch'",
    "sha256.toml": "{path}: source[0].sha256 must be 64 hex digits, not 'abc'",
    "version.toml": "{path}: source[0].version must be a text, not 1",
    "source-no-table.toml": "{path}: source[0] must be a table, not 3",
}


@pytest.mark.parametrize(("name", "message"), MESSAGES.items())
def test_a_fault_is_named_with_its_key(name: str, message: str) -> None:
    """Each fault of the corpus is refused with the path and the key."""
    path = FAULTS / name
    with pytest.raises(ChannelError) as caught:
        read_manifest(path.read_text(encoding="utf-8"), path=str(path))
    assert caught.value.message == message.format(path=path)


def test_every_fault_is_listed() -> None:
    """No file of the corpus is forgotten."""
    assert {path.name for path in FAULTS.iterdir()} == MESSAGES.keys()


def test_the_bundled_snapshot_is_the_one_of_its_manifest() -> None:
    """Manifest and data in the package belong together."""
    text = resources.files("condasync.channel").joinpath("data").joinpath("snapshot-manifest.toml").read_text()
    manifest = read_manifest(text, path="snapshot-manifest.toml")
    info = snapshot_info()
    assert (manifest.date, manifest.sources) == (info.date, info.sources)
    assert sorted(manifest.subdirs) == [subdir for subdir, _ in info.counts]
