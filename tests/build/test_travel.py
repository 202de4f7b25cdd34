"""A lock and its channel folder are moved to another place, and every reader finds the packages there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rattler

from condasync.cli.app import invoke
from tests.build.conftest import MakeProject
from tests.build.python_channel import MINOR, python_channel

CONDA_LOCK = Path(sys.executable).parent / "conda-lock"
# Keeps what it is asked to install, and opens the packages that the list names by file, as conda would.
CONDA = """\
#!{python}
import sys, urllib.parse, urllib.request
listed = open(sys.argv[sys.argv.index("--file") + 1]).read()
open({seen!r}, "w").write(" ".join(sys.argv[1:]) + "\\n" + listed)
for line in listed.splitlines():
    if line.startswith("file:"):
        open(urllib.parse.unquote(urllib.parse.urlsplit(line).path), "rb").read()
"""


@pytest.fixture
def moved(tmp_path: Path, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a lock with one project, moved after the export; nothing is left at its first place."""
    monkeypatch.setenv("CONDASYNC_CACHE_DIR", str(tmp_path / "cache"))
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    project = make_project(tmp_path / "project", name="mine")
    (tmp_path / "requirements.txt").write_text(f"-e {project}\n", encoding="utf-8")
    channel = python_channel(tmp_path / "channel")
    options = ("-o", tmp_path / "first", "-c", channel, "--offline", "--solver", "rattler", "--python", MINOR)
    assert invoke([str(one) for one in ("export", "-f", tmp_path / "requirements.txt", *options)]) == 0
    place = tmp_path / "another place"
    shutil.move(tmp_path / "first", place)
    monkeypatch.chdir(place)
    return place


@pytest.fixture
def package(moved: Path) -> Path:
    """Return where the project's package lies now."""
    (path,) = moved.glob("condasync-channel/noarch/mine-*.conda")
    return path


