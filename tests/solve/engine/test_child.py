"""Requests reach a real child process and come back; whatever the child does, nothing hangs and nothing is left."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from condasync.errors import EngineError, SolveMemoryError, SolveTimeoutError
from condasync.solve.engine.child import Child, Limits
from condasync.solve.engine.process import ChildProcess

CHILDREN = Path(__file__).parent / "data" / "children"
SCRIPTED = (sys.executable, str(CHILDREN / "scripted.py"))
MEGABYTE = 2**20

MakeChild: TypeAlias = Callable[..., Child]
posix = pytest.mark.skipif(os.name != "posix", reason="signals and FIFOs are POSIX")


@pytest.fixture
def make_child() -> Iterator[MakeChild]:
    """Return a function that starts a child; all are closed at the end."""
    children = []

    def make(*command: str, timeout: float = 60.0, memory: int = 1000 * MEGABYTE) -> Child:
        child = Child(
            engine="fake",
            command=command or SCRIPTED,
            opening=json.dumps({"hello": 1}).encode(),
            limits=Limits(timeout=timeout, memory=memory),
        )
        children.append(child)
        return child

    yield make
    for child in children:
        child.close()


def ask(child: Child, do: str, value: object = None) -> dict[str, Any]:
    """Ask a scripted child to do something."""
    answer = json.loads(child.ask(json.dumps({"do": do, "value": value}).encode()))
    assert isinstance(answer, dict)
    return answer


def gone(pid: int) -> bool:
    """Return whether no process, not even an unburied one, has this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_one_process_answers_many_requests(make_child: MakeChild) -> None:
    """Prove that the opening is sent once and that every request reaches the same process, large ones too."""
    child = make_child()
    answers = [ask(child, "echo", value) for value in (1, "two", "x" * MEGABYTE)]
    assert [answer["answer"] for answer in answers] == [1, "two", "x" * MEGABYTE]
    assert {answer["pid"] for answer in answers} == {answers[0]["pid"]}
    assert answers[0]["opening"] == {"hello": 1}


def test_what_a_library_prints_does_not_reach_the_pipe(make_child: MakeChild) -> None:
    """Prove that text on stdout, also from below Python, harms no answer."""
    child = make_child()
    ask(child, "shout", "some library says hello")
    assert ask(child, "echo", "still here")["answer"] == "still here"


def test_a_child_that_dies_once_is_started_again(make_child: MakeChild, tmp_path: Path) -> None:
    """Prove that the same request is asked again, of a new process with the same opening."""
    child = make_child()
    before = ask(child, "echo")["pid"]
    answer = ask(child, "die once", str(tmp_path / "died"))
    assert answer["answer"] == "second life"
    assert answer["opening"] == {"hello": 1}
    assert answer["pid"] != before


@posix
@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV", "SIGABRT"])
def test_a_child_that_dies_twice_is_an_error_that_names_the_signal(make_child: MakeChild, name: str) -> None:
    """Prove that a crash ends in exit code 5 with the signal's name, and that the next request finds a new process."""
    child = make_child()
    with pytest.raises(EngineError) as caught:
        ask(child, "die", signal.Signals[name].value)
    assert caught.value.message == f"the fake engine died twice on the same request: it was killed by {name}"
    assert caught.value.exit_code == 5
    assert caught.value.hints
    assert ask(child, "echo", "again")["answer"] == "again"


def test_an_exception_in_the_child_ends_it_and_is_told_without_credentials(make_child: MakeChild) -> None:
    """Prove that the traceback's last line is in the message, redacted."""
    with pytest.raises(EngineError) as caught:
        ask(make_child(), "complain", "cannot read https://me:secret@example.org/t/tk-12/chan")
    assert caught.value.message == (
        "the fake engine died twice on the same request: it ended with exit status 1: "
        "RuntimeError: cannot read https://***@example.org/t/***/chan"
    )
    told = str(caught.value.facts)
    assert "Traceback" in told
    assert "secret" not in told
    assert "tk-12" not in told


@posix
def test_a_crash_leaves_no_core_file(make_child: MakeChild) -> None:
    """Prove that a child writes no core dump into the user's folder."""
    assert ask(make_child(), "core size")["answer"] == [0, 0]


@posix
def test_only_the_end_of_stderr_is_kept(make_child: MakeChild) -> None:
    """Prove that a child that fills stderr neither blocks nor fills our memory."""
    with pytest.raises(EngineError) as caught:
        ask(make_child(), "spam", 3 * MEGABYTE)
    words = caught.value.facts["stderr"]
    assert isinstance(words, str)
    assert words.endswith("the last words")
    assert len(words) <= 8192


@pytest.mark.parametrize(
    ("program", "cause"),
    [
        ("print('Hello, world')", "answered with not a frame: b'Hello, w'"),
        ("print('csyn', end='')", "answered with not a frame: b'csyn'"),
        ("import sys; sys.exit(3)", "ended with exit status 3"),
        ("pass", "ended with exit status 0"),
    ],
)
def test_a_child_that_speaks_no_frames_is_an_error(make_child: MakeChild, program: str, cause: str) -> None:
    """Prove that garbage, half a frame and silence are reported as what they are."""
    with pytest.raises(EngineError) as caught:
        ask(make_child(sys.executable, "-c", program), "echo")
    assert caught.value.message == f"the fake engine died twice on the same request: it {cause}"


