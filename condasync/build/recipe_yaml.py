"""A recipe as the text of recipe.yaml (rattler-build, schema version 1)."""

from __future__ import annotations

import io
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from condasync.build.recipe import Recipe, RunRequirement

_FIRST_LINE = "# Written by condasync recipe"
_SCHEMA = "# yaml-language-server: $schema=https://raw.githubusercontent.com/prefix-dev/recipe-format/main/schema.json"


def dumps(recipe: Recipe) -> str:
    """Return the recipe's text, byte-stable; its notes stand on top as comments."""
    yaml = YAML()
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump(_document(recipe), out)
    head = [_FIRST_LINE, _SCHEMA, *(f"# note: {' '.join(note.split())}" for note in recipe.notes)]
    lines = out.getvalue().splitlines()
    spaced = [f"\n{line}" if line[:1].isalpha() else line for line in lines]
    return "\n".join((*head, *spaced)) + "\n"


def is_generated(text: str) -> bool:
    """Return whether condasync wrote a recipe, so that it may be replaced."""
    return text.startswith(_FIRST_LINE)


def _document(recipe: Recipe) -> dict[str, Any]:
    build: dict[str, Any] = {"number": 0}
    if recipe.noarch:
        build["noarch"] = "python"
    build["script"] = recipe.script
    if recipe.entry_points:
        build["python"] = {"entry_points": list(recipe.entry_points)}
    requirements: dict[str, Any] = {"build": list(recipe.build)} if recipe.build else {}
    requirements |= {"host": list(recipe.host), "run": [_run(one) for one in recipe.run]}
    about = {
        "summary": recipe.summary,
        "license": recipe.license,
        "license_file": list(recipe.license_files) or None,
        "homepage": recipe.home,
    }
    return {
        "schema_version": 1,
        "context": {"version": DoubleQuotedScalarString(recipe.version)},
        "package": {"name": recipe.name, "version": "${{ version }}"},
        "source": _source(recipe),
        "build": build,
        "requirements": requirements,
        "tests": [{"python": {"imports": list(recipe.imports), "pip_check": False}}],
        "about": {key: value for key, value in about.items() if value},
    }


def _source(recipe: Recipe) -> dict[str, str]:
    if recipe.source.url is None:
        return {"path": recipe.source.path or "."}
    return {"url": recipe.source.url, **({"sha256": recipe.source.sha256} if recipe.source.sha256 else {})}


def _run(requirement: RunRequirement) -> Any:
    if not requirement.systems:
        return requirement.spec
    return {"if": " or ".join(requirement.systems), "then": requirement.spec}
