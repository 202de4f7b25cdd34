"""Hand locks to their readers and write docs/consumers.md from what they do; `make docs` runs it.

The lock is of one small package that is built here into a channel of its own, so that readers can install it without
network. A reader that is not installed keeps the row that the page has of it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sample_lock import FILE, NAME, Ground, digest_of, ground, made_wheel, served

from condasync.lock import conda_lock_v1, explicit, pinned_environment_yml, pixi_lock, pylock_toml
from condasync.lock.content_hash import content_hashes_of
from condasync.model.lockfile import LockFile, LockMetadata

PAGE = Path(__file__).with_name("consumers.md")
HEADER = """\
# Who reads the files

Made by `make docs` (docs/consumers.py), which hands each reader a lock of one package and looks at what it does;
a test does the same. Wheels: "yes" where the reader takes pip rows as well.

| reader | version | file | what it did | wheels |
|---|---|---|---|---|
"""
FOOTER = """
An explicit list names sha256 digests (`#sha256:...`), which conda checks on what it downloads. Wheels are comments in
it, in the form that conda-lock writes. conda-lockfiles 0.2.2 knows `pypi` as a manager of rows, not `pip`, which
conda-lock itself writes: it rejects every conda-lock.yml with wheels, whoever wrote it. pixi-sbom is a reader of locks
of its own, in Rust on rattler's crates.

micromamba and pixi themselves were not run: neither is on a package index that was in reach. PyPI and npm have no
`micromamba`; the `pixi` of PyPI downloads pictures, the one of npm draws them; Debian has neither. Both come from
conda-forge and their own pages. Where `micromamba` is on PATH, `make docs` and the tests hand it the lock. Of pixi,
rattler is the part that reads locks and installs.
"""
_PIP_WITH_PYLOCK = 26


class SkippedError(Exception):
    """The reader is not installed."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Describe one reader: `run` returns what it did and whether it takes wheels, or raises."""

    name: str
    distribution: str
    file: str
    run: Callable[[Ground], tuple[str, str]] = field(compare=False)
    version: Callable[[], str] | None = field(compare=False, default=None)


def _run(where: Ground, *command: str | Path) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=where.folder,
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(where.folder),
            "CONDA_PKGS_DIRS": str(where.folder / "pkgs"),
        },
    )
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout + done.stderr


def _write(where: Ground, name: str, text: str) -> Path:
    path = where.folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _program(name: str) -> Path:
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise SkippedError(name)
    return Path(found)


def _installed(prefix: Path) -> None:
    if (prefix / "share/small.txt").read_text(encoding="utf-8") != "it works\n":
        raise RuntimeError("the package's file is not there")


def conda_lock_render(where: Ground) -> tuple[str, str]:
    """Render the explicit list of every package."""
    _write(where, "conda-lock.yml", conda_lock_v1.dumps(where.with_wheel))
    _run(where, _program("conda-lock"), "render", "-k", "explicit", "-p", "linux-64", "conda-lock.yml")
    text = (where.folder / "conda-linux-64.lock").read_text(encoding="utf-8")
    if FILE not in text or "made_up-1.0" not in text:
        raise RuntimeError(text)
    return "renders every package", "yes"


def conda_lock_check(where: Ground) -> tuple[str, str]:
    """Find the environment locked already, by the content hash."""
    _write(where, "conda-lock.yml", conda_lock_v1.dumps(where.lock))
    nothing = shutil.which("true") or "true"
    files = ("-f", "environment.yml", "--lockfile", "conda-lock.yml")
    said = _run(where, _program("conda-lock"), "lock", "--conda", nothing, "--check-input-hash", *files)
    if "Spec hash already locked for ['linux-64']" not in said:
        raise RuntimeError(said)
    return "agrees with the content hash", "yes"


def conda_lock_install(where: Ground) -> tuple[str, str]:
    """Install with conda what the lock names."""
    _write(where, "conda-lock.yml", conda_lock_v1.dumps(where.lock))
    conda = _program("conda")
    prefix = where.folder / "by-conda-lock"
    _run(where, _program("conda-lock"), "install", "--conda", conda, "--prefix", prefix, "conda-lock.yml")
    _installed(prefix)
    return "installs it with conda", "not tried"


def conda_explicit(where: Ground) -> tuple[str, str]:
    """Create an environment from the explicit list, with the sha256 checked."""
    conda = _program("conda")
    with served(where.folder / "channel") as address:
        row = replace(where.lock.packages[0], url=f"{address}/noarch/{FILE}")
        path = _write(where, "conda-linux-64.lock", explicit.dumps(replace(where.lock, packages=(row,))))
        prefix = where.folder / "by-conda"
        _run(where, conda, "create", "--yes", "--quiet", "--prefix", prefix, "--file", path)
        _installed(prefix)
        shutil.rmtree(where.folder / "pkgs")
        path.write_text(path.read_text(encoding="utf-8").replace(row.sha256 or "", "f" * 64), encoding="utf-8")
        try:
            _run(where, conda, "create", "--yes", "--quiet", "--prefix", where.folder / "no", "--file", path)
        except RuntimeError:
            return "installs it, refuses another digest", "no (comments)"
    raise RuntimeError("conda did not look at the digest")


