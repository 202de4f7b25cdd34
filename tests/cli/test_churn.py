"""Regenerating a lock moves as little as possible: on the bundled snapshot, with some 400 packages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from condasync.cli.app import invoke
from condasync.lock import conda_lock_v1
from condasync.lock.unmet import is_met
from condasync.model.lockfile import LockedPackage
from tests.cli.conftest import Cli

NAMES = (
    *("distributed", "scikit-learn", "bokeh", "matplotlib", "sphinx", "boto3", "flask", "altair", "pytest"),
    *("conda-lock", "ipykernel", "jupyterlab", "s3fs", "zarr", "xarray", "numba"),
)
OLD = "\n".join(
    [
        "channels: [conda-forge]",
        "platforms: [linux-64]",
        "dependencies:",
        "  - python=3.12",
        "  - pandas<2.3",
        "  - numpy<2.3",
        "  - pyarrow<24",
        *(f"  - {name}" for name in NAMES),
        "",
    ]
)
NEW = OLD.replace("<2.3", "").replace("<24", "")


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path) -> Path:
    """Return a folder with the lock of the old requests."""
    folder = tmp_path_factory.mktemp("locked")
    (folder / "environment.yml").write_text(OLD, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONDASYNC_CACHE_DIR", str(cache_dir))
        assert invoke(["export", "-f", str(folder / "environment.yml"), "-o", str(folder), "--offline"]) == 0
    return folder


@pytest.fixture
def here(cli: Cli, locked: Path) -> Path:
    """Return the working directory with that lock, and requests that now admit newer versions."""
    del cli  # makes the working directory
    for name in ("conda-lock.yml", "virtual-packages.yaml"):
        shutil.copy(locked / name, name)
    Path("environment.yml").write_text(NEW, encoding="utf-8")
    return Path("conda-lock.yml")


def rows(path: Path) -> dict[str, LockedPackage]:
    """Return the rows of a lock by name."""
    return {row.name: row for row in conda_lock_v1.loads(path.read_text(encoding="utf-8"), path=str(path)).packages}


def export(cli: Cli, *options: str, code: int = 0) -> dict[str, tuple[str | None, str | None]]:
    """Run an export and return the versions before and after of what it changed."""
    ran = cli("export", "-f", "environment.yml", "--offline", "--json", *options)
    assert ran.code == code, ran.out
    return {
        change["name"]: tuple(change[side] and change[side]["version"] for side in ("before", "after"))
        for change in ran.data["changes"]["changes"]
    }


def test_what_still_meets_the_request_stays(cli: Cli, here: Path, locked: Path) -> None:
    """Newer versions are on the channel and admitted, and nothing moves; the old bounds are gone from the inputs."""
    assert len(rows(here)) > 300
    assert export(cli) == {}
    assert rows(here) == rows(locked / "conda-lock.yml")


def test_updating_one_package_moves_it_and_what_it_forces(cli: Cli, here: Path, locked: Path) -> None:
    """Pandas alone; a second run changes no byte."""
    changed = export(cli, "--update", "pandas")
    assert changed.pop("pandas") != (None, None)
    before, after = rows(locked / "conda-lock.yml"), rows(here)
    # Beside it only what pandas alone had needed may be gone.
    assert {name: versions for name, versions in changed.items() if versions[1] is not None} == {}
    needed_before = dict(before["pandas"].dependencies)
    assert set(changed) <= {"pytz", "python-tzdata"} & set(needed_before)
    assert after["numpy"] == before["numpy"]
    text = here.read_bytes()
    assert export(cli, "--update", "pandas") == {}
    assert export(cli) == {}
    assert here.read_bytes() == text


def test_what_an_update_forces_is_forced(cli: Cli, here: Path, locked: Path) -> None:
    """A new pyarrow needs its own libarrow: whatever moves did not meet what another mover asks for."""
    changed = export(cli, "--update", "pyarrow")
    before, after = rows(locked / "conda-lock.yml"), rows(here)
    assert "libarrow" in changed
    assert "numpy" not in changed
    moved = {name for name in changed if name in before and name in after and name != "pyarrow"}
    for name in moved:
        asked = [dict(after[other].dependencies).get(name) for other in changed if other in after]
        wanted = [one for one in asked if one]
        same_version = before[name].version == after[name].version
        assert same_version or any(not is_met("conda", one, before[name].version) for one in wanted), name


def test_everything_may_move_when_told(cli: Cli, here: Path) -> None:
    """`--update-all` is as if there were no lock."""
    changed = export(cli, "--update-all")
    assert {"pandas", "numpy", "pyarrow"} <= set(changed)
    fresh = rows(here)
    here.unlink()
    assert cli("export", "-f", "environment.yml", "--offline").code == 0
    assert rows(here) == fresh


def test_check_writes_nothing_and_says_what_would_change(cli: Cli, here: Path) -> None:
    """Exit 1 while the files would change, 0 once they are written."""
    text = here.read_bytes()
    ran = cli("export", "-f", "environment.yml", "--offline", "--check", "--json")
    assert ran.code == 1
    assert ran.envelope["status"] == "no"
    assert ran.data["changed_files"] == ["conda-lock.yml"]
    assert ran.data["files"]["lock"] is None
    assert here.read_bytes() == text
    assert cli("export", "-f", "environment.yml", "--offline").code == 0
    ran = cli("export", "-f", "environment.yml", "--offline", "--check")
    assert ran.code == 0
    assert ran.out.endswith("up to date, nothing was written; against the earlier lock: no difference\n")
    assert "as locked, verified with " in " ".join(ran.out.split())


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--update", "unheard-of"), 2, "--update unheard-of: neither the lock nor the inputs know it"),
        (("--update", "pandas", "--update-all"), 2, "exclude each other"),
        (("--update", "pandas", "-o", "elsewhere"), 2, "there is no elsewhere/conda-lock.yml"),
        (("--format", "tar"), 2, "unknown format: tar"),
    ],
)
@pytest.mark.usefixtures("here")
def test_what_is_refused(cli: Cli, options: tuple[str, ...], code: int, message: str) -> None:
    """Before any work."""
    ran = cli("export", "-f", "environment.yml", "--offline", *options)
    assert ran.code == code
    assert message in ran.err


def test_a_broken_lock_is_only_replaced_by_force(cli: Cli, here: Path) -> None:
    """Exit 6 and the file as it was; with `--force` a new lock."""
    Path("environment.yml").write_text("dependencies: [python=3.12, zlib]\n", encoding="utf-8")
    text = here.read_text(encoding="utf-8").replace("version: 1\n", "version: 2\n", 1)
    here.write_text(text, encoding="utf-8")
    ran = cli("export", "-f", "environment.yml", "--offline")
    assert ran.code == 6
    assert "the version 2 is not known" in ran.err
    assert "hint: or overwrite it: --force" in ran.err
    assert here.read_text(encoding="utf-8") == text
    assert cli("export", "-f", "environment.yml", "--offline", "--force").code == 0
    assert "zlib" in rows(here)


def test_further_formats_are_written_with_the_lock(cli: Cli) -> None:
    """And named, with what they leave out."""
    Path("environment.yml").write_text("dependencies: [python=3.12, zlib]\n", encoding="utf-8")
    formats = ("--format", "explicit", "--format", "pylock")
    ran = cli("export", "-f", "environment.yml", "--offline", "--json", *formats)
    assert ran.data["files"]["more"] == ["conda-linux-64.lock", "pylock.toml"]
    assert Path("conda-linux-64.lock").is_file()
    assert any(finding["code"] == "not-in-format" for finding in ran.data["findings"])
