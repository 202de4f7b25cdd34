"""The whole way, offline: real installs of three kinds, one export, and a prefix made from its lock that runs."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from condasync.cli.app import invoke
from tests.build import crick
from tests.build.conftest import MakeProject, WriteTree
from tests.build.python_channel import MINOR, install, python_channel, run_python, run_script

EXTENSION = """
#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *none) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_fast", 0, -1, methods};
PyMODINIT_FUNC PyInit__fast(void) { return PyModule_Create(&module); }
"""
KINDS = ("pure", "fast", "remote")


@dataclass(frozen=True, slots=True)
class World:
    """Hold a venv with three local installs, their sources, and a channel with python."""

    venv: Path
    sources: dict[str, Path]
    channel: Path
    cache: Path


@dataclass(frozen=True, slots=True)
class Exported:
    """Hold what one export said and wrote."""

    code: int
    envelope: dict[str, Any]
    folder: Path
    err: str

    @property
    def outcomes(self) -> dict[str, dict[str, Any]]:
        """Return the rows of the JSON by package name."""
        return {row["package"]: row for row in self.envelope["data"]["outcomes"]}

    def finding(self, code: str) -> str:
        """Return the text of the one finding with this code."""
        (found,) = [row["text"] for row in self.envelope["data"]["findings"] if row["code"] == code]
        return str(found)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, make_project: MakeProject) -> World:
    """Install, with pip and without any index: an editable project, a folder with a C extension, a git repository."""
    root = tmp_path_factory.mktemp("world")
    sources = {name: root / "src" / name for name in KINDS}
    for name, folder in sources.items():
        make_project(
            folder,
            name=f"{name}-local",
            requires=("Tool-Kit>=1", "pure-local>=1") if name == "fast" else ("tool-kit; sys_platform != 'zos'",),
            table=f'[project.scripts]\n{name}-run = "{name}_local:main"\n',
            files={
                "LICENSE": "free\n",
                **({"fast_local/_fast.c": EXTENSION} if name == "fast" else {}),
            },
        )
    repository = sources["remote"]
    author = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    for command in (("init", "--quiet"), ("add", "."), (*author, "commit", "--quiet", "-m", "first")):
        subprocess.run(["git", *command], cwd=repository, check=True)
    venv = root / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    subprocess.run([*pip, "-e", str(sources["pure"])], check=True, env=environment)
    subprocess.run([*pip, str(sources["fast"]), f"git+{repository.as_uri()}"], check=True, env=environment)
    return World(
        venv=venv,
        sources=sources,
        channel=python_channel(root / "channel", {"tool-kit": "1.5"}),
        cache=root / "cache",
    )


@pytest.fixture
def run(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a runner of exports of the world's venv, or of other inputs."""
    monkeypatch.setenv("CONDASYNC_CACHE_DIR", str(world.cache))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    monkeypatch.chdir(tmp_path)

    def export(*options: str | Path, folder: str = "out", inputs: tuple[str | Path, ...] = ()) -> Exported:
        given = inputs or ("--prefix", world.venv)
        capsys.readouterr()
        code = invoke(
            [str(one) for one in ("export", *given, "-o", tmp_path / folder, "-c", world.channel, "--offline", "--json",
             "--solver", "rattler", *options)]
        )  # fmt: skip
        told = capsys.readouterr()
        return Exported(code=code, envelope=json.loads(told.out), folder=tmp_path / folder, err=told.err)

    return export


def _digests(folder: Path) -> dict[str, str]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def _lock(folder: Path) -> dict[str, dict[str, Any]]:
    loaded = YAML(typ="safe").load((folder / "conda-lock.yml").read_text(encoding="utf-8"))
    return {row["name"]: row for row in loaded["package"]}