_LOADER = """\
import sys
from conda_lockfiles.conda_lock.v1 import CondaLockV1Loader
environment = CondaLockV1Loader(sys.argv[1]).env_for("linux-64")
print([record.name for record in environment.explicit_packages])
"""


def conda_lockfiles(where: Ground) -> tuple[str, str]:
    """Load the lock with the plugin's own loader, with and without wheels."""
    python = _program("conda").with_name("python")
    path = _write(where, "conda-lock.yml", conda_lock_v1.dumps(where.lock))
    try:
        _run(where, python, "-c", "import conda_lockfiles")
    except RuntimeError as error:
        raise SkippedError("conda-lockfiles") from error
    if NAME not in _run(where, python, "-c", _LOADER, path):
        raise RuntimeError("the package is not in the environment")
    path.write_text(conda_lock_v1.dumps(where.with_wheel), encoding="utf-8")
    try:
        _run(where, python, "-c", _LOADER, path)
    except RuntimeError:
        return "loads it", "no: refuses the file"
    return "loads it", "yes"


def rattler_reads(where: Ground) -> tuple[str, str]:
    """Read conda-lock.yml with rattler, which is pixi's reader."""
    return _rattler(where, "conda-lock.yml", conda_lock_v1.dumps(where.with_wheel))


def rattler_reads_pixi(where: Ground) -> tuple[str, str]:
    """Read pixi.lock with rattler, which is pixi's reader."""
    return _rattler(where, "pixi.lock", pixi_lock.dumps(where.with_wheel))


_INSTALL = """\
import asyncio, json, os, sys, rattler
environment = rattler.LockFile.from_path(sys.argv[1]).default_environment()
platform = environment.platforms()[0]
records = environment.conda_repodata_records_for_platform(platform)
asyncio.run(rattler.install(records, sys.argv[2], cache_dir=sys.argv[3], show_progress=False))
print([package.name for package in environment.pypi_packages_for_platform(platform) or ()])
sys.stdout.flush()
os._exit(0)  # rattler may crash when the interpreter ends soon after an await
"""


def _rattler(where: Ground, name: str, text: str) -> tuple[str, str]:
    path = _write(where, name, text)
    prefix = where.folder / f"by-rattler-{name}"
    said = _run(where, sys.executable, "-c", _INSTALL, path, prefix, where.folder / "cache")
    _installed(prefix)
    return "reads and installs it", "reads them" if "made-up" in said else "no"


def packaging_reads(where: Ground) -> tuple[str, str]:
    """Validate pylock.toml with packaging's PEP 751 reader."""
    try:
        from packaging.pylock import Pylock  # noqa: PLC0415 - came with packaging 26
    except ImportError as error:
        raise SkippedError("packaging.pylock") from error
    if sys.version_info >= (3, 11):
        import tomllib  # noqa: PLC0415
    else:
        import tomli as tomllib  # noqa: PLC0415
    read = Pylock.from_dict(tomllib.loads(pylock_toml.dumps(where.with_wheel)))
    if [package.name for package in read.packages] != ["made-up"]:
        raise RuntimeError(str(read))
    return "finds it valid", "yes (only wheels)"


def conda_lock_reads_pins(where: Ground) -> tuple[str, str]:
    """Read the pinned environment.yml as a source."""
    path = _write(where, "pins.yml", pinned_environment_yml.dumps(where.lock))
    nothing = shutil.which("true") or "true"
    lock = _write(where, "pins-lock.yml", "")
    text = conda_lock_v1.dumps(
        LockFile(
            packages=where.lock.packages,
            metadata=LockMetadata(
                content_hash=content_hashes_of(path.read_text(encoding="utf-8")),
                channels=where.lock.metadata.channels,
                platforms=("linux-64",),
                sources=("pins.yml",),
            ),
        )
    )
    lock.write_text(text, encoding="utf-8")
    said = _run(
        where,
        *(_program("conda-lock"), "lock", "--conda", nothing, "--check-input-hash"),
        *("-f", path, "--lockfile", lock),
    )
    if "Spec hash already locked" not in said:
        raise RuntimeError(said)
    return "reads the pins as its source", "not tried"


def micromamba_creates(where: Ground) -> tuple[str, str]:
    """Create an environment from conda-lock.yml."""
    micromamba = _program("micromamba")
    _write(where, "conda-lock.yml", conda_lock_v1.dumps(where.lock))
    prefix = where.folder / "by-micromamba"
    places = ("--root-prefix", where.folder / "root", "--prefix", prefix)
    _run(where, micromamba, "create", "--no-rc", "--yes", *places, "--file", "conda-lock.yml")
    _installed(prefix)
    return "installs it", "not tried"