def test_a_program_that_does_not_exist_is_an_error(make_child: MakeChild, tmp_path: Path) -> None:
    """Prove that a missing program is no traceback."""
    with pytest.raises(EngineError, match="the fake engine cannot be started: "):
        make_child(str(tmp_path / "nothing"))


@posix
def test_a_request_that_takes_too_long_ends_the_child(make_child: MakeChild) -> None:
    """Prove that the time limit is exit code 5 and leaves no process."""
    child = make_child(timeout=0.5)
    process = child._process
    assert process is not None
    with pytest.raises(SolveTimeoutError) as caught:
        ask(child, "sleep", 60)
    assert caught.value.message == "the fake engine found no answer within 0.5 seconds"
    assert (caught.value.exit_code, caught.value.facts["timeout"]) == (5, 0.5)
    assert gone(process.pid)


def test_a_child_that_does_not_listen_cannot_block_us(make_child: MakeChild) -> None:
    """Prove that the time limit holds while a request larger than the pipe waits to be written."""
    child = make_child(sys.executable, "-c", "import time; time.sleep(60)", timeout=0.5)
    with pytest.raises(SolveTimeoutError):
        ask(child, "echo", "x" * MEGABYTE)


@posix
def test_a_request_that_needs_too_much_memory_ends_the_child(make_child: MakeChild) -> None:
    """Prove that the memory cap is exit code 5, leaves no process, and that the session can go on."""
    child = make_child(memory=100 * MEGABYTE)
    pid = ask(child, "echo")["pid"]
    with pytest.raises(SolveMemoryError) as caught:
        ask(child, "eat", 2000)
    assert caught.value.message == "the fake engine needed more than 100 MB of memory"
    assert caught.value.exit_code == 5
    used = caught.value.facts["memory_used"]
    assert isinstance(used, int)
    assert 100 * MEGABYTE < used < 1000 * MEGABYTE
    assert gone(pid)
    assert ask(child, "echo", "again")["answer"] == "again"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere mapped pages count")
def test_a_mapped_file_does_not_count_as_memory(make_child: MakeChild, tmp_path: Path) -> None:
    """Prove that mapped repodata may be larger than the cap."""
    path = tmp_path / "large"
    with path.open("wb") as stream:
        stream.truncate(300 * MEGABYTE)
    assert ask(make_child(memory=100 * MEGABYTE), "map", str(path))["answer"] == 0


def test_twenty_processes_in_a_row_leave_in_good_order() -> None:
    """Prove that a child ends by itself, with status 0, when its stdin ends."""
    statuses = []
    for number in range(20):
        process = ChildProcess(SCRIPTED)
        process.send(b"{}")
        process.send(json.dumps({"do": "echo", "value": number}).encode())
        answer = process.receive(60.0)
        assert isinstance(answer, bytes)
        assert json.loads(answer)["answer"] == number
        statuses.append(process.close())
    assert statuses == [0] * 20


@posix
def test_closing_ends_a_child_that_is_busy_or_stopped() -> None:
    """Prove that a child in the middle of a solve leaves by itself, and one that cannot is killed."""
    busy = ChildProcess(SCRIPTED)
    busy.send(b"{}")
    busy.send(json.dumps({"do": "sleep", "value": 60}).encode())
    assert busy.close() == 0
    stopped = ChildProcess(SCRIPTED)
    os.kill(stopped.pid, signal.SIGSTOP)
    assert stopped.close() == -signal.SIGKILL


@posix
def test_the_child_ignores_ctrl_c_itself(make_child: MakeChild) -> None:
    """Prove that only the parent decides: SIGINT does not end a child."""
    child = make_child()
    pid = ask(child, "echo")["pid"]
    os.kill(pid, signal.SIGINT)
    assert ask(child, "echo")["pid"] == pid
    assert os.getpgid(pid) == pid  # a group of its own: the terminal's Ctrl-C does not reach it


@posix
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, -15), (signal.SIGKILL, -9)]
)
def test_the_child_dies_with_its_parent(tmp_path: Path, number: signal.Signals, status: int) -> None:
    """Prove that a parent which is interrupted, ended or killed in the middle of a solve leaves no orphan."""
    fifo = tmp_path / "held"
    os.mkfifo(fifo)
    with (
        subprocess.Popen((sys.executable, str(CHILDREN / "parent.py"), str(fifo)), stderr=subprocess.PIPE) as parent,
        fifo.open("rb", buffering=0) as stream,
    ):
        assert stream.read(1) == b"x"  # the child is at work now
        parent.send_signal(number)
        _, errors = parent.communicate(timeout=60)
        ended, _, _ = select.select([stream], [], [], 60)
        assert ended, "the child is still there"
        assert stream.read(1) == b""
    assert parent.returncode == status
    assert (b"KeyboardInterrupt" in errors) == (number == signal.SIGINT)
