"""Solve with py-rattler and nothing else: what every export is compared with. Leaves as an engine's child does."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import rattler


async def main(request: dict[str, Any]) -> None:
    """Solve a request and print the number of packages."""
    channel = rattler.Channel(Path(request["channel"]).as_uri())
    folder = Path(request["channel"])
    files = [(subdir, folder / subdir / "repodata.json") for subdir in ("linux-64", "noarch")]
    records = await rattler.solve_with_sparse_repodata(
        [rattler.MatchSpec(spec) for spec in request["specs"]],
        [rattler.SparseRepoData(channel, subdir, file) for subdir, file in files],
        virtual_packages=[
            rattler.GenericVirtualPackage(
                rattler.PackageName(name), rattler.Version(version), rattler.BuildString(build)
            )
            for name, version, build in request["virtual_packages"]
        ],
    )
    sys.stdout.write(f"{len(records)}\n")
    sys.stdout.flush()
    os._exit(0)


asyncio.run(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
