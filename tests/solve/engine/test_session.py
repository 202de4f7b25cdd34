"""What a session makes of an engine's answers, whichever engine it is."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from condasync.convert.matchspec import to_rattler
from condasync.errors import ChannelError, CondasyncError, EngineError
from condasync.model.record import Channel, RepodataFile
from condasync.model.solve import (
    ChannelPriority,
    Conflict,
    ConflictStep,
    RequestedSpec,
    Solution,
    SolveRequest,
    Unsolvable,
)
from condasync.model.spec import CondaSpec
from condasync.model.target import Target, VirtualPackage
from condasync.model.url import Url
from condasync.solve.engine.child import Child, Limits
from condasync.solve.engine.session import EngineSession, opening_frame

CANNED = str(Path(__file__).parent / "data" / "children" / "canned.py")
TARGET = Target(
    subdir="linux-64", python="3.11", virtual_packages=(VirtualPackage(name="__glibc", version="2.28", build="0"),)
)
ONE = Channel(name="one", base_url=Url("https://me:secret@example.org/t/tk-12/one"))
TWO = Channel(name="two", base_url=Url("https://example.org/two"))


def file_of(channel: Channel, subdir: str) -> RepodataFile:
    """Return a repodata file that nobody opens."""
    return RepodataFile(channel=channel, subdir=subdir, path=Path("/nowhere/repodata.json"), sha256="")


FILES = (file_of(ONE, "linux-64"), file_of(TWO, "linux-64"), file_of(ONE, "noarch"), file_of(TWO, "noarch"))


def request_of(*specs: CondaSpec, channel_priority: ChannelPriority = "strict") -> SolveRequest:
    """Return a request for specs."""
    asked = tuple(RequestedSpec(spec=spec, because="test") for spec in specs)
    return SolveRequest(specs=asked, channel_priority=channel_priority)


@contextmanager
def session_with(answer: object, *, files: tuple[RepodataFile, ...] = FILES) -> Iterator[EngineSession]:
    """Open a session whose engine always gives the same answer; "request" stands for the request itself."""
    child = Child(
        engine="canned",
        command=(sys.executable, CANNED, json.dumps(answer)),
        opening=opening_frame(files, TARGET),
        limits=Limits(timeout=60.0, memory=2**40),
    )
    priorities: frozenset[ChannelPriority] = frozenset({"strict", "disabled"})
    session = EngineSession(child, engine="canned", repodata=files, priorities=priorities, render=to_rattler)
    try:
        yield session
    finally:
        session.close()


def sent(request: SolveRequest, files: tuple[RepodataFile, ...] = FILES) -> dict[str, object]:
    """Return the request as the child gets it."""
    with session_with("request", files=files) as session:
        answer = session.solve(request)
    assert isinstance(answer, Unsolvable)
    found = json.loads(answer.explanation)
    assert isinstance(found, dict)
    return found


def test_the_opening_groups_files_by_channel_and_holds_no_credential() -> None:
    """Prove that subdirs of one channel stand side by side, in order of channel priority, under a public URL."""
    opening = json.loads(opening_frame(FILES, TARGET))
    assert [(file["url"], file["subdir"]) for file in opening["repodata"]] == [
        (ONE.base_url.public, "linux-64"),
        (ONE.base_url.public, "noarch"),
        ("https://example.org/two", "linux-64"),
        ("https://example.org/two", "noarch"),
    ]
    assert opening["virtual_packages"] == [["__glibc", "2.28", "0"]]
    assert "secret" not in json.dumps(opening)
    assert "tk-12" not in json.dumps(opening)


def test_the_order_of_specs_does_not_reach_the_engine() -> None:
    """Prove that permuted and doubled requests are the same request."""
    first, second = CondaSpec(name="x", version=">=1"), CondaSpec(name="a", version="==2", build="h1_0")
    assert sent(request_of(first, second)) == sent(request_of(second, first, second))
    assert sent(request_of(first, second))["specs"] == ["a ==2 h1_0", "x >=1"]


def test_a_channel_name_in_a_spec_becomes_the_url_of_the_loaded_channel() -> None:
    """Prove that `two::x` means the loaded channel of that name, and that another name stays."""
    specs = sent(request_of(CondaSpec(name="x", channel="two"), CondaSpec(name="y", channel="three")))["specs"]
    assert specs == ["https://example.org/two::x", "three::y"]


def test_colours_are_taken_out_of_explanations() -> None:
    """Prove that an explanation is plain text."""
    with session_with({"unsolvable": "\x1b[1;31mx\x1b[0m cannot\n  be\x1b[K installed\n"}) as session:
        assert session.solve(request_of()) == Unsolvable(explanation="x cannot\n  be installed")


def test_conflicts_come_as_values() -> None:
    """Prove that an engine's facts about a conflict keep their order and every field."""
    steps = [
        {"package": "request", "requires": "x ==1", "found": "x 1"},
        {"package": "x 1", "requires": "y", "found": None},
    ]
    with session_with({"unsolvable": "no", "conflicts": [{"packages": ["x"], "chain": steps}]}) as session:
        answer = session.solve(request_of())
    chain = (
        ConflictStep(package="request", requires="x ==1", found="x 1"),
        ConflictStep(package="x 1", requires="y", found=None),
    )
    assert answer == Unsolvable(explanation="no", conflicts=(Conflict(packages=("x",), chain=chain),))


