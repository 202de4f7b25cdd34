"""The environment file for Coiled."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from condasync.errors import UsageError
from condasync.hook.coiled import coiled
from condasync.hook.launch import read_launch
from tests.hook.conftest import WORKER, row, synthetic_lock, write_lock

_WHEEL = "https://example.org/synthetic/tiny-1.0-py3-none-any.whl"


def test_every_package_is_pinned(tmp_path: Path) -> None:
    """A conda environment file with channels, exact versions and builds, and wheels by version."""
    lock = synthetic_lock(
        *WORKER, row("tiny", "1.0", url=_WHEEL, manager="pip"), channels=("conda-forge", "./condasync-channel")
    )
    write_lock(tmp_path, lock)
    text = coiled(read_launch(tmp_path, name="my-env"))
    assert text.startswith("#   coiled env create --name my-env --conda THIS-FILE\n")
    assert yaml.safe_load(text) == {
        "channels": ["conda-forge"],
        "platforms": ["linux-64"],
        "dependencies": [
            "dask-gateway=2025.4.0=0",
            "distributed=2026.8.0=0",
            "python=3.11.9=0",
            {"pip": ["tiny==1.0"]},
        ],
    }


def test_packages_that_are_only_here_cannot_go_there(tmp_path: Path) -> None:
    """The error names them and two ways out."""
    url = "file:///proc/self/cwd/condasync-channel/noarch/mine-1.0-0.conda"
    write_lock(tmp_path, synthetic_lock(*WORKER, row("mine", "1.0", url=url)))
    with pytest.raises(UsageError, match="cannot reach packages that lie beside the lock: mine") as caught:
        coiled(read_launch(tmp_path))
    assert "--artifact-url" in caught.value.hints[0]
    assert "--for dockerfile" in caught.value.hints[1]


def test_names_are_lowercase(tmp_path: Path) -> None:
    """As Coiled wants them."""
    write_lock(tmp_path, synthetic_lock(*WORKER))
    with pytest.raises(UsageError, match="cannot name a software environment"):
        coiled(read_launch(tmp_path, name="Mine"))
