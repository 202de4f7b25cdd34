"""The three files in the hands of their real readers: conda-lock's own commands and rattler."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import rattler

from condasync.convert.channel_folder import portable_lock
from condasync.lock import conda_lock_v1, environment_yml, virtual_packages_yaml
from condasync.lock.assemble import lockfile_for
from condasync.lock.content_hash import content_hashes_of
from condasync.lock.environment_yml import EnvironmentFile, PlatformRequests
from condasync.lock.output_files import OutputFile, write_all
from condasync.model.lockfile import LockedPackage, LockFile, LockMetadata
from condasync.model.solve import Solution
from condasync.model.spec import CondaSpec
from condasync.model.target import Target, VirtualPackage

CONDA_LOCK = Path(sys.executable).parent / "conda-lock"
TARGET = Target(
    subdir="linux-64",
    python="3.11",
    virtual_packages=(
        VirtualPackage(name="__unix", version="0"),
        VirtualPackage(name="__linux", version="5.10"),
        VirtualPackage(name="__glibc", version="2.28"),
        VirtualPackage(name="__archspec", version="1", build="x86_64"),
    ),
)
SPECS = (
    CondaSpec(name="zstd", version="==1.5.7"),
    CondaSpec(name="openssl", version=">=3,<4"),
    CondaSpec(name="tzdata"),
    CondaSpec(name="libedit"),
    CondaSpec(name="actionlint", version="1.*"),
)
WHEEL = LockedPackage(
    manager="pip",
    name="made-up",
    version="1.10",
    platform="linux-64",
    url="https://example.org/made_up-1.10-py3-none-any.whl",
    md5=None,
    sha256="0" * 64,
)


def write(folder: Path, solution: Solution, wheels: tuple[LockedPackage, ...] = ()) -> None:
    """Write the files of one export."""
    requests = PlatformRequests(
        platform="linux-64", specs=SPECS, wheels=tuple((row.name, row.version) for row in wheels)
    )
    environment = environment_yml.dumps(EnvironmentFile(channels=("conda-forge",), requests=(requests,)))
    virtual = virtual_packages_yaml.dumps([TARGET])
    lock = lockfile_for(
        solutions={"linux-64": solution},
        channels=["conda-forge"],
        content_hash=content_hashes_of(environment, virtual_packages_text=virtual),
        sources=["environment.yml"],
        wheels=wheels,
        custom=[("condasync_schema", "1")],
    )
    write_all(
        [
            OutputFile(path=folder / "environment.yml", text=environment, is_ours=environment_yml.is_generated),
            OutputFile(
                path=folder / "conda-lock.yml", text=conda_lock_v1.dumps(lock), is_ours=conda_lock_v1.is_generated
            ),
            OutputFile(path=folder / "virtual-packages.yaml", text=virtual, is_ours=virtual_packages_yaml.is_generated),
        ]
    )


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run conda-lock in a folder."""
    return subprocess.run(
        [CONDA_LOCK, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HOME": str(folder)},
    )


def locked_already(folder: Path, *more: str) -> str:
    """Return what `conda-lock lock --check-input-hash` says, with a conda that cannot solve."""
    nothing = shutil.which("true")
    assert nothing is not None
    files = ("-f", "environment.yml", "--lockfile", "conda-lock.yml")
    done = run(folder, "lock", "--conda", nothing, "--check-input-hash", *files, *more)
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_conda_lock_finds_the_environment_locked_already(tmp_path: Path, solution: Solution) -> None:
    """The hash is the one that conda-lock computes, so it leaves our bytes alone."""
    write(tmp_path, solution)
    before = (tmp_path / "conda-lock.yml").read_bytes()
    assert "Spec hash already locked for ['linux-64']" in locked_already(tmp_path)
    assert (tmp_path / "conda-lock.yml").read_bytes() == before


def test_conda_lock_finds_it_locked_with_a_pip_section(tmp_path: Path, solution: Solution) -> None:
    """The same with wheels: the pip section adds `pip`, which conda-lock looks up in its name table."""
    write(tmp_path, solution, (WHEEL,))
    (tmp_path / "table.json").write_text("{}", encoding="utf-8")
    said = locked_already(tmp_path, "--pypi_to_conda_lookup_file", str(tmp_path / "table.json"))
    assert "Spec hash already locked for ['linux-64']" in said


def test_conda_lock_sees_a_changed_request(tmp_path: Path, solution: Solution) -> None:
    """The check can fail: after a change it wants to lock again, which this conda cannot."""
    write(tmp_path, solution)
    changed = (tmp_path / "environment.yml").read_text(encoding="utf-8").replace("zstd==1.5.7", "zstd==1.5.6")
    (tmp_path / "environment.yml").write_text(changed, encoding="utf-8")
    with pytest.raises(AssertionError, match="Locking dependencies"):
        locked_already(tmp_path)


def test_conda_lock_renders_every_package(tmp_path: Path, solution: Solution) -> None:
    """`conda-lock render -k explicit` lists every URL with its md5."""
    write(tmp_path, solution)
    done = run(tmp_path, "render", "-k", "explicit", "-p", "linux-64", "conda-lock.yml")
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "conda-linux-64.lock").read_text(encoding="utf-8").splitlines()
    listed = {line for line in lines if line.startswith("https://")}
    assert listed == {f"{record.url}#{record.md5}" for record in solution.records}