def micromamba_version() -> str:
    """Return the version that micromamba says."""
    done = subprocess.run([_program("micromamba"), "--version"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def sbom_reads(name: str, text: Callable[[LockFile], str]) -> Callable[[Ground], tuple[str, str]]:
    """Return what hands a file to pixi-sbom, which lists the packages that it reads."""

    def run(where: Ground) -> tuple[str, str]:
        program = _program("pixi-sbom")
        path = _write(where, name, text(where.with_wheel))
        _run(where, program, "--lockfile", path, "--output", "sbom.json")
        found = json.loads((where.folder / "sbom.json").read_text(encoding="utf-8"))
        names = sorted(component["name"] for component in found["components"])
        wanted = ["made-up"] if name == "pylock.toml" else ["made-up", NAME]
        if names != wanted:
            raise RuntimeError(f"{names} instead of {wanted}")
        return "lists every package", "yes (only wheels)" if name == "pylock.toml" else "yes"

    return run


def sbom_version() -> str:
    """Return the version that pixi-sbom says."""
    done = subprocess.run([_program("pixi-sbom"), "--version"], capture_output=True, text=True, check=True)
    return done.stdout.split()[-1]


def _pip() -> tuple[Path, str]:
    """Return a pip that reads pylock.toml, and its version."""
    for found in (Path(sys.executable).with_name("pip"), shutil.which("pip")):
        if found is None or not Path(found).exists():
            continue
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
        if int(said.partition(".")[0]) >= _PIP_WITH_PYLOCK:
            return Path(found), said
    raise SkippedError("pip")


def pip_installs(where: Ground) -> tuple[str, str]:
    """Install the wheel of a pylock.toml, with its digest checked."""
    pip, _ = _pip()
    wheel = made_wheel(where.folder)
    row = replace(where.with_wheel.packages[0], url=wheel.as_uri(), sha256=digest_of(wheel))
    lock = replace(where.with_wheel, packages=(row, where.lock.packages[0]))
    path = _write(where, "pylock.toml", pylock_toml.dumps(lock))
    arguments = ("install", "--quiet", "--no-index", "--disable-pip-version-check", "-r", path, "--target")
    _run(where, pip, *arguments, where.folder / "by-pip")
    if not (where.folder / "by-pip" / "made_up.py").is_file():
        raise RuntimeError("the module is not there")
    path.write_text(path.read_text(encoding="utf-8").replace(digest_of(wheel), "f" * 64), encoding="utf-8")
    try:
        _run(where, pip, *arguments, where.folder / "no")
    except RuntimeError:
        return "installs them, refuses another digest", "yes (only wheels)"
    raise RuntimeError("pip did not look at the digest")


READERS = (
    Reader("`conda-lock render`", "conda-lock", "conda-lock.yml", conda_lock_render),
    Reader("`conda-lock lock --check-input-hash`", "conda-lock", "conda-lock.yml", conda_lock_check),
    Reader("`conda-lock install`", "conda-lock", "conda-lock.yml", conda_lock_install),
    Reader("conda-lockfiles", "conda-lockfiles", "conda-lock.yml", conda_lockfiles),
    Reader("rattler (pixi's reader)", "py-rattler", "conda-lock.yml", rattler_reads),
    Reader("rattler (pixi's reader)", "py-rattler", "pixi.lock", rattler_reads_pixi),
    Reader("`conda create --file`", "conda", "conda-linux-64.lock", conda_explicit),
    Reader("`conda-lock lock`", "conda-lock", "conda-linux-64.lock.yml", conda_lock_reads_pins),
    Reader("packaging (PEP 751)", "packaging", "pylock.toml", packaging_reads),
    Reader("`pip install -r`", "pip", "pylock.toml", pip_installs, lambda: _pip()[1]),
    Reader("pixi-sbom", "pixi-sbom", "conda-lock.yml", sbom_reads("conda-lock.yml", conda_lock_v1.dumps), sbom_version),
    Reader("pixi-sbom", "pixi-sbom", "pixi.lock", sbom_reads("pixi.lock", pixi_lock.dumps), sbom_version),
    Reader("pixi-sbom", "pixi-sbom", "pylock.toml", sbom_reads("pylock.toml", pylock_toml.dumps), sbom_version),
    Reader("`micromamba create --file`", "micromamba", "conda-lock.yml", micromamba_creates, micromamba_version),
)


def version_of(distribution: str) -> str:
    """Return a reader's version: of this interpreter, else of the one beside conda."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        code = f"from importlib.metadata import version; print(version({distribution!r}))"
        python = _program("conda").with_name("python")
        return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def row_of(reader: Reader, folder: Path) -> tuple[str, str]:
    """Return what a reader did with the locks, and whether it takes wheels. Raises SkippedError."""
    return reader.run(ground(folder))


def row(reader: Reader, old: str) -> str:
    """Return a reader's row of the page; the old one when the reader is not installed, "" when it never was."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            did, wheels = row_of(reader, Path(folder))
            stated = version_of(reader.distribution) if reader.version is None else reader.version()
            return f"| {reader.name} | {stated} | {reader.file} | {did} | {wheels} |"
    except SkippedError:
        found = re.search(rf"^\| {re.escape(reader.name)} \| .* \| {re.escape(reader.file)} \| .*$", old, re.MULTILINE)
        return found[0] if found else ""


def page() -> str:
    """Return the whole page."""
    old = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    return HEADER + "\n".join(filter(None, (row(reader, old) for reader in READERS))) + "\n" + FOOTER


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
