"""Turn a wheel into a conda package with condasync; print the least seconds of several rounds."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from condasync.build.conda_package import conda_package
from condasync.build.wheel_check import check_fit
from condasync.build.wheel_file import read_wheel
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Target


def same_name(requirement: PipRequirement) -> tuple[CondaSpec, ...]:
    """Return the requirement under its own name: the tables are not what is measured."""
    return (CondaSpec(name=requirement.name.lower()),)


def main(wheel: Path, out: Path, rounds: int) -> float:
    """Return the least seconds of a conversion, reading and writing included."""
    target = Target(subdir="linux-64", python="3.11", virtual_packages=())
    seconds: list[float] = []
    for _ in range(rounds):
        begin = time.perf_counter()
        read = read_wheel(wheel)
        made = conda_package(read, check_fit(read, target), name=read.name, target=target, map_requirement=same_name)
        (out / made.file_name).write_bytes(made.data)
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


if __name__ == "__main__":
    sys.stdout.write(f"{main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))}\n")
