"""What a lock says of how it was made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condasync.errors import UsageError
from condasync.hook.lock_options import LockOptions
from condasync.hook.stated import differences, made_from_files, with_stated
from tests.hook.conftest import synthetic_lock

_TARGET = ("condasync_target_linux-64", "python=3.11 __archspec=1=x86_64 __glibc=2.28=0 __linux=5.10=0 __unix=0=0")
_PREFIX = ("condasync_input_1", f"conda sha256:{'0' * 64}")
_FILES = ("condasync_input_1", f"files sha256:{'0' * 64}")
_FROM_COMMAND_LINE = ("condasync_channels_from_command_line", "true")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (LockOptions(), ()),
        (LockOptions(platforms=("linux-64",), channels=("conda-forge",), python="3.11"), ()),
        (LockOptions(platforms=("osx-arm64",)), ("osx-arm64 is asked for and not locked",)),
        (LockOptions(python="3.12"), ("Python 3.12 is asked for, 3.11 is locked",)),
        (LockOptions(channels=("bundled",)), ()),
        (
            LockOptions(channels=("bioconda", "conda-forge")),
            ("the channels bioconda, conda-forge are asked for, conda-forge are locked",),
        ),
        (LockOptions(virtual_packages=("__glibc=2.28", "__linux=5.10=0", "__cuda=")), ()),
        (
            LockOptions(virtual_packages=("__glibc=2.17",)),
            ("__glibc=2.17 is asked for, 2.28 is locked for linux-64",),
        ),
        (LockOptions(cuda="12.4"), ("__cuda=12.4 is asked for, none is locked for linux-64",)),
    ],
)
def test_options_that_a_lock_does_not_meet(options: LockOptions, expected: tuple[str, ...]) -> None:
    """Options count where they are given, and each difference is told."""
    lock = synthetic_lock(
        custom=(("condasync_python", "3.11"), _TARGET), channels=("conda-forge", "./condasync-channel")
    )
    assert differences(options, lock) == expected


def test_a_folder_is_the_channel_that_a_lock_calls_by_its_url(tmp_path: Path) -> None:
    """A local channel is named by path on the command line and by URL in the lock."""
    lock = synthetic_lock(channels=(tmp_path.as_uri(),))
    assert differences(LockOptions(channels=(str(tmp_path),)), lock) == ()


def test_credentials_are_compared_by_their_names_and_told_by_none() -> None:
    """A variable is the same with braces or without; a literal credential is in no message."""
    lock = synthetic_lock(channels=("https://example.org/t/${TOKEN}/team",))
    assert differences(LockOptions(channels=("https://example.org/t/$TOKEN/team/",)), lock) == ()
    (told,) = differences(LockOptions(channels=("https://me:secret@example.org/team",)), lock)
    assert "secret" not in told


def test_what_is_left_open_is_asked_as_before() -> None:
    """Platforms, Python, channels of the command line and the target's facts are taken from the lock."""
    lock = synthetic_lock(
        channels=("conda-forge", "./condasync-channel"),
        custom=(
            _FROM_COMMAND_LINE,
            _PREFIX,
            ("condasync_python", "3.11"),
            ("condasync_target_linux-64", "python=3.11 __archspec=1=x86_64 __cuda=12.4=0 __glibc=2.17=0 __unix=0=0"),
        ),
    )
    asked = with_stated(LockOptions(offline=True), lock)
    assert asked == LockOptions(
        platforms=("linux-64",),
        channels=("conda-forge",),
        python="3.11",
        virtual_packages=("__cuda=12.4=0", "__glibc=2.17=0", "__linux="),
        offline=True,
    )


def test_channels_of_inputs_are_not_made_those_of_the_command_line() -> None:
    """Where the inputs named the channels, they do so again; and the usual target needs no words."""
    asked = with_stated(LockOptions(), synthetic_lock(custom=(_PREFIX, _TARGET)))
    assert (asked.channels, asked.virtual_packages) == ((), ())


def test_facts_of_several_targets_are_left_alone() -> None:
    """An option speaks of all platforms at once, so that differing facts cannot be said by one."""
    lock = synthetic_lock(
        platforms=("linux-64", "osx-arm64"), custom=(_PREFIX, ("condasync_target_linux-64", "python=3.11 __cuda=12=0"))
    )
    assert with_stated(LockOptions(), lock).virtual_packages == ()


@given(
    platforms=st.sampled_from([(), ("linux-64",), ("osx-arm64",)]),
    python=st.sampled_from([None, "3.11", "3.12"]),
    channels=st.sampled_from([(), ("conda-forge",), ("bioconda", "conda-forge")]),
    facts=st.sampled_from(["", "__cuda=12.4=0 ", "__glibc=2.17=0 "]),
)
def test_a_lock_meets_what_it_states_itself(
    platforms: tuple[str, ...], python: str | None, channels: tuple[str, ...], facts: str
) -> None:
    """The options that a lock states differ from it in nothing; options of the user win over them."""
    lock = synthetic_lock(
        channels=channels or ("conda-forge",),
        custom=(
            _FROM_COMMAND_LINE,
            _PREFIX,
            ("condasync_python", python or "3.10"),
            ("condasync_target_linux-64", f"python=3.11 {facts}__unix=0=0"),
        ),
    )
    assert differences(with_stated(LockOptions(), lock), lock) == ()
    given_options = LockOptions(platforms=platforms, python=python, channels=channels)
    asked = with_stated(given_options, lock)
    assert not platforms or asked.platforms == platforms
    assert not python or asked.python == python
    assert not channels or asked.channels == channels


def test_sources_that_the_user_wrote_are_the_inputs(tmp_path: Path) -> None:
    """A lock of an environment.yml, also another tool's, is made anew from that file, wherever the folder is."""
    (tmp_path / "environment.yml").write_text("dependencies: [python]\n", encoding="utf-8")
    options = LockOptions(output=tmp_path)
    for custom in ((), (_FILES,)):
        lock = synthetic_lock(sources=("environment.yml",), custom=custom)
        assert made_from_files(lock)
        assert with_stated(options, lock).files == (tmp_path / "environment.yml",)
        named = replace(options, files=(Path("other.yml"),))
        assert with_stated(named, lock).files == (Path("other.yml"),)
        assert with_stated(replace(options, prefix=tmp_path), lock).files == ()


@pytest.mark.parametrize("sources", [(), ("environment.yml",)])
def test_files_that_a_lock_does_not_name_are_asked_for(sources: tuple[str, ...], tmp_path: Path) -> None:
    """A lock whose only source is what condasync generated does not say what it was made from."""
    text = "# This file was generated by condasync.\ndependencies: [python]\n"
    (tmp_path / "environment.yml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="does not say which") as caught:
        with_stated(LockOptions(output=tmp_path), synthetic_lock(sources=sources, custom=(_FILES,)))
    assert caught.value.hints == ("name them: condasync hook -f FILE -- COMMAND",)
