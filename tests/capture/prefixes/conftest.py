"""Writers that lay out environments as real files, and a digest of a folder."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def write_dist() -> Callable[..., Path]:
    """Return a writer of `.dist-info` folders."""
    return _write_dist


@pytest.fixture
def write_record() -> Callable[..., Path]:
    """Return a writer of conda-meta files."""
    return _write_record


@pytest.fixture
def make_venv() -> Callable[..., Path]:
    """Return a maker of real virtual environments without packages; it returns the site-packages folder."""
    return _make_venv


@pytest.fixture
def tree_digest() -> Callable[[Path], Mapping[str, str]]:
    """Return a function that maps every path below a folder to a digest of what lies there."""
    return _tree_digest


@pytest.fixture
def conda_prefix(tmp_path: Path) -> Path:
    """Return a conda prefix with Python 3.11.7 for linux-64 and an empty site-packages folder."""
    prefix = tmp_path / "conda-env"
    (prefix / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    _write_record(prefix, "python", "3.11.7", subdir="linux-64", requested_spec="python 3.11.*")
    return prefix


def _write_dist(
    site: Path,
    name: str,
    version: str,
    *,
    requires: tuple[str, ...] = (),
    requested: bool = False,
    installer: str | None = "pip",
    direct_url: object = None,
    files: Mapping[str, str | bytes] | None = None,
) -> Path:
    folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(parents=True)
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {line}" for line in requires]
    content: dict[str, str | bytes] = {"METADATA": "\n".join([*lines, "", "Name: not this one", ""]), "RECORD": ""}
    if installer is not None:
        content["INSTALLER"] = f"{installer}\n"
    if requested:
        content["REQUESTED"] = ""
    if direct_url is not None:
        content["direct_url.json"] = json.dumps(direct_url)
    for file, text in {**content, **(files or {})}.items():
        (folder / file).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def _write_record(
    prefix: Path,
    name: str,
    version: str,
    *,
    build: str = "0",
    subdir: str = "noarch",
    channel: str = "https://conda.anaconda.org/conda-forge",
    **more: Any,
) -> Path:
    """Write a synthetic record: it has no digest, because there is no such package."""
    row = {
        "name": name,
        "version": version,
        "build": build,
        "build_number": 0,
        "channel": f"{channel}/{subdir}",
        "subdir": subdir,
        "fn": f"{name}-{version}-{build}.conda",
        "url": f"{channel}/{subdir}/{name}-{version}-{build}.conda",
        "depends": [],
        "files": [],
    }
    file = prefix / "conda-meta" / f"{name}-{version}-{build}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({**row, **more}))
    return file


def _make_venv(folder: Path, *options: str) -> Path:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", *options, str(folder)], check=True)
    return folder / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


def _tree_digest(folder: Path) -> Mapping[str, str]:
    digests: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            what = f"-> {os.readlink(path)}"  # noqa: PTH115  the text itself is compared
        elif path.is_dir():
            what = "folder"
        else:
            what = hashlib.sha256(path.read_bytes()).hexdigest()
        digests[str(path.relative_to(folder))] = f"{what} {path.lstat().st_mtime_ns} {path.lstat().st_mode}"
    return digests
