"""`condasync export` as a user meets it: files, summary, JSON contract, exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from condasync.lock import conda_lock_v1
from condasync.pypi.names_grayskull import grayskull_file

if TYPE_CHECKING:
    from tests.cli.conftest import Cli

OFFLINE = ("--offline", "--python", "3.12")
CONDA_LOCK = Path(sys.executable).with_name("conda-lock")


def write(path: Path, text: str) -> Path:
    """Write an input file and return its path."""
    path.write_text(text, encoding="utf-8")
    return path


def test_files_that_stay_are_not_said_to_be_written(cli: Cli, tmp_path: Path) -> None:
    """The second export touches no file and says so; a file that is gone is written again, and only that one."""
    source = write(tmp_path / "requirements.txt", "numpy>=2\n")
    cli("export", "-f", source, *OFFLINE)
    again = cli("export", "-f", source, *OFFLINE).out
    assert "wrote" not in again
    assert "unchanged: conda-lock.yml" in again
    Path("environment.yml").unlink()
    third = cli("export", "-f", source, *OFFLINE).out
    assert "wrote environment.yml" in third
    assert "unchanged: conda-lock.yml" in third


def test_requirements_become_three_files(cli: Cli, tmp_path: Path) -> None:
    """A requirements file gives environment.yml, conda-lock.yml and virtual-packages.yaml, and says so."""
    source = write(tmp_path / "requirements.txt", "numpy>=2\nmatplotlib\nPyYAML\n")
    ran = cli("export", "-f", source, *OFFLINE, "-o", "out")
    assert (ran.code, ran.err) == (0, "")
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "conda-lock.yml",
        "environment.yml",
        "virtual-packages.yaml",
    ]
    assert "wrote out/conda-lock.yml" in ran.out
    assert Path("out/environment.yml").read_text(encoding="utf-8").splitlines()[1:] == [
        "channels:",
        "  - conda-forge",
        "platforms:",
        "  - linux-64",
        "dependencies:",
        "  - python=3.12",
        "  - matplotlib-base==3.11.0",
        "  - numpy>=2",
        "  - pyyaml==6.0.3",
    ]


def test_json_keeps_the_contract(cli: Cli, tmp_path: Path) -> None:
    """`--json` prints one envelope whose keys are the contract's, and nothing else on stdout."""
    source = write(tmp_path / "requirements.txt", "numpy\nno-such-package-anywhere\n")
    ran = cli("export", "-f", source, *OFFLINE, "-o", "out", "--json")
    assert list(ran.envelope) == ["condasync_result_version", "command", "status", "exit_code", "data", "errors"]
    assert (ran.envelope["command"], ran.envelope["status"], ran.envelope["exit_code"]) == ("export", "ok", 0)
    assert list(ran.data) == [
        *("engine", "verified_by", "platforms", "python", "channels", "counts", "outcomes", "conflicts", "findings"),
        "files",
        *("changed_files", "changes"),
    ]
    assert list(ran.data["counts"]) == [
        *("captured", "kept", "mapped", "built", "pip_wheel", "system", "dropped", "unmapped", "relaxed", "locked")
    ]
    numpy = next(row for row in ran.data["outcomes"] if row["package"] == "numpy")
    assert list(numpy) == [
        *("package", "manager", "version", "requested", "outcome", "conda_names", "specs", "locked"),
        *("relaxed", "evidence", "reason"),
    ]
    assert [row["name"] for row in numpy["locked"]] == ["numpy"]
    other = next(row for row in ran.data["outcomes"] if row["package"] == "no-such-package-anywhere")
    assert (other["outcome"], other["reason"]["code"]) == ("unmapped", "no-known-name")


def test_strict_says_no_when_something_stays_behind(cli: Cli, tmp_path: Path) -> None:
    """With --strict an unmapped package is exit 1, and the lock is written all the same."""
    source = write(tmp_path / "requirements.txt", "numpy\nno-such-package-anywhere\n")
    ran = cli("export", "-f", source, *OFFLINE, "-o", "out", "--strict", "--json")
    assert (ran.code, ran.envelope["status"]) == (1, "no")
    assert Path("out/conda-lock.yml").is_file()


