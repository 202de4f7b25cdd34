"""Environment variables and pyproject.toml are read in one place."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.errors import UsageError
from condasync.settings import WorkerSettings, read_settings, read_worker_settings


def test_defaults(tmp_path: Path) -> None:
    """Without anything set, conda-forge is the channel and the limits are the documented ones."""
    settings = read_settings({}, tmp_path)
    assert settings.default_channels == ("conda-forge",)
    assert settings.channel_alias == "https://conda.anaconda.org"
    assert (settings.timeout, settings.memory_limit) == (600.0, 4096 * 2**20)
    assert settings.conda_prefix is None
    assert settings.project_file is None


def test_environment_variables(tmp_path: Path) -> None:
    """Each variable reaches its field; an empty one counts as unset."""
    settings = read_settings(
        {
            "CONDASYNC_CACHE_DIR": str(tmp_path / "cache"),
            "CONDASYNC_CHANNEL_ALIAS": "https://example.org/mirror/",
            "CONDASYNC_SOLVE_TIMEOUT": "2.5",
            "CONDASYNC_SOLVE_MEMORY_MB": "100",
            "CONDA_PREFIX": "/opt/conda",
            "VIRTUAL_ENV": "",
            "CONDA_OVERRIDE_CUDA": "12.4",
            "PYTHONPATH": "/a:/b",
            "PYTHONNOUSERSITE": "1",
        },
        tmp_path,
    )
    assert settings.cache_dir == tmp_path / "cache"
    assert settings.channel_alias == "https://example.org/mirror"
    assert (settings.timeout, settings.memory_limit) == (2.5, 100 * 2**20)
    assert (settings.conda_prefix, settings.virtual_env) == ("/opt/conda", None)
    assert settings.conda_overrides == (("CONDA_OVERRIDE_CUDA", "12.4"),)
    assert settings.python_path == (Path("/a"), Path("/b"))
    assert settings.user_base is None


@pytest.mark.parametrize("value", ["soon", "0", "-1"])
def test_number_that_is_none(tmp_path: Path, value: str) -> None:
    """A limit that is no positive number is a usage error that names the variable."""
    with pytest.raises(UsageError, match="CONDASYNC_SOLVE_TIMEOUT='?" + value) as raised:
        read_settings({"CONDASYNC_SOLVE_TIMEOUT": value}, tmp_path)
    assert raised.value.hints == ("unset CONDASYNC_SOLVE_TIMEOUT or give a number",)


def test_project_table(tmp_path: Path) -> None:
    """`[tool.condasync]` names default channels, and says that the file holds names."""
    path = tmp_path / "pyproject.toml"
    path.write_text('[tool.condasync]\nchannels = ["bioconda", "conda-forge"]\n[tool.condasync.names]\na = "b"\n')
    settings = read_settings({}, tmp_path)
    assert settings.default_channels == ("bioconda", "conda-forge")
    assert settings.project_file == path


def test_other_projects_are_left_alone(tmp_path: Path) -> None:
    """A pyproject.toml without `[tool.condasync]` changes nothing."""
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert read_settings({}, tmp_path).project_file is None


@pytest.mark.parametrize(
    ("text", "says"),
    [("[tool\n", "cannot be read"), ("[tool.condasync]\nchannels = 'conda-forge'\n", "a list of channel names")],
)
def test_broken_project_file(tmp_path: Path, text: str, says: str) -> None:
    """A pyproject.toml that cannot be read, or means nothing, is a usage error that names it."""
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(UsageError, match=says) as raised:
        read_settings({}, tmp_path)
    assert str(tmp_path / "pyproject.toml") in raised.value.message


def test_worker_settings(tmp_path: Path) -> None:
    """What a worker's host is told; silence is None, and a process id that is none says nothing."""
    silent = read_worker_settings({"CONDASYNC_CACHE_DIR": str(tmp_path), "CONDASYNC_PREPARED": "soon"})
    assert silent == WorkerSettings(cache_dir=tmp_path)
    told = {
        "CONDASYNC_CACHE_DIR": str(tmp_path),
        "CONDASYNC_LOCK": "/l/conda-lock.yml",
        "CONDASYNC_LOCK_DIGEST": "ab",
        "CONDASYNC_PREFIX": "/p",
        "CONDASYNC_ARTIFACTS": "/a:/b",
        "CONDASYNC_OFFLINE": "True",
        "CONDASYNC_FAULT": "no",
        "CONDASYNC_PREPARED": "12",
    }
    assert read_worker_settings(told) == WorkerSettings(
        cache_dir=tmp_path,
        lock="/l/conda-lock.yml",
        lock_digest="ab",
        prefix="/p",
        artifacts=(Path("/a"), Path("/b")),
        offline=True,
        fault="no",
        prepared_process=12,
    )
    assert not read_worker_settings({"CONDASYNC_OFFLINE": "0"}).offline
