"""Requests and answers as JSON, and the session that exchanges them with a child. Knows no engine."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from condasync.channel.record import record_from_row, row_from_record
from condasync.errors import ChannelError, CondasyncError, EngineError
from condasync.model.record import ChannelRecord, RepodataFile
from condasync.model.solve import Answer, ChannelPriority, Conflict, ConflictStep, Solution, SolveRequest, Unsolvable
from condasync.model.spec import CondaSpec
from condasync.model.target import Target
from condasync.solve.engine.child import Child

_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


def opening_frame(repodata: Sequence[RepodataFile], target: Target, **settings: str) -> bytes:
    """Return the first frame for a child: the files of one channel side by side, channels in order of priority.

    `settings` are what the engine's own child needs besides.
    """
    rank = {url: place for place, url in enumerate(dict.fromkeys(_url(file) for file in repodata))}
    files = sorted(repodata, key=lambda file: rank[_url(file)])
    opening = {
        **settings,
        "repodata": [
            {"url": _url(file), "subdir": file.subdir, "path": str(file.path), "sha256": file.sha256} for file in files
        ],
        "subdir": target.subdir,
        "virtual_packages": [(fact.name, fact.version, fact.build) for fact in target.virtual_packages],
    }
    return json.dumps(opening).encode()


class EngineSession:
    """Solve requests in one child process (a `seams.SolveSession`).

    `render` writes a spec for the engine; it gets the channel's URL where the spec has the name of a loaded channel.
    Specs and preferred records are sorted before they are sent: their order has no meaning, but engines depend on it.
    """

    def __init__(
        self,
        child: Child,
        *,
        engine: str,
        repodata: Sequence[RepodataFile],
        priorities: frozenset[ChannelPriority],
        render: Callable[[CondaSpec], str],
    ) -> None:
        self._child = child
        self._engine = engine
        self._render = render
        self._priorities = priorities
        self._urls = {file.channel.name: _url(file) for file in reversed(repodata)}
        self._names = {_url(file): file.channel.name for file in reversed(repodata)}
        self._closed = False

    def solve(self, request: SolveRequest) -> Answer:
        """Return a solution, or why there is none.

        Raises SolveTimeoutError, SolveMemoryError, EngineError, or ChannelError when a repodata file is broken.
        """
        if self._closed:
            raise CondasyncError("the solve session is closed")
        answer = json.loads(self._child.ask(self._request_frame(request)))
        match answer:
            case {"records": rows, "channels": urls}:
                return self._solution(rows, urls, request.preferred)
            case {"unsolvable": str(text)}:
                conflicts = tuple(_conflict(one) for one in answer.get("conflicts", ()))
                return Unsolvable(explanation=_ANSI.sub("", text).strip(), conflicts=conflicts)
            case {"broken": str(text), "path": str(path)}:
                raise ChannelError(
                    f"{path}: not valid repodata: {text}",
                    hints=("rebuild the channel's index, or leave the channel out",),
                    path=path,
                )
            case {"unusable": str(text)}:
                raise EngineError(
                    text,
                    hints=("install it again", "solve with another engine: --solver"),
                    engine=self._engine,
                    cannot_run=True,
                )
            case _:
                raise EngineError(
                    f"the {self._engine} engine refused the request: {answer.get('refused', answer)}",
                    hints=("solve with another engine: --solver",),
                    engine=self._engine,
                )

    def close(self) -> None:
        """End the child process."""
        self._closed = True
        self._child.close()

    def _request_frame(self, request: SolveRequest) -> bytes:
        specs = {self._render(self._with_url(asked.spec)) for asked in request.specs}
        preferred = sorted(request.preferred, key=lambda record: (record.name, record.url))
        message = {
            "specs": sorted(specs),
            "preferred": [row_from_record(record) for record in preferred],
            "channel_priority": self._priority(request.channel_priority),
            "only_preferred": request.only_preferred,
        }
        return json.dumps(message).encode()

    def _priority(self, asked: ChannelPriority) -> ChannelPriority:
        if asked in self._priorities:
            return asked
        if len(self._names) <= 1:  # with one channel every priority means the same
            return "strict"
        raise EngineError(
            f"the {self._engine} engine has no {asked} channel priority",
            hints=("ask for strict channel priority", "solve with another engine: --solver"),
            engine=self._engine,
        )

    def _with_url(self, spec: CondaSpec) -> CondaSpec:
        return replace(spec, channel=self._urls.get(spec.channel, spec.channel)) if spec.channel else spec

    def _solution(self, rows: Sequence[str], urls: Mapping[str, str], preferred: Sequence[ChannelRecord]) -> Solution:
        """Return the solution; `urls` leads from the engine's spelling of a channel's URL to that of the opening."""
        known = {record.url: record for record in preferred}
        names = {spelled: self._names[url] for spelled, url in urls.items()}
        found = (_record(json.loads(row), names, known) for row in rows)
        return Solution(records=tuple(sorted(found, key=lambda record: record.name)))


def _record(row: Mapping[str, Any], names: Mapping[str, str], preferred: Mapping[str, ChannelRecord]) -> ChannelRecord:
    channel = names.get(row["channel"], row["channel"])
    record = record_from_row(row, channel=channel, url=row["url"], file_name=row["fn"], subdir=row["subdir"])
    ours = preferred.get(record.url)
    if ours is not None and (ours.depends, ours.constrains) == (record.depends, record.constrains):
        return ours  # engines keep not every field
    return record


def _conflict(row: Mapping[str, Any]) -> Conflict:
    chain = tuple(
        ConflictStep(package=step["package"], requires=step["requires"], found=step["found"]) for step in row["chain"]
    )
    return Conflict(packages=tuple(row["packages"]), chain=chain)


def _url(file: RepodataFile) -> str:
    return file.channel.base_url.public
