"""The process that links conda packages into a prefix; rattler may crash at interpreter exit, so it leaves at once.

Reads one JSON line from stdin and writes one to stdout. The end of stdin ends it, also in the middle of the work: then
whoever wanted the prefix is gone.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import rattler
from rattler.package_cache import PackageCache, PackageCacheLayer, ValidationMode

from condasync.channel.rattler_record import rattler_record

if sys.platform != "win32":
    import resource


def main() -> NoReturn:
    """Install what the request says and leave."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no file in the user's folder
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business, it kills
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    request = json.loads(sys.stdin.readline())
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    code = 0
    try:
        asyncio.run(_install(request))
        answer: dict[str, Any] = {"installed": len(request["install"])}
    except Exception as fault:  # noqa: BLE001 - the process must leave by os._exit, and say why
        answer, code = {"fault": str(fault)}, 1
    json.dump(answer, answers)
    answers.flush()
    sys.stderr.flush()
    os._exit(code)


async def _install(request: Mapping[str, Any]) -> None:
    prefix = Path(request["prefix"])
    records = [rattler_record(row) for row in request["install"]]
    # Files of prefixes are hard links to the unpacked ones: what a user changed in one must not come into the next.
    layer = PackageCacheLayer(Path(request["cache"])).with_validation_mode(ValidationMode.full())
    kept = [rattler.PrefixRecord.from_path(prefix / "conda-meta" / name) for name in request["keep"]]
    await rattler.install(
        [*records, *kept],
        target_prefix=prefix,
        alternative_target_prefix=request["final"],
        package_cache=PackageCache.from_layers([layer]),
        platform=rattler.Platform(request["platform"]),
        reinstall_packages=set(request["reinstall"]),
        execute_link_scripts=False,
        show_progress=False,
    )


def _leave_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)
