"""The same-name traps against real records of conda-forge: those of the bundled snapshot, more in a large channel."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from condasync.channel.index import SparseIndex
from condasync.channel.location import resolve_channel
from condasync.channel.open_channels import OpenChannels
from condasync.channel.snapshot import bundled_snapshot
from condasync.pypi.names_grayskull import GrayskullNames
from condasync.pypi.names_reviewed import ReviewedNames
from condasync.seams import ChannelIndex
from condasync.translate.lookup import look_up
from condasync.translate.same_name import SameName
from condasync.translate.shelf import Shelf

CHANNEL = Path(os.environ.get("CONDASYNC_TEST_CHANNEL", Path(__file__).parents[3] / "shared" / "channel"))


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> SparseIndex:
    """Return the bundled snapshot's index for linux-64."""
    _, files = bundled_snapshot(tmp_path_factory.mktemp("snapshot"))
    return SparseIndex([files["linux-64"], files["noarch"]])


@pytest.fixture(scope="module")
def channel(tmp_path_factory: pytest.TempPathFactory) -> SparseIndex:
    """Return the large channel's index for linux-64."""
    channels = resolve_channel(str(CHANNEL), alias="https://example.org")
    opened = OpenChannels(channels, cache_dir=tmp_path_factory.mktemp("cache"), offline=True)
    return opened.index("linux-64")


def taken(pypi_name: str, index: ChannelIndex) -> tuple[str, ...] | str:
    """Return the conda names that stand for a PyPI name, else the code of the reason."""
    shelf = Shelf(index)
    found = look_up(pypi_name, (ReviewedNames(), GrayskullNames(), SameName(shelf=shelf)), shelf)
    return found.candidate.conda_names if found.candidate else found.reason.code


@pytest.mark.parametrize(
    ("pypi_name", "expected"),
    [
        ("brotli", ("brotli-python",)),
        ("tzdata", ("python-tzdata",)),
        ("mkl", ("mkl",)),
        ("tbb", ("tbb",)),
        ("yaml", "not-a-python-package"),
        ("pandoc", "not-a-python-package"),
        ("snappy", "not-a-python-package"),
        ("expat", "not-a-python-package"),
        ("sqlite", "not-a-python-package"),
        ("tk", "not-a-python-package"),
        ("icu", "not-a-python-package"),
        ("zstd", "not-on-channel"),
        ("xxhash", ("python-xxhash",)),
        ("graphviz", ("python-graphviz",)),
    ],
)
def test_libraries_of_the_snapshot(pypi_name: str, expected: tuple[str, ...] | str, snapshot: SparseIndex) -> None:
    """The library is there under the very name, and is taken only where a person has said that it is the same."""
    assert snapshot.records(pypi_name)
    assert taken(pypi_name, snapshot) == expected


@pytest.mark.parametrize("pypi_name", ["numpy", "pandas", "dask", "pyyaml", "certifi", "typing-extensions"])
def test_python_packages_of_the_snapshot(pypi_name: str, snapshot: SparseIndex) -> None:
    """The check that keeps libraries out lets Python packages in."""
    assert isinstance(taken(pypi_name, snapshot), tuple)


@pytest.mark.channel
@pytest.mark.skipif(not CHANNEL.is_dir(), reason="no large channel: CONDASYNC_TEST_CHANNEL is not set")
@pytest.mark.parametrize(
    ("pypi_name", "expected"),
    [
        ("brotli", ("brotli-python",)),
        ("ninja", ("ninja",)),
        ("jq", "not-on-channel"),
        ("metis", "not-on-channel"),
        ("ffmpeg", "another-project"),
        ("yaml", "not-a-python-package"),
        ("graphviz", ("python-graphviz",)),
        ("uv", ("uv",)),
        ("faiss-cpu", ("faiss-cpu",)),
        ("h3", ("h3-py",)),
        ("igraph", ("python-igraph",)),
        ("libclang", "not-a-python-package"),
        ("lz4", ("lz4",)),
    ],
)
def test_libraries_of_a_large_channel(pypi_name: str, expected: tuple[str, ...] | str, channel: SparseIndex) -> None:
    """The same with the channel that holds more of the traps."""
    assert channel.records(pypi_name)
    assert taken(pypi_name, channel) == expected
