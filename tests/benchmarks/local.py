"""Local projects: what unchanged ones cost an export, and wheels into conda packages beside whl2conda."""

from __future__ import annotations

import ensurepip
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.material import PROGRAMS, Material, installed
from tests.benchmarks.measure import Command, interleaved, once, texts
from tests.benchmarks.report import Row, Section, at_most

PROJECTS = 5
MODULES = 60
EXTRA_LIMIT = 0.3
BACKEND = PROGRAMS.parents[1] / "build" / "data" / "backend.py"
PEER = "whl2conda>=26"


def run(material: Material) -> Section:
    """Compare exports with and without building, and both ways of making a conda package of a pure wheel."""
    notes: tuple[str, ...] = ()
    try:
        rows = [_conversion(material)]
    except (subprocess.CalledProcessError, RuntimeError) as fault:
        rows, notes = [], (f"whl2conda could not be run: {str(fault)[:200]}",)
    return Section(
        title="Local projects",
        about=f"{PROJECTS} projects of {MODULES} modules each, built once before; pip's own wheel as the pure wheel.",
        command="condasync export -f requirements.txt -c CHANNEL -o OUT --offline [--no-build]",
        rows=(_unchanged(material), *rows),
        notes=notes,
    )


def _unchanged(material: Material) -> Row:
    """Return what unchanged projects add to an export, in seconds and as a ratio."""
    lines = [f"-e {_project(material, at)}" for at in range(PROJECTS)]
    listed = material.folder("main") / "local-requirements.txt"
    listed.write_text("\n".join([*lines, *(name for name in material.names), ""]))
    out = ("--python", "3.11")
    costs = interleaved(
        {
            "with": material.export(listed, "local-with", *out),
            "without": material.export(listed, "local-without", *out, "--no-build"),
        },
        rounds=material.rounds,
    )
    extra = costs["with"].wall - costs["without"].wall
    return Row(
        what=f"export with {PROJECTS} unchanged local projects / without building",
        measured=f"{costs['with'].wall / costs['without'].wall:.2f}x, {extra:+.2f} s",
        wanted=f"under {EXTRA_LIMIT} s more",
        met=extra < EXTRA_LIMIT,
    )


def _project(material: Material, at: int) -> Path:
    root = material.folder(f"projects/local-{at}")
    package = root / f"local_{at}"
    (root / "_build").mkdir(exist_ok=True)
    package.mkdir(exist_ok=True)
    (root / "_build" / "backend.py").write_bytes(BACKEND.read_bytes())
    (root / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["_build"]\n'
        f'[project]\nname = "local-{at}"\nversion = "1.0"\ndependencies = ["numpy", "pandas>=1", "dask"]\n'
    )
    for module in ("__init__", *(f"module_{number}" for number in range(MODULES))):
        (package / f"{module}.py").write_text("value = 1\n" * 500)
    return root


def _conversion(material: Material) -> Row:
    """Return the ratio of both conversions of pip's wheel, each in its own interpreter, in turn."""
    (wheel,) = (Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl")
    peer = installed((PEER,), material.keep / "whl2conda")
    out = material.folder("wheels")
    programs = {
        "condasync": (sys.executable, PROGRAMS / "wheel_with_condasync.py"),
        "whl2conda": (peer / "bin" / "python", PROGRAMS / "wheel_with_whl2conda.py"),
    }
    least: dict[str, float] = {}
    for _ in range(2):
        for name, words in programs.items():
            command = Command(words=texts(*words, wheel, out, material.rounds), folder=out)
            seconds = float(once(command)[1])
            least[name] = min(seconds, least.get(name, seconds))
    return at_most("pip's wheel into a conda package / with whl2conda", 1.0, least["condasync"] / least["whl2conda"])