def test_rattler_reads_every_package(tmp_path: Path, solution: Solution) -> None:
    """Rattler finds names, versions, builds, digests and URLs, and a closed set of packages."""
    write(tmp_path, solution)
    lock = rattler.LockFile.from_path(tmp_path / "conda-lock.yml")
    environment = lock.default_environment()
    assert environment is not None
    platform = next(iter(environment.platforms()))
    records = environment.conda_repodata_records_for_platform(platform)
    assert records is not None
    found = {
        (record.name.normalized, str(record.version), str(record.build), record.md5, record.sha256, record.url)
        for record in records
    }
    assert {
        (name, version, build, _hex(md5), _hex(sha256), url) for name, version, build, md5, sha256, url in found
    } == {
        (record.name, record.version, record.build, record.md5, record.sha256, record.url)
        for record in solution.records
    }
    rattler.PackageRecord.validate(list(records))


def _hex(digest: bytes | None) -> str | None:
    return None if digest is None else digest.hex()


def test_conda_lock_fills_in_the_folder_of_other_platforms(tmp_path: Path) -> None:
    """Where the system has no name for the working directory, the row's placeholder becomes it."""
    row = LockedPackage(
        manager="conda",
        name="made-up",
        version="1.10",
        platform="osx-arm64",
        url=f"{tmp_path.as_uri()}/condasync-channel/noarch/made-up-1.10-pyh_0.conda",
        md5="0" * 32,
        sha256="0" * 64,
    )
    metadata = LockMetadata(
        content_hash=(("osx-arm64", "0" * 64),), channels=("conda-forge",), platforms=("osx-arm64",), sources=()
    )
    lock = portable_lock(LockFile(packages=(row,), metadata=metadata), folder=tmp_path.as_uri())
    place = tmp_path / "moved"
    place.mkdir()
    (place / "conda-lock.yml").write_text(conda_lock_v1.dumps(lock), encoding="utf-8")
    done = subprocess.run(
        [CONDA_LOCK, "render", "-k", "explicit", "conda-lock.yml"],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HOME": str(tmp_path), "PWD": str(place)},
    )
    assert done.returncode == 0, done.stderr
    lines = (place / "conda-osx-arm64.lock").read_text(encoding="utf-8").splitlines()
    assert f"{place.as_uri()}/condasync-channel/noarch/made-up-1.10-pyh_0.conda#{'0' * 32}" in lines
