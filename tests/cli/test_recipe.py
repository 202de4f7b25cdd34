"""`condasync recipe` on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.errors import CondasyncError
from condasync.pypi.sdist import locate_sdist, package_indexes
from tests.build import crick
from tests.build.conftest import WriteTree
from tests.build.conftest import write_tree as write_tree  # noqa: PLC0414  the fixture
from tests.cli.conftest import Cli


def test_recipe_of_a_folder(cli: Cli, tmp_path: Path, write_tree: WriteTree) -> None:
    """The recipe lies in a folder of its own, points at the sources, and says what was found."""
    root = write_tree(tmp_path / "crick", crick.FILES)
    ran = cli("recipe", root, "--json")
    assert ran.code == 0
    assert ran.data["requirements"]["host"] == ["python", "pip", "cython", "numpy", "setuptools"]
    text = Path(ran.data["recipe"]).read_text(encoding="utf-8")
    assert "  path: ../../../crick\n" in text
    assert cli("recipe", root).code == 0


def test_recipe_asks_for_what_extras_need(cli: Cli, tmp_path: Path, write_tree: WriteTree) -> None:
    """The tables of names know some extras; of the others a note tells."""
    table = '[project]\nname = "hello"\nversion = "1"\ndependencies = ["requests[socks]>=2", "tqdm[odd]"]\n'
    ran = cli("recipe", write_tree(tmp_path / "hello", {"pyproject.toml": table, "hello.py": ""}), "--json")
    assert ran.data["requirements"]["run"] == ["python", "pysocks", "requests >=2", "tqdm"]
    assert ran.data["notes"] == ["what tqdm[odd] needs beside tqdm is not known; add it under run"]


def test_recipe_of_somebody_is_not_replaced(cli: Cli, tmp_path: Path, write_tree: WriteTree) -> None:
    """A recipe that a person wrote stays as it is."""
    root = write_tree(tmp_path / "crick", crick.FILES)
    own = write_tree(tmp_path / "recipes" / "crick", {"recipe.yaml": "mine\n"}) / "recipe.yaml"
    ran = cli("recipe", root, "-o", tmp_path / "recipes")
    assert ran.code == 6
    assert own.read_text(encoding="utf-8") == "mine\n"


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("nothing-here", 2, "neither a project folder nor NAME==VERSION"),
        ("crick==0.0.3", 8, "--offline forbids"),
        (".", 7, "neither pyproject.toml nor setup.py"),
    ],
)
def test_faults(cli: Cli, text: str, code: int, words: str) -> None:
    """What cannot be meant, fetched or built has its own exit code."""
    ran = cli("recipe", text, "--offline")
    assert (ran.code, words in ran.err) == (code, True)


@pytest.mark.pypi
def test_recipe_of_the_real_crick(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the sdist of the package index: both requirements under host, url and digest as the index has them."""
    for name in ("PIP_NO_INDEX", "PIP_CONFIG_FILE", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    try:
        offer = locate_sdist("crick", "0.0.3", index_urls=package_indexes())
    except CondasyncError as fault:
        pytest.skip(f"no package index in reach: {fault.message}")
    ran = cli("recipe", "crick==0.0.3", "--json")
    assert {"numpy", "cython"} <= set(ran.data["requirements"]["host"])
    assert f"sha256: {offer.sha256}\n" in Path(ran.data["recipe"]).read_text(encoding="utf-8")
