"""The pre-commit hooks, run by git in a repository made for the test."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from condasync.lock.yaml_document import load_yaml

ROOT = Path(__file__).parents[2]
ENVIRONMENT = "channels:\n  - conda-forge\ndependencies:\n  - python=3.12\n  - zlib\n"
IDENTITY = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
Git = Callable[..., "subprocess.CompletedProcess[str]"]


def hooks() -> dict[str, dict[str, Any]]:
    """Return the hooks by id."""
    listed = load_yaml((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    return {hook["id"]: hook for hook in listed}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return environment variables with a cache of their own and no active environment."""
    dropped = ("CONDA_PREFIX", "VIRTUAL_ENV", "GITHUB_ACTIONS")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "CONDASYNC_CACHE_DIR": str(tmp_path_factory.mktemp("cache"))}


@pytest.fixture
def git(tmp_path: Path, environment: dict[str, str]) -> Git:
    """Return a runner of git in a new repository with an environment.yml."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", *IDENTITY, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    assert run("init", "--quiet").returncode == 0
    (tmp_path / "environment.yml").write_text(ENVIRONMENT, encoding="utf-8")
    return run


def install(folder: Path, hook: dict[str, Any], *more: str) -> None:
    """Make git run a hook before each commit, as pre-commit would: its entry, then its arguments."""
    program, *entry = shlex.split(hook["entry"])
    assert program == "condasync"
    words = [sys.executable, "-m", "condasync", *entry, *hook.get("args", ()), *more]
    file = folder / ".git" / "hooks" / "pre-commit"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\nexec {shlex.join(words)}\n", encoding="utf-8")
    file.chmod(0o755)


def export(folder: Path, environment: dict[str, str]) -> None:
    """Regenerate the lock."""
    command = [sys.executable, "-m", "condasync", "export", "-f", "environment.yml", "--offline"]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)


def test_check_fails_on_a_changed_environment_yml(git: Git, tmp_path: Path, environment: dict[str, str]) -> None:
    """The commit is refused while the lock is stale, with the reason, and passes after regeneration."""
    export(tmp_path, environment)
    install(tmp_path, hooks()["condasync-check"])
    git("add", ".")
    assert git("commit", "-m", "fresh").returncode == 0
    (tmp_path / "environment.yml").write_text(ENVIRONMENT + "  - xz\n", encoding="utf-8")
    refused = git("commit", "--all", "-m", "stale")
    assert refused.returncode == 1
    assert "xz is wanted and not locked for linux-64" in refused.stderr + refused.stdout
    export(tmp_path, environment)
    assert git("commit", "--all", "-m", "fresh again").returncode == 0


def test_export_regenerates(git: Git, tmp_path: Path) -> None:
    """The lock is there after the hook, and a second run leaves it as it is."""
    install(tmp_path, hooks()["condasync-export"], "--offline")
    git("add", ".")
    assert git("commit", "-m", "first").returncode == 0
    lock = (tmp_path / "conda-lock.yml").read_bytes()
    assert b"name: zlib" in lock
    git("add", ".")
    assert git("commit", "-m", "second").returncode == 0
    assert (tmp_path / "conda-lock.yml").read_bytes() == lock


def test_hooks_run_when_what_they_read_changes() -> None:
    """Their patterns name the inputs and the lock, and nothing else."""
    for name, hook in hooks().items():
        pattern = re.compile(hook["files"])
        for file in ("environment.yml", "sub/environment-dev.yaml", "requirements.txt", "pyproject.toml"):
            assert pattern.search(file), (name, file)
        assert not pattern.search("src/environment.py")
        assert hook["pass_filenames"] is False
    assert re.search(hooks()["condasync-check"]["files"], "conda-lock.yml")
