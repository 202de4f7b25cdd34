"""Run commands side by side and compare what they cost: never one run alone, never seconds across runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PAUSE = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Name a command and where it runs; `codes` are the exit codes that count as success.

    `fresh` is a folder that is emptied before each run: an export begins anew where there is no earlier lock.
    """

    words: tuple[str, ...]
    folder: Path
    codes: tuple[int, ...] = (0,)
    environ: tuple[tuple[str, str], ...] = ()
    fresh: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Hold the cheapest of several runs: seconds of wall time, and seconds of CPU (user and system, children too)."""

    wall: float
    cpu: float

    def over(self, other: Cost) -> Cost:
        """Return this cost as a multiple of another."""
        return Cost(wall=self.wall / other.wall, cpu=self.cpu / other.cpu)


def once(command: Command) -> tuple[Cost, bytes]:
    """Run a command to its end and return its cost and what it wrote to stdout."""
    _empty(command)
    begin = time.perf_counter()
    with subprocess.Popen(
        command.words,
        cwd=command.folder,
        env=_environ(dict(command.environ)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        output, words = _drained(process)
        wall = time.perf_counter() - begin
        if process.returncode not in command.codes:
            raise RuntimeError(f"{command.words[:3]} ended with {process.returncode}: {words.decode()[-800:]}")
        return Cost(wall=wall, cpu=_last_usage[process.pid]), output


def interleaved(commands: Mapping[str, Command], *, rounds: int) -> dict[str, Cost]:
    """Run each command once unmeasured, then all of them in turn, `rounds` times; return the best of each.

    Which one begins changes from round to round: what else the machine does meets all of them alike.
    """
    names = list(commands)
    for name in names:
        once(commands[name])
    found: dict[str, list[Cost]] = {name: [] for name in names}
    for at in range(rounds):
        for name in names if at % 2 == 0 else reversed(names):
            found[name].append(once(commands[name])[0])
    return {
        name: Cost(wall=min(one.wall for one in costs), cpu=min(one.cpu for one in costs))
        for name, costs in found.items()
    }


def peak_memory(command: Command) -> int:
    """Return the most resident memory in bytes that a command and its children hold at once (Linux).

    Sampled every few milliseconds; pages that two processes share count twice, so that the truth is below it.
    """
    _empty(command)
    process = subprocess.Popen(
        command.words,
        cwd=command.folder,
        env=_environ(dict(command.environ)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(_resident(pid) for pid in _family(process.pid)))
        time.sleep(_PAUSE)
    if process.returncode not in command.codes:
        raise RuntimeError(f"{command.words[:3]} ended with {process.returncode}")
    return peak


def _empty(command: Command) -> None:
    if command.fresh is not None:
        shutil.rmtree(command.fresh, ignore_errors=True)


_last_usage: dict[int, float] = {}


def _drained(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    """Return stdout and stderr of a process, and remember the CPU time of its whole family."""
    output, words = process.stdout, process.stderr
    assert output is not None
    assert words is not None
    os.set_blocking(words.fileno(), False)
    kept = bytearray()
    text = bytearray()
    while chunk := os.read(output.fileno(), 1 << 16):
        text += chunk
        kept += words.read() or b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    kept += words.read() or b""
    _last_usage[process.pid] = usage.ru_utime + usage.ru_stime
    return bytes(text), bytes(kept)


def _environ(more: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a user's shell: compiled modules are kept between runs, as they are for a user."""
    left_out = {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "CONDA_PREFIX", "VIRTUAL_ENV"}
    return {**{key: value for key, value in os.environ.items() if key not in left_out}, **more}


def _family(pid: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            parents.setdefault(_parent(entry), []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        todo += parents.get(one, [])
    return found


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError, ValueError):  # it ended meanwhile
        return -1


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0


def texts(*words: object) -> tuple[str, ...]:
    """Return words of a command line as text."""
    return tuple(map(str, words))


def best(costs: Sequence[float]) -> float:
    """Return the cheapest of several measurements."""
    return min(costs)
