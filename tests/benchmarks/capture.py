"""Capture of a virtual environment against `pip inspect`."""

from __future__ import annotations

import json

from tests.benchmarks.material import Material, console, installed
from tests.benchmarks.measure import Command, interleaved, once, texts
from tests.benchmarks.report import Section, at_most

LIMIT = 0.5
# A scientist's notebook environment with some web, test and docs tools: about 150 distributions.
STACK = (
    "jupyterlab",
    "dask[dataframe]",
    "distributed",
    "matplotlib",
    "xarray",
    "networkx",
    "sphinx",
    "pytest",
    "black",
    "mypy",
    "tox",
    "build",
    "twine",
    "sqlalchemy",
    "alembic",
    "fastapi",
    "uvicorn",
    "flask",
    "boto3",
    "httpx",
    "requests",
    "rich",
    "typer",
    "pydantic",
    "pre-commit",
    "cookiecutter",
    "mkdocs-material",
)


def run(material: Material) -> Section:
    """Compare processes, begin to end; both write JSON."""
    venv = installed(STACK, material.keep)
    folder = material.folder("main")
    capture = Command(words=texts(console(), "capture", "--prefix", venv, "--json"), folder=folder)
    inspect = Command(words=texts(venv / "bin" / "python", "-m", "pip", "inspect"), folder=folder)
    costs = interleaved({"capture": capture, "inspect": inspect}, rounds=material.rounds)
    over = costs["capture"].over(costs["inspect"])
    count = len(json.loads(once(inspect)[1])["installed"])
    return Section(
        title="Capture",
        about=f"A virtual environment of {count} distributions, installed with pip.",
        command="condasync capture --prefix VENV --json",
        rows=(at_most("`condasync capture` / `pip inspect`", LIMIT, over.wall, over.cpu),),
    )
