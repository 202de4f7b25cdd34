"""Conda-lock's own functions as the reference, and a few real conda-forge records."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest

from condasync.model.record import ChannelRecord
from condasync.model.solve import Solution

DATA = Path(__file__).parent / "data"
Reference: TypeAlias = Callable[..., dict[str, str]]


def reference_hashes(
    folder: Path, text: str, *, platforms: Sequence[str] = (), virtual_packages: str | None = None
) -> dict[str, str]:
    """Return what conda-lock computes for an environment.yml."""
    environment = folder / "environment.yml"
    environment.write_text(text, encoding="utf-8")
    # Only `pip`, which every table calls `pip`, is looked up.
    table = folder / "table.json"
    table.write_text("{}", encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of its own deprecated parts, and of markers that it does not know
        from conda_lock.content_hash import compute_content_hashes  # noqa: PLC0415 - slow to import
        from conda_lock.src_parser import make_lock_spec  # noqa: PLC0415
        from conda_lock.virtual_package import (  # noqa: PLC0415
            default_virtual_package_repodata,
            virtual_package_repo_from_specification,
        )

        spec = make_lock_spec(
            src_files=[environment], platform_overrides=list(platforms) or None, mapping_url=str(table)
        )
        if virtual_packages is None:
            repository = default_virtual_package_repodata()
        else:
            stated = folder / "virtual-packages.yaml"
            stated.write_text(virtual_packages, encoding="utf-8")
            repository = virtual_package_repo_from_specification(stated)
        return dict(compute_content_hashes(spec, repository))


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """Return conda-lock's content hash function."""
    folder = tmp_path_factory.mktemp("reference")

    def hashes(text: str, *, platforms: Sequence[str] = (), virtual_packages: str | None = None) -> dict[str, str]:
        return reference_hashes(folder, text, platforms=platforms, virtual_packages=virtual_packages)

    return hashes


@pytest.fixture(scope="session")
def solution() -> Solution:
    """Return a closed set of real conda-forge records (public rows of its repodata)."""
    rows = json.loads((DATA / "records.json").read_text(encoding="utf-8"))
    records = [
        ChannelRecord(
            **{key: row[key] for key in ("name", "version", "build", "build_number", "subdir", "md5", "sha256")},
            file_name=row["fn"],
            channel="conda-forge",
            url=f"https://conda.anaconda.org/conda-forge/{row['subdir']}/{row['fn']}",
            depends=tuple(row["depends"]),
            constrains=tuple(row.get("constrains", ())),
        )
        for row in rows
    ]
    return Solution(records=tuple(sorted(records, key=lambda record: record.name)))
