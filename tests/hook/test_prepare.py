"""Is the lock fresh, and if not, is it made anew: real exports on the bundled snapshot."""

from __future__ import annotations

from pathlib import Path

import pytest

import condasync
from condasync.errors import (
    CaptureError,
    ChannelError,
    CondasyncError,
    LockFileError,
    OutputError,
    UnsolvableError,
)
from condasync.hook.lock_options import LockOptions
from condasync.hook.prepare import StaleLockError, prepare, prepared
from condasync.hook.prepared import Prepared, digest_of
from condasync.lock import conda_lock_v1
from condasync.model.lockfile import LockFile
from tests.hook.conftest import synthetic_lock, write_lock


def _wanted(folder: Path, *lines: str) -> Path:
    path = folder / "requirements.txt"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def _lock(path: Path) -> LockFile:
    return conda_lock_v1.loads(path.read_text(encoding="utf-8"), path=str(path))


def _version(path: Path, name: str) -> str:
    return next(row.version for row in _lock(path).packages if row.name == name)


def test_a_lock_is_made_and_stays_as_long_as_it_is_fresh(here: Path) -> None:
    """A missing lock is made; the second time nothing is written; `condasync.prepare` is this function."""
    file = _wanted(here, "numpy==1.26.4")
    made = condasync.prepare(files=[file], output="out", channels=["bundled"], python="3.11", offline=True)
    assert made.lock == here / "out" / "conda-lock.yml"
    assert made.digest == digest_of(made.lock)
    assert (made.changed, made.stale) == (True, ("there is none yet",))
    before = made.lock.stat()
    again = prepare(files=[file], output="out")
    assert (again.lock, again.digest, again.changed, again.stale) == (made.lock, made.digest, False, ())
    assert made.lock.stat() == before


def test_a_stale_lock_is_made_anew_as_it_was_made(here: Path) -> None:
    """Platforms, Python and channels that the lock states are asked again; without refresh it is an error instead."""
    file = _wanted(here, "numpy==1.26.4")
    platforms = ["linux-64", "osx-arm64"]
    first = prepare(files=[file], channels=["bundled"], python="3.11", platforms=platforms, offline=True)
    _wanted(here, "numpy==2.0.0")
    told: list[str] = []
    with pytest.raises(StaleLockError, match=r"numpy 1\.26\.4 became 2\.0\.0") as caught:
        prepare(files=[file], refresh=False)
    assert (caught.value.exit_code, caught.value.facts["drifts"]) == (1, ("numpy 1.26.4 became 2.0.0",))
    assert digest_of(first.lock) == first.digest
    made = prepared(LockOptions(files=(file,), offline=True), tell=told.append)
    assert made.changed
    assert made.stale == ("numpy 1.26.4 became 2.0.0",)
    assert told == [f"{made.lock} is stale: numpy 1.26.4 became 2.0.0; making it anew"]
    assert _version(made.lock, "numpy") == "2.0.0"
    lock = _lock(made.lock)
    assert lock.metadata.platforms == tuple(platforms)
    assert dict(lock.metadata.custom)["condasync_python"] == "3.11"


def test_without_refresh_a_missing_lock_is_an_error(here: Path) -> None:
    """For CI: nothing is written."""
    with pytest.raises(StaleLockError, match="is stale: there is none yet"):
        prepare(refresh=False)
    assert not list(here.iterdir())


def test_a_lock_of_the_users_own_file_needs_no_words(here: Path) -> None:
    """The source that the lock names is checked and, when it changes, read again."""
    source = here / "environment.yml"
    text = "channels: [conda-forge]\ndependencies:\n  - python =3.11\n  - {}\nplatforms: [linux-64]\n"
    source.write_text(text.format("numpy =1.26"), encoding="utf-8")
    prepare(files=[source], offline=True)
    assert prepare(offline=True).changed is False
    source.write_text(text.format("numpy =2.0"), encoding="utf-8")
    made = prepare(offline=True)
    assert made.changed
    assert _version(made.lock, "numpy").startswith("2.0.")
    assert source.read_text(encoding="utf-8") == text.format("numpy =2.0")


def test_the_environment_of_this_interpreter_is_meant(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without inputs `prepare` looks where it runs, whatever a shell left active; the command looks there."""
    monkeypatch.setenv("CONDA_PREFIX", str(here / "nowhere"))
    write_lock(here, synthetic_lock(custom=(("condasync_input_1", f"venv sha256:{'0' * 64}"),)))
    with pytest.raises(StaleLockError, match="is stale"):
        prepare(refresh=False)
    with pytest.raises(CaptureError, match="nowhere"):
        prepared(LockOptions(), refresh=False)


def test_errors_of_the_export_are_raised_as_they_are(here: Path) -> None:
    """No solution, nothing offline, a lock that is somebody else's, a broken one: each error has its own type."""
    file = _wanted(here, "numpy==1.26.4", "numpy==2.0.0")
    with pytest.raises(UnsolvableError):
        prepare(files=[file], channels=["bundled"], python="3.11", offline=True, pin="exact")
    with pytest.raises(ChannelError, match="no-such-folder"):
        prepare(files=[file], channels=["./no-such-folder"], python="3.11")
    theirs = here / "conda-lock.yml"
    theirs.write_text("version: 1\nmetadata: 5\n", encoding="utf-8")
    with pytest.raises(LockFileError, match=r"conda-lock\.yml"):
        prepare(files=[file], offline=True)
    source = here / "environment.yml"
    source.write_text("channels: [conda-forge]\ndependencies: [python]\nplatforms: [linux-64]\n", encoding="utf-8")
    text = conda_lock_v1.dumps(synthetic_lock(sources=("environment.yml",)))
    theirs.write_text(text.partition("version: 1")[1] + text.partition("version: 1")[2], encoding="utf-8")
    with pytest.raises(OutputError, match="condasync did not write it"):
        prepare(offline=True)


def test_what_stays_behind_is_told_each_time(here: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A package that is in no lock is named when the lock is made and when it is fresh, in value and log."""
    file = _wanted(here, "numpy==1.26.4", "no-such-package-anywhere==1.0")
    for changed in (True, False):
        caplog.clear()
        made = prepare(files=[file], offline=True, channels=["bundled"], python="3.11")
        assert made.changed is changed
        (text,) = made.left_behind
        assert text.startswith("no-such-package-anywhere stays behind: ")
        assert [one.message for one in caplog.records if one.name == "condasync"] == [text]


def test_an_export_that_says_no_is_an_error(here: Path) -> None:
    """A package that cannot come along fails a strict export each time, with a lock there or not, changing or not."""
    file = _wanted(here, "numpy==1.26.4", "no-such-package-anywhere==1.0")

    def strictly(*, refresh: bool = True) -> Prepared:
        return prepare(
            files=[file], channels=["bundled"], python="3.11", offline=True, more=["--strict"], refresh=refresh
        )

    for refresh in (True, True, False):
        with pytest.raises(CondasyncError, match="no-such-package-anywhere stays behind"):
            strictly(refresh=refresh)
    prepare(files=[file], offline=True)  # without --strict it is well
    with pytest.raises(CondasyncError, match="no-such-package-anywhere stays behind"):
        strictly()
    _wanted(here, "numpy==1.26.4")
    assert strictly().changed
    assert strictly(refresh=False).stale == ()