def test_an_exact_set_reaches_the_engine_as_such() -> None:
    """Prove that `only_preferred` is told."""
    assert sent(request_of())["only_preferred"] is False
    assert sent(replace(request_of(), only_preferred=True))["only_preferred"] is True


def test_records_carry_the_channel_name_and_come_sorted() -> None:
    """Prove that the URL an engine names a channel by is turned into the channel's name."""
    rows = [
        json.dumps(
            {
                "name": name,
                "version": "1",
                "build": "0",
                "build_number": 0,
                "depends": [],
                "subdir": "noarch",
                "fn": f"{name}-1-0.conda",
                "url": f"https://example.org/two/noarch/{name}-1-0.conda",
                "channel": "https://example.org/two/",
            }
        )
        for name in ("b", "a")
    ]
    with session_with(
        {"records": rows, "channels": {"https://example.org/two/": "https://example.org/two"}}
    ) as session:
        answer = session.solve(request_of())
    assert isinstance(answer, Solution)
    assert [(record.name, record.channel) for record in answer.records] == [("a", "two"), ("b", "two")]


def test_a_broken_repodata_file_is_a_channel_error() -> None:
    """Prove that the file is named and that the exit code is that of channels."""
    with session_with({"broken": "EOF", "path": "/c/repodata.json"}) as session, pytest.raises(ChannelError) as caught:
        session.solve(request_of())
    assert caught.value.message == "/c/repodata.json: not valid repodata: EOF"
    assert caught.value.exit_code == 8


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"refused": "no idea what 'x y z' is"}, "the canned engine refused the request: no idea what 'x y z' is"),
        ({"unusable": "thelib 2.3 cannot be used: no such thing"}, "thelib 2.3 cannot be used: no such thing"),
        ({"odd": 1}, "the canned engine refused the request: {'odd': 1}"),
    ],
)
def test_what_an_engine_refuses_is_an_engine_error(answer: object, message: str) -> None:
    """Prove that a refusal, or an answer that nobody knows, is told with exit code 5."""
    with session_with(answer) as session, pytest.raises(EngineError) as caught:
        session.solve(request_of())
    assert caught.value.message == message
    assert caught.value.exit_code == 5


def test_a_priority_that_the_engine_lacks_is_an_error_with_several_channels() -> None:
    """Prove that flexible priority is never taken for another one, except where all mean the same: one channel."""
    flexible = request_of(channel_priority="flexible")
    with session_with("request") as session, pytest.raises(EngineError, match="has no flexible channel priority"):
        session.solve(flexible)
    assert sent(flexible, files=FILES[0::2])["channel_priority"] == "strict"


def test_a_closed_session_solves_nothing() -> None:
    """Prove that use after the end is an error, and that closing twice is none."""
    with session_with("request") as session:
        pass
    with pytest.raises(CondasyncError, match="the solve session is closed"):
        session.solve(request_of())
    session.close()