def test_own_environment_file_is_the_source(cli: Cli, tmp_path: Path) -> None:
    """An environment.yml that needs no translation is the lock's source, not touched; no second one is written."""
    text = "channels:\n  - conda-forge\nplatforms:\n  - linux-64\ndependencies:\n  - python=3.12\n  - numpy\n"
    source = write(tmp_path / "environment.yml", text)
    ran = cli("export", "-f", source, "--offline", "-o", tmp_path, "--json")
    assert ran.code == 0, ran.err
    assert source.read_text(encoding="utf-8") == text
    assert sorted(path.name for path in tmp_path.glob("*.y*ml")) == [
        "conda-lock.yml",
        "environment.yml",
        "virtual-packages.yaml",
    ]
    lock = conda_lock_v1.loads((tmp_path / "conda-lock.yml").read_text(encoding="utf-8"), path="conda-lock.yml")
    assert lock.metadata.sources == ("environment.yml",)


def test_the_platforms_of_an_environment_file_are_locked(cli: Cli, tmp_path: Path) -> None:
    """Without --platform the file says for which, and its lock is fresh; the option says otherwise."""
    text = "channels: [conda-forge]\nplatforms: [osx-arm64, linux-64]\ndependencies: [python=3.12, zlib]\n"
    source = write(tmp_path / "environment.yml", text)
    ran = cli("export", "-f", source, "--offline", "-o", tmp_path, "--json")
    assert (ran.code, ran.data["platforms"]) == (0, ["osx-arm64", "linux-64"]), ran.err
    assert ran.data["files"]["environment"] == str(source)
    assert cli("check", tmp_path).code == 0
    other = cli("export", "-f", source, "--offline", "-o", "out", "--platform", "linux-64", "--json")
    assert other.data["platforms"] == ["linux-64"]


SELECTED = """\
channels: [conda-forge]
platforms: [linux-64, osx-arm64]
dependencies:
  - python=3.12
  - libcxx  # [osx]
  - zlib=1.3  # [linux]
  - zlib  # [osx]
"""


def test_selectors_hold_on_their_platforms(cli: Cli, tmp_path: Path) -> None:
    """As conda-lock reads them: each platform gets its lines, the others account for what they leave out."""
    source = write(tmp_path / "environment.yml", SELECTED)
    ran = cli("export", "-f", source, "--offline", "-o", tmp_path, "--json")
    assert ran.code == 0, ran.out
    assert ran.data["files"]["environment"] == str(source)
    lock = conda_lock_v1.loads((tmp_path / "conda-lock.yml").read_text(encoding="utf-8"), path="conda-lock.yml")
    assert [row.platform for row in lock.packages if row.name == "libcxx"] == ["osx-arm64"]
    left_out = {row["package"]: row for row in ran.data["outcomes"] if row["outcome"] == "dropped"}
    assert left_out["libcxx"]["reason"]["code"] == "excluded-by-selector"
    assert left_out["libcxx"]["by_platform"]["osx-arm64"]["outcome"] == "kept"
    assert [row["code"] for row in ran.data["findings"] if row["code"] == "selector-comment"] == []
    assert cli("check", tmp_path).code == 0
    source.write_text(SELECTED.replace("libcxx", "xz"), encoding="utf-8")
    stale = cli("check", tmp_path)
    assert (stale.code, "xz is wanted and not locked for osx-arm64" in stale.out) == (1, True)
    source.write_text(SELECTED, encoding="utf-8")
    alone = cli("export", "-f", source, "--offline", "-o", "out", "--platform", "osx-arm64", "--json")
    assert (alone.code, [row["package"] for row in alone.data["outcomes"] if row["outcome"] == "dropped"]) == (
        0,
        ["zlib"],
    )
    assert "  - libcxx" in Path("out/environment.conda-forge.yml").read_text(encoding="utf-8")


