"""A fake engine: does what each request says. Run as the command of a Child."""

import mmap
import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Any

from condasync.solve.engine.serve import serve


def load(opening: dict[str, Any]) -> Any:
    """Return the function that does what a request says."""

    def solve(request: dict[str, Any]) -> dict[str, Any]:
        value = request.get("value")
        answer = ACTIONS[request["do"]](value)
        return {"pid": os.getpid(), "opening": opening, "answer": answer}

    return solve


def eat(megabytes: int) -> int:
    """Fill memory, slowly enough to be seen, and keep it."""
    eaten = []
    for _ in range(megabytes):
        eaten.append(b"x" * 2**20)
        time.sleep(0.002)
    time.sleep(60)
    return len(eaten)


def map_file(path: str) -> int:
    """Map a file, touch every page, stay long enough to be sampled."""
    with Path(path).open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        touched = sum(mapped[place] for place in range(0, len(mapped), 4096))
        time.sleep(0.3)
    return touched


def die_once(marker: str) -> str:
    """Kill ourselves unless we did before."""
    if not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "second life"


def complain(text: str) -> None:
    """Fail with a traceback."""
    raise RuntimeError(text)


def hold(fifo: str) -> None:
    """Hold a FIFO open until we die: its reader sees when that is."""
    with Path(fifo).open("wb", buffering=0) as stream:
        stream.write(b"x")
        time.sleep(60)


def spam(size: int) -> None:
    """Fill stderr, then die."""
    sys.stderr.write("." * size + "\nthe last words\n")
    sys.stderr.flush()
    os.kill(os.getpid(), signal.SIGKILL)


def shout(text: str) -> None:
    """Write to stdout by Python and behind its back."""
    sys.stdout.write(text)
    sys.stdout.flush()
    os.write(1, text.encode())


ACTIONS: dict[str, Any] = {
    "echo": lambda value: value,
    "sleep": time.sleep,
    "eat": eat,
    "map": map_file,
    "die": lambda number: os.kill(os.getpid(), number),
    "die once": die_once,
    "complain": complain,
    "hold": hold,
    "spam": spam,
    "shout": shout,
    "core size": lambda _: resource.getrlimit(resource.RLIMIT_CORE),
}

if __name__ == "__main__":
    serve(load)