def test_three_kinds_of_local_projects_are_locked_and_run(world: World, run: Any, tmp_path: Path) -> None:
    """All three are conda packages of the channel beside the lock; a prefix made of the lock runs their scripts."""
    before = {name: _digests(folder) for name, folder in world.sources.items()}
    exported = run()
    assert exported.code == 0, exported.err
    assert {name: exported.outcomes[f"{name}-local"]["outcome"] for name in KINDS} == dict.fromkeys(KINDS, "built")
    assert {name: _digests(folder) for name, folder in world.sources.items()} == before
    rows = _lock(exported.folder)
    channel = exported.folder / "condasync-channel"
    for name, subdir in zip(KINDS, ("noarch", "linux-64", "noarch"), strict=True):
        row = rows[f"{name}-local"]
        path = channel / subdir / row["url"].rpartition("/")[2]
        assert row["url"] == f"file:///proc/self/cwd/condasync-channel/{subdir}/{path.name}"
        assert row["manager"] == "conda"
        assert hashlib.sha256(path.read_bytes()).hexdigest() == row["hash"]["sha256"]
    assert rows["fast-local"]["dependencies"]["tool-kit"] == ">=1"
    assert "pure-local" in rows["fast-local"]["dependencies"]
    specs = [f"{row['name']} =={row['version']}" for row in rows.values()]
    prefix = install(tmp_path / "prefix", [channel, world.channel], specs, cache=tmp_path / "cache")
    assert [run_script(prefix, f"{name}-run") for name in KINDS] == [f"{name}-local runs" for name in KINDS]
    assert (
        run_python(prefix, "from fast_local import _fast; import pure_local, remote_local; print(_fast.answer())")
        == "42"
    )
    assert "take condasync-channel along with the lock" in exported.finding("built-channel")


def test_second_export_is_the_same(world: World, run: Any) -> None:
    """Unchanged projects are not built again and no byte changes; built anew elsewhere, the packages are identical."""
    first = run()
    before = _digests(first.folder)
    wheels = _digests(world.cache / "built-wheels")
    second = run()
    assert (second.code, _digests(second.folder), _digests(world.cache / "built-wheels")) == (0, before, wheels)
    shutil.rmtree(world.cache / "built-wheels")
    again = run(folder="again")
    channels = [folder / "condasync-channel" for folder in (first.folder, again.folder)]
    names = [sorted(path.name for path in channel.glob("*/*.conda")) for channel in channels]
    assert names[0] == names[1]
    for name in names[0]:
        one, two = (next(channel.glob(f"*/{name}")).read_bytes() for channel in channels)
        assert one == two


def test_artifact_url_is_locked_and_uploads_are_listed(run: Any) -> None:
    """The lock names the URL, and the findings say what has to be uploaded where."""
    exported = run("--artifact-url", "https://example.org/mine")
    rows = _lock(exported.folder)
    assert rows["pure-local"]["url"].startswith("https://example.org/mine/noarch/pure-local-1.2-")
    texts = [row["text"] for row in exported.envelope["data"]["findings"] if row["code"] == "upload"]
    assert len(texts) == 5
    assert any(text.endswith(" to https://example.org/mine/noarch/repodata.json") for text in texts)


def test_without_building_projects_stay_behind(run: Any) -> None:
    """--no-build leaves them out with the old reason, and makes no channel."""
    exported = run("--no-build")
    assert {exported.outcomes[f"{name}-local"]["outcome"] for name in KINDS} == {"unmapped"}
    assert not (exported.folder / "condasync-channel").exists()


def test_loose_modules_come_along_on_request(run: Any, write_tree: WriteTree, tmp_path: Path) -> None:
    """A module outside any project is packaged when it is named; a secret beside it is not."""
    loose = write_tree(tmp_path / "loose_pkg", {"__init__.py": "x = 7\n", "data.txt": "d", ".env": "KEY=1"})
    (tmp_path / "single.py").write_text("y = 8\n", encoding="utf-8")
    exported = run("--include-module", loose, "--include-module", tmp_path / "single.py")
    assert {exported.outcomes[name]["outcome"] for name in ("loose_pkg", "single")} == {"built"}
    assert ".env" in exported.finding("secret-left-out")
    rows = _lock(exported.folder)
    assert {"loose-pkg", "single"} <= set(rows)
    assert run("--include-module", tmp_path / "nothing").code == 2


