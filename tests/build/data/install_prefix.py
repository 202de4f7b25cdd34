"""Solve and install with py-rattler: reads a JSON request from stdin; leaves at once, as rattler may crash at exit."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import rattler
from rattler.package import BuildString


async def install(request: dict[str, Any]) -> None:
    """Make the prefix that the request describes."""
    virtual = {"__unix": "0", "__linux": "5.10", "__glibc": "2.28", "__archspec": "1"}
    records = await rattler.solve(
        sources=[rattler.Channel(url) for url in request["channels"]],
        specs=[rattler.MatchSpec(spec) for spec in request["specs"]],
        platforms=[rattler.Platform("linux-64"), rattler.Platform("noarch")],
        gateway=rattler.Gateway(cache_dir=Path(request["cache"]) / "repodata"),
        virtual_packages=[
            rattler.GenericVirtualPackage(rattler.PackageName(name), rattler.Version(version), BuildString("0"))
            for name, version in virtual.items()
        ],
    )
    await rattler.install(
        records,
        target_prefix=request["prefix"],
        cache_dir=Path(request["cache"]) / "packages",
        platform=rattler.Platform("linux-64"),
        show_progress=False,
    )


if __name__ == "__main__":
    code = 0
    try:
        asyncio.run(install(json.load(sys.stdin)))
    except Exception:  # noqa: BLE001 - the process must leave by os._exit
        traceback.print_exc()
        code = 1
    sys.stderr.flush()
    os._exit(code)
