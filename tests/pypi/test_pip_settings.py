"""Pip itself says where it looks for packages."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from condasync.errors import NetworkError
from condasync.model.environment import Indexes
from condasync.model.url import Url
from condasync.pypi.pip_settings import PipSettings, pip_settings


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what pip is told on this machine."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


def test_variables_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Indexes come in pip's order, and hosts that pip trusts are known."""
    monkeypatch.setenv("PIP_INDEX_URL", "https://me:hidden@example.org/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://example.org/more https://example.org/most")
    monkeypatch.setenv("PIP_TRUSTED_HOST", "example.org:8080")
    settings = pip_settings([sys.executable])
    assert settings.index_urls == (
        Url("https://me:hidden@example.org/simple"),
        Url("https://example.org/more"),
        Url("https://example.org/most"),
    )
    assert settings.trusted_hosts == ("example.org:8080",)
    assert "hidden" not in repr(settings)


def test_configuration_files_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A pip.conf names a folder of wheels as a path: it becomes a URL; without an index there is none."""
    config = tmp_path / "pip.conf"
    config.write_text(f"[global]\nno-index = true\nfind-links = {tmp_path}\n    https://example.org/wheels\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    settings = pip_settings([sys.executable])
    assert settings.index_urls == ()
    assert settings.find_links == (Url(tmp_path.as_uri()), Url("https://example.org/wheels"))


def test_the_working_directory_is_not_imported_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A json.py that lies around is not run, and nothing is written."""
    (tmp_path / "json.py").write_text("raise SystemExit('run by mistake')\n")
    monkeypatch.chdir(tmp_path)
    assert pip_settings([sys.executable]).index_urls
    assert [path.name for path in tmp_path.iterdir()] == ["json.py"]


def test_the_next_interpreter_is_asked(tmp_path: Path) -> None:
    """An interpreter that is not there, or has no pip, is passed over."""
    no_pip = tmp_path / "python"
    no_pip.write_text("#!/bin/sh\necho 'No module named pip' >&2\nexit 1\n")
    no_pip.chmod(0o755)
    assert pip_settings([str(tmp_path / "absent"), str(no_pip), sys.executable]).index_urls


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (
            "echo 'No module named https://me:hidden@example.org/' >&2; exit 1",
            "No module named https://***@example.org/",
        ),
        ("echo '[1, 2'", "Expecting"),
        ("echo '[]'", "no answer"),
        ("true", "no answer"),
    ],
)
def test_nobody_can_tell(tmp_path: Path, script: str, told: str) -> None:
    """The error names the interpreter and what it said, without credentials, and how to mend it."""
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    with pytest.raises(NetworkError) as caught:
        pip_settings([str(python)])
    assert caught.value.message.startswith(f"pip does not tell its package indexes: {python}: ")
    assert told in caught.value.message
    assert caught.value.hints == ("install pip beside condasync: python -m ensurepip",)


def test_no_interpreter() -> None:
    """Without an interpreter there is nothing to ask."""
    with pytest.raises(NetworkError, match="there is no interpreter to ask"):
        pip_settings([])


def test_places_of_the_inputs_come_first() -> None:
    """What an input file names is asked before pip's own places, each once."""
    own = PipSettings(index_urls=(Url("https://example.org/a"),), find_links=(Url("file:///w"),), trusted_hosts=("h",))
    joined = own.joined([Url("https://example.org/b"), Url("https://example.org/a")], [Url("file:///v")])
    assert joined == PipSettings(
        index_urls=(Url("https://example.org/b"), Url("https://example.org/a")),
        find_links=(Url("file:///v"), Url("file:///w")),
        trusted_hosts=("h",),
    )


@pytest.mark.parametrize(("indexes", "urls"), [("beside", ["b", "a"]), ("instead", ["b"]), ("none", [])])
def test_files_may_replace_what_is_configured(indexes: Indexes, urls: list[str]) -> None:
    """A private index instead of pip's own: no name reaches the public one. Links to files stay, as pip has it."""
    own = PipSettings(index_urls=(Url("https://example.org/a"),), find_links=(Url("file:///w"),))
    joined = own.joined([Url("https://example.org/b")], [], indexes=indexes)
    assert [url.public.rpartition("/")[2] for url in joined.index_urls] == urls
    assert joined.find_links == own.find_links
