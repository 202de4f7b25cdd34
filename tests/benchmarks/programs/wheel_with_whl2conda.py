"""Turn a wheel into a conda package with whl2conda; print the least seconds of several rounds."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path

from whl2conda.api.converter import Wheel2CondaConverter


def main(wheel: Path, out: Path, rounds: int) -> float:
    """Return the least seconds of a conversion, reading and writing included."""
    logging.disable(logging.CRITICAL)
    seconds: list[float] = []
    for _ in range(rounds):
        begin = time.perf_counter()
        converter = Wheel2CondaConverter(wheel, out)
        converter.overwrite = True
        converter.convert()
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


if __name__ == "__main__":
    sys.stdout.write(f"{main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))}\n")
