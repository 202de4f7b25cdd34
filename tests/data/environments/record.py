"""Record what pip would install for well-known stacks: `python record.py [STACK ...]` rewrites NAME.txt beside it.

pip resolves without installing, so only metadata is fetched where the index serves it. The lists are what `pip freeze`
would print afterwards: names and versions, for the Python and the platform that run this script.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path

STACKS = {
    "dask": ["dask[complete]"],
    "jupyterlab": ["jupyterlab", "ipywidgets", "nbconvert"],
    "machine-learning": ["scikit-learn", "xgboost", "lightgbm", "shap", "mlflow"],
    "xarray": ["xarray[complete]"],
    "geospatial": ["geopandas", "rasterio", "rioxarray", "cartopy", "folium"],
    "language-models": ["transformers", "datasets", "tokenizers", "sentencepiece", "langchain", "openai"],
    "web": ["fastapi[standard]", "sqlalchemy", "alembic", "celery[redis]", "django", "psycopg2-binary", "brotli"],
    "life-science": ["scanpy", "biopython", "pysam", "rdkit", "anndata"],
    "vision": ["opencv-python-headless", "scikit-image", "albumentations", "imageio", "onnxruntime"],
    "tooling": ["pytest", "hypothesis", "sphinx", "mkdocs-material", "pre-commit", "ruff", "mypy", "build", "twine"],
}


def frozen(requirements: list[str]) -> list[str]:
    """Return `name==version` lines of everything that pip would install."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
    command += ["--only-binary", ":all:", "--report", "-"]
    done = subprocess.run([*command, *requirements], capture_output=True, text=True, check=True)
    found = (one["metadata"] for one in json.loads(done.stdout)["install"])
    lines = {one["name"].lower(): f"{one['name']}=={one['version'].partition('+')[0]}" for one in found}
    return [lines[name] for name in sorted(lines)]


def main() -> None:
    """Record the stacks that the command line names, else all of them."""
    folder = Path(__file__).parent
    machine = f"Python {'.'.join(platform.python_version_tuple()[:2])}, {platform.system()} {platform.machine()}"
    for name in sys.argv[1:] or STACKS:
        head = [f"# pip install {' '.join(STACKS[name])}", f"# {machine}"]
        (folder / f"{name}.txt").write_text("\n".join([*head, *frozen(STACKS[name])]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
