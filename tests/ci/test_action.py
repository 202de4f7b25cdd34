"""The GitHub action's script, run by bash as a runner does, with the inputs in its environment."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from condasync.lock.yaml_document import load_yaml

ROOT = Path(__file__).parents[2]
ENVIRONMENT = "channels:\n  - conda-forge\ndependencies:\n  - python=3.12\n  - zlib\n"


def action() -> dict[str, Any]:
    """Return the action's description."""
    loaded: dict[str, Any] = load_yaml((ROOT / "action.yml").read_text(encoding="utf-8"))
    return loaded


@dataclass(frozen=True, slots=True)
class Step:
    """Hold what one step did."""

    code: int
    output: str
    summary: str
    said: str


class Runner:
    """A runner's folders, and the step that runs condasync."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.work, self.temp = folder / "work", folder / "temp"
        for one in (self.work, self.temp):
            one.mkdir()
        program = self.temp / "condasync"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m condasync "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        self.cache = cache

    def run(self, command: str, *, files: str = "", args: str = "") -> Step:
        """Run the step with inputs, and return what it left."""
        step = next(step for step in action()["runs"]["steps"] if step.get("id") == "run")
        inputs = {"command": command, "files": files, "args": args}
        variables = {name: inputs[text.split(".")[1].split()[0]] for name, text in step["env"].items()}
        left = {name: self.temp / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for path in left.values():
            path.write_text("", encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.work,
            env={
                "HOME": str(self.temp),
                "PATH": f"{self.temp}{os.pathsep}{os.environ['PATH']}",
                "RUNNER_TEMP": str(self.temp),
                "GITHUB_ACTIONS": "true",
                "CONDASYNC_CACHE_DIR": str(self.cache),
                **variables,
                **{name: str(path) for name, path in left.items()},
            },
            capture_output=True,
            text=True,
            check=False,
        )
        texts = [path.read_text(encoding="utf-8") for path in left.values()]
        return Step(code=done.returncode, output=texts[0], summary=texts[1], said=done.stdout + done.stderr)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return one cache for all tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def runner(tmp_path: Path, cache: Path) -> Runner:
    """Return a runner with an environment.yml checked out."""
    made = Runner(tmp_path, cache)
    (made.work / "environment.yml").write_text(ENVIRONMENT, encoding="utf-8")
    return made


def test_the_life_of_a_lock(runner: Runner) -> None:
    """Made, found fresh, found stale with an annotation, regenerated with its difference in the summary."""
    first = runner.run("export", files="environment.yml", args="--offline")
    assert (first.code, first.output, first.summary) == (0, "changed=true\n", "**Lock diff:** the first lock\n")
    assert runner.run("check").code == 0
    (runner.work / "environment.yml").write_text(ENVIRONMENT + "  - xz\n", encoding="utf-8")
    stale = runner.run("check", files="environment.yml")
    assert stale.code == 1
    assert "::error title=condasync,file=conda-lock.yml::conda-lock.yml is stale: xz was added" in stale.said
    again = runner.run("export", files="environment.yml", args="--offline")
    assert (again.code, again.output) == (0, "changed=true\n")
    assert "| `xz` | added |" in again.summary
    same = runner.run("export", files="environment.yml", args="--offline")
    assert (same.output, same.summary) == ("changed=false\n", "**Lock diff:** no difference\n")


def test_words_of_inputs_are_no_commands(runner: Runner) -> None:
    """What an input says is an argument, never run by the shell."""
    step = runner.run("export", files="$(touch evil) ;touch evil")
    assert step.code != 0
    assert not (runner.work / "evil").exists()
    assert runner.run("rm -rf x").code == 2


def test_inputs_reach_scripts_only_through_the_environment() -> None:
    """No expression stands in a script, where it would become part of it."""
    for step in action()["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        assert "shell" in step or "uses" in step
    used = {
        text.split(".")[1].split()[0] for step in action()["runs"]["steps"] for text in step.get("env", {}).values()
    }
    assert used <= set(action()["inputs"])