@pytest.fixture
def conda_lock(moved: Path) -> Callable[..., str]:
    """Return a runner of conda-lock in the folder; PWD says another one, as it does after a program's `chdir`."""

    def run(*arguments: str | Path) -> str:
        environment = {**os.environ, "HOME": str(moved), "PWD": "/"}
        done = subprocess.run(
            [CONDA_LOCK, *arguments], cwd=moved, capture_output=True, text=True, check=False, env=environment
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    return run


def _json(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    capsys.readouterr()
    invoke([*map(str, arguments), "--json"])
    envelope: dict[str, Any] = json.loads(capsys.readouterr().out)
    return envelope


def test_no_path_of_the_first_place_is_in_the_files(moved: Path, tmp_path: Path) -> None:
    """Not of the lock's folder, the project or the home of whoever made it."""
    for name in ("conda-lock.yml", "environment.yml"):
        text = (moved / name).read_text(encoding="utf-8").replace((tmp_path / "channel").as_uri(), "")
        assert "./condasync-channel" in text
        assert str(tmp_path) not in text


def test_conda_lock_installs_where_the_folder_lies_now(
    package: Path, conda_lock: Callable[..., str], tmp_path: Path
) -> None:
    """`conda-lock install` hands conda a list whose file it can open there, and conda-lock's digest is its."""
    conda, seen = tmp_path / "conda", tmp_path / "seen"
    conda.write_text(CONDA.format(python=sys.executable, seen=str(seen)), encoding="utf-8")
    conda.chmod(0o755)
    conda_lock("install", "--conda", conda, "--prefix", tmp_path / "prefix", "conda-lock.yml")
    arguments, *listed = seen.read_text(encoding="utf-8").splitlines()
    assert f"--prefix {tmp_path / 'prefix'}" in arguments
    (line,) = [line for line in listed if "condasync-channel" in line]
    assert line.startswith(f"file:///proc/self/cwd/condasync-channel/noarch/{package.name}#")


def test_conda_lock_renders_and_finds_its_hash(moved: Path, package: Path, conda_lock: Callable[..., str]) -> None:
    """The rendered list names no path either, so it travels too; the content hash does not depend on the place."""
    conda_lock("render", "-k", "explicit", "-p", "linux-64", "conda-lock.yml")
    rendered = (moved / "conda-linux-64.lock").read_text(encoding="utf-8")
    assert f"\nfile:///proc/self/cwd/condasync-channel/noarch/{package.name}#" in rendered
    nothing = shutil.which("true")
    assert nothing
    files = ("-f", "environment.yml", "--lockfile", "conda-lock.yml")
    assert "already locked" in conda_lock("lock", "--conda", nothing, "--check-input-hash", *files)


def test_rattler_reads_it(moved: Path, package: Path) -> None:
    """The URL of the row opens from the lock's folder."""
    environment = rattler.LockFile.from_path(moved / "conda-lock.yml").default_environment()
    assert environment is not None
    records = environment.conda_repodata_records_for_platform(next(iter(environment.platforms()))) or ()
    (url,) = [record.url for record in records if record.name.normalized == "mine"]
    assert Path(url.removeprefix("file://")).read_bytes() == package.read_bytes()


def test_verify_finds_the_packages_from_anywhere(
    moved: Path, package: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It passes; it does not when the package is gone or is another file."""
    monkeypatch.chdir(tmp_path)
    arguments = ("verify", moved / "conda-lock.yml", "--offline", "--solver", "rattler")
    made = _json(capsys, *arguments)
    assert (made["exit_code"], made["data"]["findings"]) == (0, [])
    data = package.read_bytes()
    package.write_bytes(data + b"more")
    assert [one["code"] for one in _json(capsys, *arguments)["data"]["findings"]] == ["package-differs"]
    shutil.rmtree(package.parent.parent)
    made = _json(capsys, *arguments)
    assert made["exit_code"] == 1
    assert [one["code"] for one in made["data"]["findings"]] == ["package-missing", "not-on-channel"]


@pytest.mark.parametrize("to", ["explicit", "conda-lock", "pixi"])
def test_convert_re_points_what_it_writes(
    package: Path, to: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Into the lock's folder: by place. Into another one: by the path of now, with a warning."""
    here = _json(capsys, "convert", "conda-lock.yml", "--format", to)
    assert "/proc/self/cwd/condasync-channel/" in here["data"]["text"]
    assert "does-not-travel" not in [one["code"] for one in here["data"]["findings"]]
    away = _json(capsys, "convert", "conda-lock.yml", "--format", to, "-o", tmp_path / "away" / "lock.yml")
    text = (tmp_path / "away" / "lock.yml").read_text(encoding="utf-8")
    assert package.as_uri() in text or str(package) in text
    assert "does-not-travel" in [one["code"] for one in away["data"]["findings"]]
    back = _json(capsys, "diff", "conda-lock.yml", tmp_path / "away" / "lock.yml")
    assert back["exit_code"] == 0, back


def test_check_and_a_further_export_see_no_change(
    moved: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """What was exported elsewhere is up to date here, byte for byte."""
    inputs = ("-f", tmp_path / "requirements.txt")
    assert _json(capsys, "check", "conda-lock.yml", *inputs)["exit_code"] == 0
    options = ("-o", moved, "-c", tmp_path / "channel", "--offline", "--solver", "rattler", "--python", MINOR)
    again = _json(capsys, "export", *inputs, *options, "--check")
    assert (again["exit_code"], again["data"]["changed_files"]) == (0, [])


def test_the_written_environment_yml_is_an_input_elsewhere(
    moved: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its channel is looked for beside it, not in the working directory."""
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "deep")
    made = _json(capsys, "export", "-f", moved / "environment.yml", "-o", "out", "--offline", "--solver", "rattler")
    assert made["exit_code"] == 0, made
    (row,) = [row for row in made["data"]["outcomes"] if row["package"] == "mine"]
    assert row["locked"][0]["url"].startswith((moved / "condasync-channel").as_uri())


def test_apply_installs_from_the_folder_beside_the_lock(
    moved: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """From any working directory, and the prefix imports the project."""
    monkeypatch.chdir(tmp_path)
    made = _json(capsys, "apply", moved / "conda-lock.yml", "--prefix", tmp_path / "prefix", "--offline")
    assert made["exit_code"] == 0, made
    python = tmp_path / "prefix" / "bin" / "python"
    done = subprocess.run(
        [python, "-c", "import mine; mine.main()"], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout == "mine runs\n"
