"""The plugin in the hands of conda itself; skipped without a conda that has condasync installed beside it."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from condasync.lock import conda_lock_v1
from tests.cli.conftest import Cli
from tests.cli.test_check import ENVIRONMENT, prefix_of_lock

CONDA = shutil.which("conda")
Conda = Callable[..., "subprocess.CompletedProcess[str]"]


def has_plugin() -> bool:
    """Return whether the plugin is installed beside conda."""
    if CONDA is None:
        return False
    python = Path(CONDA).with_name("python")
    return subprocess.run([python, "-c", "import condasync"], capture_output=True, check=False).returncode == 0


pytestmark = [
    pytest.mark.conda,
    pytest.mark.skipif(not has_plugin(), reason="no conda on PATH that has condasync installed beside it"),
]


@pytest.fixture
def prefix(cli: Cli, tmp_path: Path) -> Path:
    """Return a prefix with python and zlib, as an installer leaves it."""
    Path("environment.yml").write_text(ENVIRONMENT, encoding="utf-8")
    assert cli("export", "-f", "environment.yml", "--offline").code == 0
    made = prefix_of_lock(tmp_path / "prefix")
    for name in ("environment.yml", "conda-lock.yml", "virtual-packages.yaml"):
        Path(name).unlink()
    return made


@pytest.fixture
def conda(cache_dir: Path, tmp_path: Path) -> Conda:
    """Return a runner of conda in the working directory, without network and with a home of its own."""
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "CONDA_OFFLINE": "true",
        "CONDA_PKGS_DIRS": str(tmp_path / "pkgs"),
        "CONDASYNC_CACHE_DIR": str(cache_dir),
    }

    def run(*arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        words = [str(CONDA), *(str(word) for word in arguments)]
        return subprocess.run(words, env={**variables, **more}, capture_output=True, text=True, check=False)

    return run


def test_sync_is_condasync(conda: Conda, prefix: Path) -> None:
    """Export, check and diff as on condasync's own command line, exit codes included."""
    made = conda("sync", "export", "--prefix", prefix, "--offline")
    assert made.returncode == 0, made.stderr
    assert conda("sync", "check", "--prefix", prefix).returncode == 0
    next((prefix / "conda-meta").glob("zlib-*.json")).unlink()
    stale = conda("sync", "check", "--prefix", prefix)
    assert stale.returncode == 1
    assert "was removed" in stale.stdout
    assert conda("sync", "diff", "conda-lock.yml", "conda-lock.yml").stdout.endswith("no difference\n")


@pytest.mark.parametrize(("arguments", "code"), [((), 2), (("apply",), 2), (("--help",), 0)])
def test_sync_says_what_it_knows(conda: Conda, arguments: tuple[str, ...], code: int) -> None:
    """Other commands are condasync's own."""
    ran = conda("sync", *arguments)
    assert ran.returncode == code
    assert "usage: conda sync {export,check,diff}" in ran.stdout + ran.stderr


def test_export_writes_the_lock_of_the_prefix(conda: Conda, prefix: Path) -> None:
    """`conda export --format condasync` prints a lock that holds the installed records; pip's packages are seen."""
    info = prefix / "lib/python3.12/site-packages/certifi-2025.1.31.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: certifi\nVersion: 2025.1.31\n", encoding="utf-8")
    (info / "INSTALLER").write_text("pip\n", encoding="utf-8")
    ran = conda("export", "--prefix", prefix, "--format", "condasync")
    assert ran.returncode == 0, ran.stderr
    text = ran.stdout[ran.stdout.index("# This lock file") :]
    names = {row.name for row in conda_lock_v1.loads(text, path="stdout").packages}
    assert {"python", "zlib", "certifi"} <= names


def test_doctor_tells_of_a_stale_lock(conda: Conda, prefix: Path) -> None:
    """Without a lock, with a fresh one, with a stale one."""
    doctor = ("doctor", "--prefix", prefix, "condasync-lock")
    assert "There is no conda-lock.yml here." in conda(*doctor).stdout
    assert conda("sync", "export", "--prefix", prefix, "--offline").returncode == 0
    assert "OK conda-lock.yml matches the environment." in conda(*doctor).stdout
    next((prefix / "conda-meta").glob("zlib-*.json")).unlink()
    said = conda(*doctor).stdout
    assert "X conda-lock.yml does not match the environment." in said
    assert "was removed" in said
    Path("conda-lock.yml").write_text("version: 2\n", encoding="utf-8")
    assert "X conda-lock.yml: the version 2 is not known" in conda(*doctor).stdout


def test_a_note_after_an_install(conda: Conda, prefix: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Conda installs a package, and says that the lock is stale now."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "docs"))
    sample = importlib.import_module("sample_lock")
    explicit = Path("explicit.lock")
    row = sample.ground(tmp_path / "ground").lock.packages[0]
    explicit.write_text(f"@EXPLICIT\n{row.url}#{row.md5}\n", encoding="utf-8")
    assert conda("sync", "export", "--prefix", prefix, "--offline").returncode == 0
    ran = conda("install", "--yes", "--prefix", prefix, "--file", explicit)
    assert ran.returncode == 0, ran.stderr
    assert "note: after conda install, conda-lock.yml is stale: small 1.0 was added" in ran.stderr


def test_channels_and_alias_of_conda_count(prefix: Path) -> None:
    """What condarc says reaches the settings; what is set for condasync comes first."""
    code = (
        "from conda.base.context import reset_context; reset_context()\n"
        "import os; from condasync import conda_plugin as p; from condasync.settings import read_settings\n"
        "from pathlib import Path; p.configure(); s = read_settings(os.environ, Path.cwd())\n"
        "print(s.channel_alias, *s.default_channels)"
    )
    condarc = prefix.parent / ".condarc"
    condarc.write_text(
        "channels: [team, https://example.org/t/tk-secret/other]\nchannel_alias: https://example.org/conda\n"
        "custom_channels:\n  team: https://example.org/custom\n",
        encoding="utf-8",
    )
    variables = {"PATH": os.environ["PATH"], "HOME": str(prefix.parent), "CONDARC": str(condarc)}
    command = [str(Path(str(CONDA)).with_name("python")), "-c", code]

    def said(**more: str) -> str:
        done = subprocess.run(command, env={**variables, **more}, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    expected = "https://example.org/custom/team https://example.org/t/tk-secret/other"
    assert said() == f"https://example.org/conda {expected}"
    assert said(CONDASYNC_CHANNELS="mine", CONDASYNC_CHANNEL_ALIAS="https://example.org/a") == (
        "https://example.org/a mine"
    )