def test_translated_environment_file_gets_another_name(cli: Cli, tmp_path: Path) -> None:
    """An environment.yml with a pip section is never overwritten: the generated file has a name of its own."""
    text = "channels: [conda-forge]\ndependencies:\n  - python=3.12\n  - numpy\n  - pip\n  - pip:\n    - PyYAML\n"
    source = write(tmp_path / "environment.yml", text)
    ran = cli("export", "-f", source, "--offline", "-o", tmp_path, "--json")
    assert ran.code == 0, ran.err
    assert source.read_text(encoding="utf-8") == text
    assert ran.data["files"]["environment"] == str(tmp_path / "environment.conda-forge.yml")
    assert "  - pyyaml" in (tmp_path / "environment.conda-forge.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["environment.yml", "conda-lock.yml", "virtual-packages.yaml"])
def test_foreign_file_is_never_overwritten(cli: Cli, tmp_path: Path, name: str) -> None:
    """A file that condasync did not write stops the export with exit 6; it and its neighbours stay as they are."""
    source = write(tmp_path / "requirements.txt", "numpy\n")
    Path("out").mkdir()
    foreign = write(Path("out") / name, "mine: true\n")
    ran = cli("export", "-f", source, *OFFLINE, "-o", "out")
    assert ran.code == 6
    hints = "hint: write to another folder: -o DIR\n"
    hints += "hint: or overwrite it: --force\n" if name == "conda-lock.yml" else ""
    assert ran.err == f"error: {foreign} exists and condasync did not write it\n{hints}"
    assert [path.name for path in Path("out").iterdir()] == [name]
    assert foreign.read_text(encoding="utf-8") == "mine: true\n"


def test_packages_built_here_wait_for_the_files(cli: Cli, tmp_path: Path) -> None:
    """All files or none: nothing is published into a folder where the lock cannot be written."""
    source = write(tmp_path / "requirements.txt", "numpy\n")
    module = write(tmp_path / "helpers.py", "import numpy\n")
    Path("out").mkdir()
    write(Path("out") / "environment.yml", "mine: true\n")
    asked = ("export", "-f", source, *OFFLINE, "--include-module", module, "-o", "out")
    assert cli(*asked).code == 6
    assert [path.name for path in Path("out").iterdir()] == ["environment.yml"]
    (Path("out") / "environment.yml").unlink()
    assert cli(*asked).code == 0
    assert (Path("out") / "condasync-channel").is_dir()


def test_second_export_leaves_every_byte(cli: Cli, tmp_path: Path) -> None:
    """The same input and repodata give the same bytes, and the files are not even touched."""
    source = write(tmp_path / "requirements.txt", "distributed\npandas\n")
    assert cli("export", "-f", source, *OFFLINE, "-o", "out").code == 0
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in Path("out").iterdir()}
    assert cli("export", "-f", source, *OFFLINE, "-o", "out").code == 0
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in Path("out").iterdir()} == before


def test_unsolvable_request_is_exit_5_with_all_outcomes(cli: Cli, tmp_path: Path) -> None:
    """When the solve fails nothing is written, and `data` still carries the outcomes."""
    source = write(tmp_path / "requirements.txt", "numpy==1.0\npandas\n")
    ran = cli("export", "-f", source, *OFFLINE, "-o", "out", "--pin", "exact", "--json")
    assert (ran.code, ran.envelope["status"]) == (5, "error")
    assert [error["code"] for error in ran.envelope["errors"]] == ["unsolvable"]
    assert [row["package"] for row in ran.data["outcomes"]] == ["numpy", "pandas"]
    assert ran.data["files"] == {"environment": None, "lock": None, "virtual_packages": None, "more": []}
    assert not Path("out").exists()


def test_conda_lock_accepts_the_lock(cli: Cli, tmp_path: Path) -> None:
    """conda-lock computes the same content hash, leaves the file alone, and renders it for conda."""
    source = write(tmp_path / "requirements.txt", "distributed\npandas\nscikit-learn>=1.5\n")
    assert cli("export", "-f", source, *OFFLINE, "-o", "out").code == 0
    before = Path("out/conda-lock.yml").read_bytes()
    checked = subprocess.run(
        [
            *(CONDA_LOCK, "lock", "--conda", "/bin/true", "--check-input-hash", "-f", "environment.yml"),
            *("--lockfile", "conda-lock.yml", "--pypi_to_conda_lookup_file", str(grayskull_file())),
        ],
        cwd="out",
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert "Spec hash already locked for ['linux-64']" in checked.stderr
    assert Path("out/conda-lock.yml").read_bytes() == before
    rendered = subprocess.run(
        [CONDA_LOCK, "render", "-k", "explicit", "conda-lock.yml"], cwd="out", capture_output=True, check=False
    )
    assert rendered.returncode == 0
    lines = Path("out/conda-linux-64.lock").read_text(encoding="utf-8").splitlines()
    lock = conda_lock_v1.loads(before.decode(), path="conda-lock.yml")
    assert {line.partition("#")[0] for line in lines if line.startswith("https://")} == {
        row.url for row in lock.packages
    }
    assert "@EXPLICIT" in lines
