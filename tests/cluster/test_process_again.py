"""The command line and the variables of the program that goes on in another prefix."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from condasync.cluster.process_again import (
    Program,
    command_in,
    configured_without,
    environment_in,
    is_dask_worker,
    names_preload,
    without_preload,
)

MODULE = "condasync.cluster.preload"
TAIL = ("tcp://127.0.0.1:8786", "--preload-nanny", MODULE)


def _script(name: str, *arguments: str, flags: tuple[str, ...] = ()) -> Program:
    path = f"/old/bin/{name}"
    return Program(orig_argv=("/old/bin/python", *flags, path, *arguments), argv=(path, *arguments), module=None)


def _module(name: str, *arguments: str, flags: tuple[str, ...] = ()) -> Program:
    words = ("python", *flags, "-m", name, *arguments)
    return Program(
        orig_argv=words, argv=("/old/x.py", *arguments), module=f"{name}.__main__" if name == "dask" else name
    )


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (_script("dask", "worker", *TAIL), ("-m", "dask", "worker", *TAIL)),
        (_script("dask", "spec", "--spec", "{}"), ("-m", "dask", "spec", "--spec", "{}")),
        (_script("dask-worker", *TAIL), ("-m", "distributed.cli.dask_worker", *TAIL)),
        (_script("dask", "worker", "x", flags=("-W", "error")), ("-W", "error", "-m", "dask", "worker", "x")),
        (_module("distributed.cli.dask_worker", *TAIL), ("-m", "distributed.cli.dask_worker", *TAIL)),
        (_module("distributed.cli.dask_spec", "--spec", "{}"), ("-m", "distributed.cli.dask_spec", "--spec", "{}")),
        (_module("dask", "worker", "x", flags=("-O", "-X", "dev")), ("-O", "-X", "dev", "-m", "dask", "worker", "x")),
    ],
)
def test_same_program_under_the_prefix(program: Program, expected: tuple[str, ...], tmp_path: Path) -> None:
    """However `dask worker` was started: the prefix's Python, the same flags, the same arguments."""
    assert is_dask_worker(program)
    assert command_in(program, tmp_path) == (str(tmp_path / "bin" / "python"), *expected)


def test_script_of_the_prefix_comes_first(tmp_path: Path) -> None:
    """Where the prefix has the script, it is the one that runs: `-m` would put the working folder on the path."""
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / "dask"
    script.touch()
    assert command_in(_script("dask", "worker", "x"), tmp_path)[1:] == (str(script), "worker", "x")


@pytest.mark.parametrize(
    "program",
    [
        _script("job.py", "worker"),
        _script("dask", "scheduler"),
        _script("dask"),
        _script("ipython", "--", "worker"),
        _module("dask", "config"),
        _module("pytest", "worker"),
        Program(orig_argv=("python", "-c", "pass"), argv=("-c",), module=None),
        Program(orig_argv=("python",), argv=("",), module=None),
    ],
)
def test_other_programs_are_never_replaced(program: Program) -> None:
    """A notebook or a script with a cluster inside is not ours to end."""
    assert not is_dask_worker(program)


def test_preload_is_taken_out() -> None:
    """Both options in both spellings go, other preloads and equal words elsewhere stay."""
    command = (
        "python", "--preload", MODULE, f"--preload-nanny={MODULE}", "--preload", "mine", "--preload=other", "--name",
        "--preload-nanny", MODULE, "--preload",
    )  # fmt: skip
    left = ("python", "--preload", "mine", "--preload=other", "--name", "--preload", "")
    assert without_preload(command, MODULE) == left
    preloads = {"distributed.nanny.preload": ["mine", MODULE], "distributed.worker.preload": ("mine",)}
    assert configured_without(preloads, MODULE) == {"DASK_DISTRIBUTED__NANNY__PRELOAD": '["mine"]'}


def test_preload_of_workers_is_seen() -> None:
    """Only `--preload` counts, in both spellings."""
    assert names_preload(("dask", "--preload", MODULE), MODULE)
    assert names_preload(("dask", f"--preload={MODULE}"), MODULE)
    assert not names_preload(("dask", "--preload-nanny", MODULE, "--preload", "mine"), MODULE)
    assert not names_preload((), MODULE)


def test_variables_are_those_of_an_activated_prefix(tmp_path: Path) -> None:
    """The prefix's programs come first; what named the old environment is gone; the rest stays."""
    before = {"PATH": "/usr/bin", "VIRTUAL_ENV": "/old", "PYTHONHOME": "/old", "KEPT": "1", "FACT": "old"}
    assert environment_in(before, tmp_path, {"FACT": "new"}) == {
        "PATH": f"{tmp_path}/bin:/usr/bin",
        "CONDA_PREFIX": str(tmp_path),
        "CONDA_DEFAULT_ENV": str(tmp_path),
        "KEPT": "1",
        "FACT": "new",
    }
    assert environment_in({}, tmp_path, {})["PATH"] == f"{tmp_path}/bin"


def test_activation_scripts_run_first(tmp_path: Path) -> None:
    """What a package's activation script sets reaches the program, whose arguments stay whole."""
    scripts = tmp_path / "etc" / "conda" / "activate.d"
    scripts.mkdir(parents=True)
    (scripts / "data.sh").write_text('export SOME_DATA="$CONDA_PREFIX/share"\n', encoding="utf-8")
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text('#!/bin/sh\necho "$SOME_DATA"\nprintf "%s|" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    command = command_in(_module("dask", "worker", "two words", "$HOME"), tmp_path)
    environ = environment_in({"PATH": "/usr/bin:/bin"}, tmp_path, {})
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert done.stdout == f"{tmp_path}/share\n-m|dask|worker|two words|$HOME|"
