"""Records for the tests of verify: synthetic, so their digests are of nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from condasync.model.record import ChannelRecord
from condasync.model.target import Target, VirtualPackage

Record = Callable[..., ChannelRecord]


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
            "md5": "synthetic",
            "sha256": "synthetic",
        }
        return ChannelRecord(name=name, version=version, build=build, **{**known, **fields})  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def target() -> Target:
    """Return a linux-64 target with an old C library and no CUDA."""
    virtual = (
        VirtualPackage(name="__archspec", version="1", build="x86_64"),
        VirtualPackage(name="__glibc", version="2.17"),
        VirtualPackage(name="__linux", version="5.10"),
        VirtualPackage(name="__unix", version="0"),
    )
    return Target(subdir="linux-64", python="3.12", virtual_packages=virtual)
