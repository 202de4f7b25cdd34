"""Synthetic channels (their records carry no hash) and the engines to ask, each in real child processes."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from condasync.model.record import Channel, RepodataFile
from condasync.model.url import Url
from condasync.seams import SolverEngine
from condasync.solve.engine.libmamba import LibmambaEngine
from condasync.solve.engine.rattler import RattlerEngine

Row: TypeAlias = dict[str, Any]
WriteRepodata: TypeAlias = Callable[..., RepodataFile]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs libmambapy where it is missing."""
    if find_spec("libmambapy") is None:
        skip = pytest.mark.skip(reason="libmambapy is not installed (conda-forge has it, package indexes do not)")
        for item in items:
            if item.get_closest_marker("libmamba"):
                item.add_marker(skip)


@pytest.fixture
def libmamba(tmp_path: Path) -> LibmambaEngine:
    """Return the libmamba engine with an empty cache."""
    return LibmambaEngine(timeout=120.0, memory_limit=2**31, cache_dir=tmp_path / "cache")


@pytest.fixture(params=["rattler", pytest.param("libmamba", marks=pytest.mark.libmamba)])
def engine(request: pytest.FixtureRequest, libmamba: LibmambaEngine) -> SolverEngine:
    """Return one engine after the other: what they have in common is proved of both."""
    return libmamba if request.param == "libmamba" else RattlerEngine(timeout=120.0, memory_limit=2**31)


@pytest.fixture
def row() -> Callable[..., Row]:
    """Return a function that makes a synthetic repodata row: name, version, depends and further fields."""

    def make(name: str, number: str, *depends: str, **fields: object) -> Row:
        known = {"name": name, "version": number, "build": "0", "build_number": 0, "subdir": "linux-64"}
        return {**known, "depends": list(depends), **fields}

    return make


@pytest.fixture
def write(tmp_path: Path) -> WriteRepodata:
    """Return a function that writes rows as the repodata of one subdir of a channel."""

    def write_rows(*rows: Row, channel: str = "one", subdir: str = "linux-64", text: str = "") -> RepodataFile:
        path = tmp_path / channel / subdir / "repodata.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        files = {f"{row['name']}-{row['version']}-{row['build']}.conda": {**row, "subdir": subdir} for row in rows}
        path.write_text(text or json.dumps({"info": {"subdir": subdir}, "packages": {}, "packages.conda": files}))
        base_url = Url(path.parents[1].as_uri() if channel == "local" else f"https://example.org/{channel}")
        digest = sha256(path.read_bytes()).hexdigest()
        return RepodataFile(channel=Channel(name=channel, base_url=base_url), subdir=subdir, path=path, sha256=digest)

    return write_rows


@pytest.fixture
def python(write: WriteRepodata, row: Callable[..., Row]) -> tuple[RepodataFile, ...]:
    """Return a channel with two Pythons and packages for them, compiled and noarch."""
    return (
        write(
            row("python", "3.11.7", "libz >=1", "__glibc >=2.17", constrains=["python_abi 3.11.* *_cp311"]),
            row("python", "3.12.1", "libz >=1", "__glibc >=2.17"),
            row("libz", "1.2"),
            row("libz", "1.3", timestamp=1700000000000, license="Zlib"),
            row("featured", "1.0", track_features="one two", purls=["pkg:generic/featured"]),
            row("fast", "1.0", "python >=3.11,<3.12.0a0", build="py311_0"),
            row("fast", "2.0", "python >=3.12,<3.13.0a0", build="py312_0"),
            row("modern", "1.0", "__glibc >=2.34"),
            row("strict", "1.0", constrains=["__glibc >=2.34", "libz <1.3"]),
        ),
        write(row("pure", "5.0", "python >=3.9", "fast", noarch="python"), subdir="noarch"),
    )
