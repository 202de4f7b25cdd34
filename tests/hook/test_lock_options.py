"""Options as words of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.errors import UsageError
from condasync.hook.lock_options import LockOptions


def test_defaults_ask_for_the_lock_in_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without options nothing is narrowed down, and the lock's path is absolute."""
    monkeypatch.chdir(tmp_path)
    options = LockOptions()
    assert options.lock == tmp_path / "conda-lock.yml"
    assert options.check_words() == ["check", f"{tmp_path}/conda-lock.yml"]
    assert options.export_words() == ["export", "--output", ".", "--solver", "auto", "--pin", "relax"]


def test_every_option_reaches_the_export() -> None:
    """Values stay with their option even where they begin with a dash; further words stand last."""
    options = LockOptions(
        files=(Path("a.txt"), Path("-b.txt")),
        output=Path("out"),
        platforms=("linux-64", "osx-arm64"),
        channels=("bundled",),
        python="3.11",
        cuda="12.4",
        virtual_packages=("__glibc=2.17",),
        offline=True,
        solver="rattler",
        pin="exact",
        more=("--no-build",),
    )
    assert options.check_words()[2:] == ["--file=a.txt", "--file=-b.txt"]
    assert " ".join(options.export_words()) == (
        "export --file=a.txt --file=-b.txt --output out --solver rattler --pin exact --platform=linux-64 "
        "--platform=osx-arm64 --channel=bundled --virtual-package=__glibc=2.17 --python=3.11 --cuda=12.4 --offline "
        "--no-build"
    )


def test_a_prefix_goes_to_both_commands() -> None:
    """The lock is checked against the prefix that it is made from."""
    options = LockOptions(prefix=Path("/opt/env"))
    assert options.check_words()[2:] == ["--prefix=/opt/env"]
    assert options.export_words()[1] == "--prefix=/opt/env"


def test_two_kinds_of_inputs_exclude_each_other() -> None:
    """A prefix and files at once are refused before anything runs."""
    with pytest.raises(UsageError, match="exclude each other"):
        LockOptions(prefix=Path("/opt/env"), files=(Path("a.txt"),)).check_words()
