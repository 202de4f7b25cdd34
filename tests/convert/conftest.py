"""Records for the tests of convert: synthetic, so they carry no hash."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rattler import BuildString, PackageRecord

from condasync.model.record import ChannelRecord

RattlerRecord = Callable[..., PackageRecord]
Record = Callable[..., ChannelRecord]


@pytest.fixture(scope="session")
def rattler_record() -> RattlerRecord:
    """Return a maker of rattler's own records."""

    def make(name: str, version: str, build: str = "0") -> PackageRecord:
        return PackageRecord(name, version, BuildString.new_unchecked(build), 0, "linux-64")

    return make


@pytest.fixture(scope="session")
def record() -> Record:
    """Return a maker of synthetic channel records."""

    def make(name: str, version: str = "1.0", build: str = "0", **fields: object) -> ChannelRecord:
        file_name = f"{name}-{version}-{build}.conda"
        known: dict[str, object] = {
            "build_number": 0,
            "subdir": "linux-64",
            "channel": "synthetic",
            "file_name": file_name,
            "url": f"https://example.org/synthetic/linux-64/{file_name}",
        }
        return ChannelRecord(name=name, version=version, build=build, **{**known, **fields})  # type: ignore[arg-type]

    return make
