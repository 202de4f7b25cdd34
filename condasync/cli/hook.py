"""`condasync hook`: before a cluster starts, the lock is made fresh; then the command runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import typer

from condasync.cli import options
from condasync.cli.export import AddBuildRequires, ArtifactUrl, Force, Include, Leftovers, NoBuild, Strict
from condasync.cli.light_options import LightCommand
from condasync.cli.option_words import given_words
from condasync.cli.run import INTERRUPTED, CommandResult, run
from condasync.errors import OutputError, UsageError

if TYPE_CHECKING:
    from condasync.hook.lock_options import LockOptions
    from condasync.hook.prepared import Prepared

KindOption: TypeAlias = Literal[
    "jobqueue", "shell", "slurm", "kubernetes", "gateway", "coiled", "dockerfile", "apptainer"
]

NOT_STARTED = 125
# What LockOptions holds itself, and what is the hook's own; all other options go to `condasync export` as they stand.
_OWN = frozenset(
    {"prefix", "file", "output", "platform", "channel", "solver", "pin", "python", "cuda", "virtual_package", "offline"}
    | {"for_", "lock", "name", "image", "check", "json", "command"}
)

Command = Annotated[list[str] | None, typer.Argument(metavar="[COMMAND]", help="What to run, with its arguments.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="PATH", help="Folder of the lock; with --for the file to write."),
]
For = Annotated[KindOption | None, typer.Option("--for", help="Write what this launcher reads, from the lock.")]
Lock = Annotated[
    Path | None,
    typer.Option("--lock", metavar="LOCK", help="With --for: the lock, or its folder. [default: conda-lock.yml]"),
]
Name = Annotated[str, typer.Option("--name", metavar="NAME", help="With --for: name of the cluster or environment.")]
Image = Annotated[
    str | None, typer.Option("--image", metavar="IMAGE", help="With --for: image that the environment is put on.")
]
Check = Annotated[bool, typer.Option("--check", help="Do not make the lock anew: fail when it is stale (for CI).")]


class HookCommand(LightCommand):
    """A command line whose options end where the user's command begins, as with env and nohup."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.allow_interspersed_args = False


def hook(
    *,
    prefix: options.Prefix = None,
    file: options.Files = None,
    output: Output = None,
    platform: options.Platforms = None,
    channel: options.Channels = None,
    solver: options.Solver = "auto",
    pin: options.Pin = "relax",
    python: options.Python = None,
    cuda: options.Cuda = None,
    virtual_package: options.VirtualPackages = None,
    names: options.Names = None,
    offline: options.Offline = False,
    system: options.System = "needed",
    no_build: NoBuild = False,
    include_module: Include = None,
    artifact_url: ArtifactUrl = None,
    add_build_requires: AddBuildRequires = False,
    leftovers: Leftovers = "pip",
    force: Force = False,
    strict: Strict = False,
    check: Check = False,
    for_: For = None,
    lock: Lock = None,
    name: Name = "dask",
    image: Image = None,
    json: options.Json = False,
    command: Command = None,
    context: typer.Context,
) -> int:
    """Make the lock fresh, then run COMMAND with CONDASYNC_LOCK and CONDASYNC_LOCK_DIGEST set, and exit as it does.

    A lock that is missing or stale is made anew first, with what it states of channels, platforms and Python unless
    options say otherwise. Exit codes beside the command's own: 125 when condasync failed and ran nothing, 126 for a
    command that cannot be executed, 127 for one that is not there. Without COMMAND only the lock is made fresh.
    """
    del names, system, no_build, include_module, artifact_url, add_build_requires, leftovers, force, strict
    if for_ is not None:
        return _write(
            _Wanted(kind=for_, lock=lock or Path(), name=name, image=image, file=output), command or (), as_json=json
        )

    def asked() -> LockOptions:
        from condasync.hook.lock_options import LockOptions

        if lock is not None:
            raise UsageError("--lock is for --for", hints=("name the lock's folder: -o DIR",))
        return LockOptions(
            prefix=prefix,
            files=tuple(file or ()),
            output=output or Path(),
            platforms=tuple(platform or ()),
            channels=tuple(channel or ()),
            python=python,
            cuda=cuda,
            virtual_packages=tuple(virtual_package or ()),
            offline=offline,
            solver=solver,
            pin=pin,
            more=tuple(given_words(context, leave=_OWN)),
        )

    made: list[Prepared] = []

    def body() -> CommandResult:
        from condasync.hook.prepare import prepared

        if command and json:
            raise UsageError("--json and a COMMAND exclude each other", hints=("stdout is the command's own",))
        made.append(prepared(asked(), refresh=not check, tell=_tell))
        for text in made[0].left_behind:
            _tell(f"warning: {text}")
        return _fresh(made[0], quiet=bool(command or json))

    code = run("hook", body, as_json=json and not command)
    if not command:
        return code
    if code:
        return code if code == INTERRUPTED else NOT_STARTED
    return _run_command(command, made[0])


def _tell(text: str) -> None:
    sys.stderr.write(f"condasync: {text}\n")


def _fresh(prepared: Prepared, *, quiet: bool) -> CommandResult:
    data = {
        "lock": str(prepared.lock),
        "digest": prepared.digest,
        "changed": prepared.changed,
        "stale": list(prepared.stale),
        "left_behind": list(prepared.left_behind),
        "environment": dict(prepared.environment),
    }
    word = "made anew" if prepared.changed else "fresh"
    return CommandResult(data=data, text="" if quiet else f"{prepared.lock}: {word}, sha256 {prepared.digest}")


def _run_command(command: Sequence[str], prepared: Prepared) -> int:
    from condasync.cli.run import print_error
    from condasync.hook.command import CommandNotExecutableError, CommandNotFoundError, run_command

    try:
        return run_command(command, {**os.environ, **prepared.environment})
    except (CommandNotExecutableError, CommandNotFoundError) as error:
        print_error(error)
        return error.exit_code


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    kind: KindOption
    lock: Path
    name: str
    image: str | None
    file: Path | None


def _write(wanted: _Wanted, command: Sequence[str], *, as_json: bool) -> int:
    """Write or print the file of a launcher."""

    def body() -> CommandResult:
        from condasync.hook.launch import read_launch
        from condasync.hook.launcher_files import is_generated, launcher_file
        from condasync.lock.output_files import OutputFile, write_all

        if command:
            raise UsageError("--for and a COMMAND exclude each other", hints=("leave out one of them",))
        text = launcher_file(wanted.kind, read_launch(wanted.lock, name=wanted.name, image=wanted.image))
        try:
            if wanted.file is not None:
                write_all([OutputFile(path=wanted.file, text=text, is_ours=is_generated)])
        except OutputError as error:  # here -o names a file
            raise OutputError(error.message, hints=("write another file: -o FILE",), **error.facts) from error
        data = {"kind": wanted.kind, "file": None if wanted.file is None else str(wanted.file), "text": text}
        shown = text.rstrip("\n") if wanted.file is None else f"wrote {wanted.file}"
        return CommandResult(data=data, text="" if as_json else shown)

    return run("hook", body, as_json=as_json)
