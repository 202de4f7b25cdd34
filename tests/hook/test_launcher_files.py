"""Every kind of file, as it is written."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from condasync.cli.hook import NOT_STARTED as CLI_NOT_STARTED
from condasync.cli.hook import KindOption
from condasync.hook.command import NOT_STARTED
from condasync.hook.launch import read_launch
from condasync.hook.launcher_files import KINDS, is_generated, launcher_file
from tests.hook.conftest import WORKER, synthetic_lock, write_lock


@pytest.mark.parametrize("kind", KINDS)
def test_files_tell_whose_they_are(kind: str, tmp_path: Path) -> None:
    """The first line says how it was made and from which lock; the same lock gives the same bytes."""
    write_lock(tmp_path, synthetic_lock(*WORKER))
    launch = read_launch(tmp_path)
    text = launcher_file(kind, launch)
    assert text.splitlines()[0].startswith(f"# Made by `condasync hook --for {kind}` from the lock with sha256 ")
    assert launch.digest in text.splitlines()[0]
    assert is_generated(text)
    assert text == launcher_file(kind, read_launch(tmp_path))
    assert text.endswith("\n")


def test_files_of_others_are_not_ours() -> None:
    """A file that only looks similar may not be replaced."""
    assert not is_generated("FROM scratch\n")
    assert not is_generated("\n# Made by `condasync hook --for dockerfile`")


def test_the_command_line_knows_every_kind() -> None:
    """The option's choices are the kinds, which the command line names itself to load nothing for its help."""
    assert get_args(KindOption) == tuple(KINDS)
    assert CLI_NOT_STARTED == NOT_STARTED
