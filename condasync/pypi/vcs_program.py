"""Runs a version control program: no prompt, no endless wait, no credential in what is told."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from condasync.errors import BuildError
from condasync.model.url import Url, redact

_TIMEOUT = 300.0
# A repository that the user works in must not be taken for the one that is fetched.
_OF_ANOTHER = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "HG_PENDING", "HGROOT")


def run_program(
    url: Url,
    command: Sequence[str],
    *,
    folder: Path | None = None,
    variables: Mapping[str, str] | None = None,
    said: str | None = None,
) -> str:
    """Return what a program printed; `said` is given to it on its standard input. Raises BuildError naming the URL."""
    done = try_program(url, command, folder=folder, variables=variables, said=said)
    if done.returncode != 0:
        lines = [line for line in redact(done.stderr).splitlines() if line.strip()]
        raise failure(url, lines[-1] if lines else f"{command[0]} ended with {done.returncode}")
    return done.stdout.strip()


def try_program(
    url: Url,
    command: Sequence[str],
    *,
    folder: Path | None = None,
    variables: Mapping[str, str] | None = None,
    said: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """Return how a program ended. Raises BuildError when it is not installed or gives no answer in time."""
    environment = {**os.environ, **(variables or {})}
    for name in _OF_ANOTHER:
        environment.pop(name, None)
    try:
        return subprocess.run(
            list(command),
            cwd=folder,
            env=environment,
            input=said or "",
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT,
            check=False,
            start_new_session=True,  # without a terminal ssh asks nothing
        )
    except subprocess.TimeoutExpired as fault:
        raise failure(url, f"no answer within {_TIMEOUT:g} s") from fault
    except FileNotFoundError as fault:
        raise missing_program(url, command[0]) from fault


def failure(url: Url, why: str) -> BuildError:
    """Return the error for sources that cannot be had."""
    return BuildError(
        f"{url}: the sources cannot be fetched: {why}",
        reason="source-missing",
        hints=("check the address and your access to it", "or clone it yourself and install it from the folder"),
        url=str(url),
    )


def missing_program(url: Url, program: str) -> BuildError:
    """Return the error for a version control system that this machine does not have."""
    return BuildError(
        f"{url}: the sources cannot be fetched: {program} is not installed",
        reason="program-missing",
        hints=(f"install {program}", "or check the sources out elsewhere and install the package from the folder"),
        url=str(url),
        program=program,
    )
