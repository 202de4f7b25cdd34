"""Small channels on disk for the channel tests. Records here are synthetic: they carry no hash."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from condasync.model.record import Channel, RepodataFile
from condasync.model.url import Url

Row: TypeAlias = dict[str, Any]
MakeRow: TypeAlias = Callable[..., Row]
MakeFile: TypeAlias = Callable[..., RepodataFile]


@pytest.fixture
def make_row() -> MakeRow:
    """Return a function that makes a synthetic repodata row."""

    def make(name: str, version: str = "1.0", **fields: object) -> Row:
        return {
            "name": name,
            "version": version,
            "build": "0",
            "build_number": 0,
            "depends": [],
            "subdir": "linux-64",
            **fields,
        }

    return make


def repodata_text(*rows: Mapping[str, Any], suffix: str = ".conda") -> str:
    """Return a repodata.json of rows."""
    names = [f"{row['name']}-{row['version']}-{row['build']}{suffix}" for row in rows]
    return json.dumps({"packages": {}, "packages.conda": dict(zip(names, rows, strict=True))})


@pytest.fixture
def make_repodata(tmp_path: Path) -> MakeFile:
    """Return a function that writes rows as the repodata.json of one subdir of a local channel."""

    def make(*rows: Row, channel: str = "one", subdir: str = "linux-64", text: str | None = None) -> RepodataFile:
        folder = tmp_path / channel / subdir
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "repodata.json"
        path.write_text(repodata_text(*rows) if text is None else text, encoding="utf-8")
        return RepodataFile(
            channel=Channel(name=channel, base_url=Url(f"https://example.org/{channel}")),
            subdir=subdir,
            path=path,
            sha256=sha256(path.read_bytes()).hexdigest(),
        )

    return make
