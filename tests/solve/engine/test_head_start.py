"""An engine's process that starts early serves the first session, and never outlives its block."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path

from condasync.solve.engine.child import Child, Limits
from condasync.solve.engine.head_start import HeadStart

SCRIPTED = (sys.executable, str(Path(__file__).parent / "data" / "children" / "scripted.py"))


def pid_of(child: Child) -> int:
    """Ask a scripted child for its process id."""
    return int(json.loads(child.ask(json.dumps({"do": "echo", "value": 1}).encode()))["pid"])


def child_of(start: HeadStart) -> Child:
    """Return a child that uses the early process when there is one."""
    opening = json.dumps({"hello": 1}).encode()
    limits = Limits(timeout=60.0, memory=2**30)
    return Child(engine="fake", command=SCRIPTED, opening=opening, limits=limits, first=start.take())


def test_the_first_child_is_the_early_process() -> None:
    """Prove that the process is handed over once, gets its opening then, and that the next child starts its own."""
    start = HeadStart(SCRIPTED)
    with start.begun():
        early = start.take()
        assert early is not None
        first = Child(
            engine="fake",
            command=SCRIPTED,
            opening=json.dumps({"hello": 1}).encode(),
            limits=Limits(timeout=60.0, memory=2**30),
            first=early,
        )
        second = child_of(start)
        assert pid_of(first) == early.pid
        assert pid_of(second) != early.pid
    assert pid_of(first) == early.pid  # what was taken does not end with the block
    first.close()
    second.close()


def test_a_process_that_nobody_took_ends_with_the_block() -> None:
    """Prove that nothing is left running, also when the block ends by an error."""
    start = HeadStart((sys.executable, "-c", "import time; time.sleep(60)"))
    early = None
    with suppress(ValueError), start.begun():
        early = start._process
        raise ValueError("the inputs are broken")
    assert early is not None
    assert early._process.returncode is not None


def test_a_command_that_cannot_start_is_left_to_the_child() -> None:
    """Prove that the block runs, and that there is no process to take."""
    start = HeadStart(("no-such-program-anywhere",))
    with start.begun():
        assert start.take() is None
