"""The rattler engine's child process: loads repodata once, solves many requests. The parent never imports this."""

from __future__ import annotations

import asyncio
import gc
from functools import cache
from typing import Any, NoReturn

import rattler
from rattler.exceptions import InvalidMatchSpecError, SolverError

from condasync.channel.rattler_record import rattler_record
from condasync.solve.engine.rattler_source import PLACE, ChannelSource, OwnSource, open_file
from condasync.solve.engine.serve import Answer, Solve, serve

_PRIORITIES = {"strict": rattler.ChannelPriority.Strict, "disabled": rattler.ChannelPriority.Disabled}
# So many requests without preferences are solved faster from the files than from records that were kept.
_FEW = 32
_UNSOLVABLE = "Cannot solve the request because of: "


def main() -> NoReturn:
    """Serve requests until stdin ends."""
    gc.disable()  # what is loaded stays, and looking through it again and again takes a tenth of a solve
    serve(_load)


def _load(opening: dict[str, Any]) -> Solve:
    virtual_packages = [_virtual_package(*fields) for fields in opening["virtual_packages"]]
    files = opening["repodata"]
    urls = {rattler.Channel(file["url"]).base_url: file["url"] for file in files}
    try:
        channels = [ChannelSource([file for file in files if file["url"] == url]) for url in urls.values()]
    except OSError:
        fault = _broken_file(files)
        return lambda _: fault
    loop = asyncio.new_event_loop()

    def solve(request: dict[str, Any]) -> Answer:
        try:
            records = loop.run_until_complete(_solve(request, channels, virtual_packages))
        except SolverError as error:
            text = str(error)
            kind = "unsolvable" if text.startswith(_UNSOLVABLE) else "refused"
            answer: Answer = {kind: text.removeprefix(_UNSOLVABLE)}
        except InvalidMatchSpecError as error:
            answer = {"refused": str(error)}
        except OSError:  # a record is read when a solve first meets its name
            return _broken_file(files)
        else:
            answer = {"records": [record.to_json() for record in records], "channels": urls}
        return _broken_file(files) if any(channel.fault for channel in channels) else answer

    return solve


async def _solve(
    request: dict[str, Any],
    channels: list[ChannelSource],
    virtual_packages: list[rattler.GenericVirtualPackage],
) -> list[rattler.RepoDataRecord]:
    specs, preferred = request["specs"], [rattler_record(row) for row in request["preferred"]]
    priority = _PRIORITIES[request["channel_priority"]]
    sparse = [] if request["only_preferred"] else [one for channel in channels for one in channel.sparse]
    # The request alone decides, so that an equal one has an equal answer, whatever was asked before.
    if not sparse or (not preferred and len(specs) <= _FEW):
        return await rattler.solve_with_sparse_repodata(
            specs,
            sparse,
            locked_packages=preferred,
            virtual_packages=virtual_packages,
            channel_priority=priority,
        )
    own = OwnSource(preferred, channels)
    return await rattler.solve(
        [*channels, own],
        specs,
        gateway=_gateway(),
        platforms=[PLACE],
        locked_packages=preferred,
        virtual_packages=virtual_packages,
        channel_priority=priority,
        channel_relations="disabled",
    )


@cache
def _gateway() -> rattler.Gateway:
    return rattler.Gateway()


def _virtual_package(name: str, version: str, build: str) -> rattler.GenericVirtualPackage:
    return rattler.GenericVirtualPackage(
        rattler.PackageName(name), rattler.Version(version), rattler.BuildString(build)
    )


def _broken_file(files: list[dict[str, str]]) -> Answer:
    """Return which file is broken, by reading each as a whole; rattler's error does not name it."""
    for file in files:
        fault = _fault_of(file)
        if fault:
            return {"broken": fault, "path": file["path"]}
    return {"refused": "a repodata file changed while it was read"}


def _fault_of(file: dict[str, str]) -> str | None:
    try:
        open_file(file).load_all_records()
    except OSError as error:
        return str(error)
    return None
