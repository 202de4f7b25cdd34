"""condasync as a plugin of conda: `conda sync`, an exporter, a health check, and a note after a changed environment.

conda loads this module through the entry point group `conda`; nothing else imports it. Slow parts load when used.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conda.base.context import context
from conda.exceptions import CondaError
from conda.models.channel import Channel
from conda.plugins import hookimpl
from conda.plugins.types import (
    CondaEnvironmentExporter,
    CondaHealthCheck,
    CondaPostCommand,
    CondaSubcommand,
    EnvironmentFormat,
)

from condasync.errors import CondasyncError

LOCK = "conda-lock.yml"
_COMMANDS = ("export", "check", "diff")
_USAGE = """\
usage: conda sync {export,check,diff} ...

  export  lock this environment for other machines: conda-lock.yml
  check   does the lock still match this environment, without a solve
  diff    what changed between two locks or environments

conda sync COMMAND --help says the rest.
"""


@hookimpl
def conda_subcommands() -> Iterable[Any]:
    """Add `conda sync`."""
    yield CondaSubcommand(name="sync", summary="Lock this environment for other machines (condasync).", action=sync)


@hookimpl
def conda_environment_exporters() -> Iterable[Any]:
    """Add `conda export --format condasync`; neither name nor file name is another plugin's."""
    yield CondaEnvironmentExporter(
        name="condasync",
        aliases=("condasync-lock",),
        default_filenames=("condasync.conda-lock.yml",),
        export=export,
        description="conda-lock v1 of the whole environment, pip packages included, translated to conda-forge",
        environment_format=EnvironmentFormat.lockfile,
    )


@hookimpl
def conda_health_checks() -> Iterable[Any]:
    """Add a check to `conda doctor`."""
    yield CondaHealthCheck(
        name="condasync-lock",
        action=health_check,
        summary=f"Does {LOCK} of the working directory still match the environment",
    )


@hookimpl
def conda_post_commands() -> Iterable[Any]:
    """Add a note after commands that change an environment."""
    yield CondaPostCommand(
        name="condasync-stale-lock", action=note_when_stale, run_for={"install", "update", "remove", "env_update"}
    )


def sync(arguments: Sequence[str]) -> int:
    """Run one of condasync's commands with conda's configuration."""
    from condasync.cli.app import invoke  # noqa: PLC0415

    if not arguments or arguments[0] not in _COMMANDS:
        wanted = arguments and arguments[0] in {"-h", "--help"}
        (sys.stdout if wanted else sys.stderr).write(_USAGE)
        return 0 if wanted else 2
    configure()
    return invoke(arguments)


def export(environment: Any) -> str:
    """Return the lock of an environment, captured anew from its prefix, for conda's value has lost pip's packages."""
    if not environment.prefix:
        raise CondaError("condasync locks an environment that is there: name it with --name or --prefix")
    said, told = io.StringIO(), io.StringIO()
    with TemporaryDirectory(prefix="condasync-") as folder:
        arguments = ["export", "--prefix", str(environment.prefix), "-o", folder, "--platform", environment.platform]
        with redirect_stdout(said), redirect_stderr(told):
            code = sync([*arguments, *(["--offline"] if context.offline else [])])
        if code != 0:
            raise CondaError(told.getvalue().strip() or said.getvalue().strip())
        return (Path(folder) / LOCK).read_text(encoding="utf-8")


def health_check(prefix: str, verbose: bool) -> None:  # noqa: FBT001 - conda calls it so
    """Tell whether the lock of the working directory matches a prefix."""
    lock = Path(LOCK)
    if not lock.is_file():
        sys.stdout.write(f"There is no {LOCK} here.\n\n")
        return
    try:
        drifts = _drifts(lock, prefix)
    except CondasyncError as error:
        sys.stdout.write(f"X {error.message}\n\n")
        return
    mark = "X" if drifts else "OK"
    sys.stdout.write(f"{mark} {LOCK} {'does not match the environment' if drifts else 'matches the environment'}.\n")
    shown = drifts if verbose else drifts[:5]
    sys.stdout.write("".join(f"  {text}\n" for text in shown))
    if len(drifts) > len(shown):
        sys.stdout.write(f"  ... and {len(drifts) - len(shown)} more\n")
    sys.stdout.write("\n")


def note_when_stale(command: str) -> None:
    """Say after a command when it made the lock of the working directory stale; never make the command fail."""
    lock = Path(LOCK)
    if context.json or context.quiet or context.dry_run or not lock.is_file():
        return
    try:
        drifts = _drifts(lock, context.target_prefix) if _is_of_a_prefix(lock) else ()
    except CondasyncError:
        return
    if drifts:
        more = f" and {len(drifts) - 1} more" if len(drifts) > 1 else ""
        sys.stderr.write(
            f"\nnote: after conda {command}, {LOCK} is stale: {drifts[0]}{more}. Refresh it: conda sync export\n"
        )


def configure() -> None:
    """Hand conda's channels and alias over; what is set for condasync itself comes first."""
    os.environ.setdefault("CONDASYNC_CHANNEL_ALIAS", str(context.channel_alias).rstrip("/"))
    urls = [url for name in context.channels for url in Channel(name).urls(with_credentials=True, subdirs=("noarch",))]
    os.environ.setdefault("CONDASYNC_CHANNELS", " ".join(url.removesuffix("/noarch") for url in urls))


def _drifts(lock: Path, prefix: str) -> tuple[str, ...]:
    from condasync.cli.freshness import Checked, freshness  # noqa: PLC0415
    from condasync.lock import conda_lock_v1  # noqa: PLC0415
    from condasync.lock.lock_path import read_lock_text  # noqa: PLC0415
    from condasync.settings import read_settings  # noqa: PLC0415

    loaded = conda_lock_v1.loads(read_lock_text(lock), path=str(lock))
    found = freshness(Checked(lock=loaded, path=lock, prefix=Path(prefix)), read_settings(os.environ, Path.cwd()))
    return tuple(drift.text for drift in found.drifts)


def _is_of_a_prefix(lock: Path) -> bool:
    """Return whether condasync made the lock from a conda environment; others say nothing of this one."""
    from condasync.lock import conda_lock_v1  # noqa: PLC0415
    from condasync.lock.input_digest import stated_inputs  # noqa: PLC0415
    from condasync.lock.lock_path import read_lock_text  # noqa: PLC0415

    inputs = stated_inputs(conda_lock_v1.loads(read_lock_text(lock), path=str(lock)))
    return any(kind == "conda-prefix" for kind, _, _ in inputs)
