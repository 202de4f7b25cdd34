"""The page on CI shows what works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from condasync.lock.yaml_document import load_yaml

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
COMMANDS = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
def test_every_snippet_is_yaml(text: str) -> None:
    """It can be pasted."""
    assert isinstance(load_yaml(text), dict)


def test_hooks_and_inputs_of_the_snippets_exist() -> None:
    """Ids are those of .pre-commit-hooks.yaml, inputs those of action.yml."""
    hooks = {hook["id"] for hook in load_yaml((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    assert set(re.findall(r"condasync-(?:check|export)", PAGE)) == hooks
    inputs = load_yaml((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
    workflow = next(text for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "jobs:" in text)
    for job in load_yaml(workflow)["jobs"].values():
        for step in job["steps"]:
            assert set(step.get("with", ())) <= set(inputs)


def test_options_of_the_page_exist() -> None:
    """Each command is documented with each option that the page gives it."""
    checked = 0
    for command, rest in re.findall(r"condasync (check|export|verify|diff)\b([^`\n|]*)", PAGE):
        text = COMMANDS.partition(f"## condasync {command}\n")[2].partition("\n## ")[0]
        assert text, command
        for option in re.findall(r"(?<!\S)--?[a-z][a-z-]*", rest):
            checked += 1
            assert re.search(rf"{option}\b", text), (command, option)
    assert checked > 3