def test_crick_names_what_it_does_not_declare(run: Any, write_tree: WriteTree, tmp_path: Path) -> None:
    """The situation of crick 0.0.3: the build fails, the message names numpy and Cython, the others go on."""
    root = write_tree(tmp_path / "crick", {**crick.FILES, **_BACKEND})
    (tmp_path / "requirements.txt").write_text(f"-e {root}\ntool-kit\n", encoding="utf-8")
    inputs = ("-f", tmp_path / "requirements.txt")
    exported = run("--python", MINOR, inputs=inputs)
    assert exported.code == 0
    reason = exported.outcomes["crick"]["reason"]
    assert reason["code"] == "build-failed"
    assert "the module numpy is missing at build time" in reason["text"]
    assert "imports Cython (setup.py:7) and numpy (setup.py:4), which the project does not declare" in reason["text"]
    assert "tool-kit" in _lock(exported.folder)
    finding = exported.finding("build-failed")
    assert "--add-build-requires tries again with them" in finding
    assert "No module named 'numpy'" in finding
    strict = run("--python", MINOR, "--strict", inputs=inputs, folder="strict")
    assert (strict.code, strict.envelope["errors"][0]["code"]) == (7, "build")


# setuptools cannot be downloaded here: this backend runs setup.py as setuptools' own does.
_BACKEND = {
    "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "setuptools"\nbackend-path = ["_build"]\n'
    '[project]\nname = "crick"\nversion = "0.0.3"\n',
    "_build/setuptools.py": "def get_requires_for_build_wheel(_s=None):\n    return []\n"
    "def build_wheel(directory, _s=None, _m=None):\n    exec(compile(open('setup.py').read(), 'setup.py', 'exec'))\n",
}


@pytest.mark.parametrize(
    ("requirements", "code"),
    [
        ("gone @ file:///nowhere/gone\n", "source-missing"),
        ("odd @ hg+https://example.org/odd\n", "source-missing"),
        ("far @ git+https://example.org/far@v1\n", "source-missing"),
    ],
)
def test_sources_that_cannot_be_had(run: Any, tmp_path: Path, requirements: str, code: str) -> None:
    """What is gone, unknown or out of reach is an outcome of its own."""
    (tmp_path / "requirements.txt").write_text(f"{requirements}tool-kit\n", encoding="utf-8")
    exported = run("--python", MINOR, inputs=("-f", tmp_path / "requirements.txt"))
    assert exported.code == 0
    assert exported.outcomes[requirements.split(maxsplit=1)[0]]["reason"]["code"] == code


def test_two_projects_of_one_name(run: Any, make_project: MakeProject, tmp_path: Path) -> None:
    """The second stays behind and says so."""
    one, two = (make_project(tmp_path / name, name="twin") for name in ("one", "two"))
    exported = run("--include-module", one, "--include-module", two)
    reasons = [row["reason"] for row in exported.envelope["data"]["outcomes"] if row["package"] == "twin"]
    assert [reason and reason["code"] for reason in reasons] == [None, "duplicate-project"]


def test_changed_sources_make_a_lock_stale(run: Any, make_project: MakeProject, tmp_path: Path) -> None:
    """An export into the project's own folder changes no package; an edit of the code does, as --check tells."""
    root = make_project(tmp_path / "mine", name="mine")
    (tmp_path / "requirements.txt").write_text(f"-e {root}\n", encoding="utf-8")
    inputs = ("-f", tmp_path / "requirements.txt")
    assert run("--python", MINOR, inputs=inputs, folder="mine").code == 0
    assert run("--python", MINOR, "--check", inputs=inputs, folder="mine").code == 0
    (root / "mine" / "__init__.py").write_text("changed = True\n", encoding="utf-8")
    stale = run("--python", MINOR, "--check", inputs=inputs, folder="mine")
    assert stale.code == 1
    (root / "README.md").write_text("words\n", encoding="utf-8")
    assert run("--python", MINOR, inputs=inputs, folder="mine").code == 0
    assert run("--python", MINOR, "--check", inputs=inputs, folder="mine").code == 0
