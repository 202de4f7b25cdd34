"""The options that several commands share, each said once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

SolverOption: TypeAlias = Literal["auto", "libmamba", "rattler"]
SystemOption: TypeAlias = Literal["all", "needed", "none"]
PinOption: TypeAlias = Literal["relax", "exact", "none"]

Prefix = Annotated[
    Path | None,
    typer.Option(
        "--prefix", "-p", metavar="DIR", help="Environment to read: a prefix, or its Python. [default: the active one]"
    ),
]
Files = Annotated[
    list[Path] | None,
    typer.Option(
        "--file",
        "-f",
        metavar="FILE",
        help="Input file instead of an environment: environment.yml, requirements.txt, pip freeze or conda list "
        "output, pyproject.toml. Repeatable.",
    ),
]
Channels = Annotated[
    list[str] | None,
    typer.Option(
        "--channel",
        "-c",
        metavar="CHANNEL",
        help="Channel name, URL or local directory, or `bundled` for the snapshot of conda-forge inside condasync; "
        "highest priority first; replaces the inputs' channels. Repeatable.",
    ),
]
Offline = Annotated[
    bool, typer.Option("--offline", help="Use only what is on disk: cached repodata, else the bundled snapshot.")
]
Platforms = Annotated[
    list[str] | None,
    typer.Option(
        "--platform",
        metavar="SUBDIR",
        help="Platform to lock for; repeatable. [default: what an environment.yml names, else linux-64]",
    ),
]
Python = Annotated[str | None, typer.Option("--python", metavar="VERSION", help="Python to lock, as 3.12 or 3.12.4.")]
Cuda = Annotated[
    str | None, typer.Option("--cuda", metavar="VERSION", help="CUDA version that the target's driver offers.")
]
VirtualPackages = Annotated[
    list[str] | None,
    typer.Option(
        "--virtual-package",
        metavar="NAME=VERSION",
        help="Fact of the target, as __glibc=2.17; an empty version removes it. Repeatable.",
    ),
]
Solver = Annotated[
    SolverOption, typer.Option("--solver", help="Engine; auto is libmamba where it is installed, else rattler.")
]
Pin = Annotated[
    PinOption,
    typer.Option("--pin", help="relax: local versions where they solve; exact: all of them or fail; none: names only."),
]
System = Annotated[
    SystemOption,
    typer.Option(
        "--system",
        help="Libraries and programs that apt, homebrew ... brought: needed: what conda packages do not bring anyway; "
        "all: whatever is used; none.",
    ),
]
Names = Annotated[
    Path | None, typer.Option("--names", metavar="FILE", help="Own table of PyPI to conda names (TOML or JSON).")
]
Format = Annotated[
    str,
    typer.Option(
        "--format", metavar="NAME", help="conda-lock-v1, explicit, environment-yaml, pixi-lock or pylock (PEP 751)."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON envelope instead of text.")]
