"""Building wheels for real, in isolation, without any download: the test projects carry their own backend."""

from __future__ import annotations

import os
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from condasync.build.build_log import read_log
from condasync.build.source_tree import read_tree
from condasync.build.wheel_build import BuildPlan, build_wheel
from condasync.build.wheel_file import read_wheel
from condasync.errors import BuildError
from tests.build.conftest import MakeProject
from tests.build.python_channel import MINOR
from tests.build.wheels import make_wheel
from tests.conftest import PackageIndex

EXTENSION = """
#include <Python.h>
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_fast", 0, -1, 0};
PyMODINIT_FUNC PyInit__fast(void) { return PyModule_Create(&module); }
"""
BACKEND = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["_build"]\n[project]\nname = "x"\n'
NOTHING = "def get_requires_for_build_wheel(_s=None):\n    return []\n"


@pytest.fixture
def plan(tmp_path: Path) -> BuildPlan:
    """Return a plan with a cache of its own and the running interpreter."""
    return BuildPlan(cache_dir=tmp_path / "cache", python=Path(sys.executable), minor=MINOR, timeout=60)


def _backend(folder: Path, code: str) -> Path:
    """Write a project whose backend does what `code` says in build_wheel."""
    (folder / "_build").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(BACKEND, encoding="utf-8")
    body = "".join(f"    {line}\n" for line in code.splitlines())
    (folder / "_build" / "backend.py").write_text(
        f"{NOTHING}def build_wheel(directory, _s=None, _m=None):\n{body}", encoding="utf-8"
    )
    return folder


def test_sources_stay_as_they_are(tmp_path: Path, make_project: MakeProject, plan: BuildPlan) -> None:
    """A compiled project is built from a copy: no byte of its folder changes, even when it is read-only."""
    root = make_project(tmp_path / "p", files={"hello_local/_fast.c": EXTENSION})
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    for path in (root / "hello_local", root):
        path.chmod(0o555)
    try:
        wheel = read_wheel(build_wheel(read_tree(root), plan, name="hello-local"))
    finally:
        for path in (root, root / "hello_local"):
            path.chmod(0o755)
    assert any(member.name.endswith(".so") for member in wheel.members)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_compiled_wheels_are_equal_in_any_folder(tmp_path: Path, make_project: MakeProject) -> None:
    """Building twice, in two caches and from two places, gives identical bytes: no path of the copy is in them."""
    wheels = []
    for place in ("one", "two"):
        root = make_project(tmp_path / place / "p", files={"hello_local/_fast.c": EXTENSION})
        plan = BuildPlan(cache_dir=tmp_path / place, python=Path(sys.executable), minor=MINOR)
        wheels.append(build_wheel(read_tree(root), plan, name="hello-local").read_bytes())
    assert wheels[0] == wheels[1]


def test_unchanged_project_is_not_built_again(tmp_path: Path, make_project: MakeProject, plan: BuildPlan) -> None:
    """Equal content is served from the cache, changed content is built."""
    root = make_project(tmp_path / "p")
    told: list[str] = []
    first = build_wheel(read_tree(root), plan, name="hello-local", tell=told.append)
    assert told[0] == "building hello-local"
    told.clear()
    assert build_wheel(read_tree(root), plan, name="hello-local", tell=told.append) == first
    assert told == []
    (root / "hello_local" / "new.py").write_text("x = 1\n", encoding="utf-8")
    second = read_wheel(build_wheel(read_tree(root), plan, name="hello-local"))
    assert "hello_local/new.py" in {member.name for member in second.members}


def test_what_is_importable_here_is_not_there(tmp_path: Path, plan: BuildPlan) -> None:
    """The build is isolated: packaging is installed here, and the backend does not find it."""
    root = _backend(tmp_path / "p", "import sys\nsys.path_importer_cache.clear()\nimport packaging.version")
    with pytest.raises(BuildError) as fault:
        build_wheel(read_tree(root), plan, name="x")
    assert fault.value.reason == "build-failed"
    assert fault.value.facts["missing_module"] == "packaging"
    assert "the module packaging is missing at build time" in fault.value.message
    log = Path(str(fault.value.facts["log"]))
    assert "No module named 'packaging'" in log.read_text(encoding="utf-8")
    assert fault.value.exit_code == 7


@pytest.mark.parametrize("name", ["/tmp/evil", "../../evil", "e" * 300])
def test_log_stays_in_the_cache(tmp_path: Path, plan: BuildPlan, name: str) -> None:
    """A project that is called after its path writes its log nowhere else."""
    root = _backend(tmp_path / "p", "raise SystemExit(1)")
    with pytest.raises(BuildError) as fault:
        build_wheel(read_tree(root), plan, name=name)
    log = Path(str(fault.value.facts["log"]))
    assert log.parent == plan.cache_dir / "build-logs"
    assert log.is_file()


def test_credentials_do_not_reach_the_message(tmp_path: Path, plan: BuildPlan) -> None:
    """What a backend prints of a URL is quoted without its password."""
    root = _backend(tmp_path / "p", "raise SystemExit('cannot reach https://me:hush@example.org/simple')")
    with pytest.raises(BuildError) as fault:
        build_wheel(read_tree(root), plan, name="x")
    assert "hush" not in fault.value.message + str(fault.value.facts["last_lines"])
    assert "example.org" in str(fault.value.facts["last_lines"])


def test_hanging_build_is_stopped_with_its_children(tmp_path: Path, plan: BuildPlan) -> None:
    """After the timeout nothing that the build started is left running."""
    pid_file = tmp_path / "pid"
    code = (
        "import subprocess, time\n"
        "child = subprocess.Popen(['sleep', '600'])\n"
        f"open({str(pid_file)!r}, 'w').write(str(child.pid))\n"
        "time.sleep(600)"
    )
    root = _backend(tmp_path / "p", code)
    hasty = BuildPlan(cache_dir=plan.cache_dir, python=plan.python, minor=MINOR, timeout=3)
    with pytest.raises(BuildError, match="took longer than 3 s") as fault:
        build_wheel(read_tree(root), hasty, name="x")
    assert fault.value.reason == "build-timeout"
    pid = int(pid_file.read_text(encoding="utf-8"))
    assert _ended(pid)
    assert list((plan.cache_dir / "built-wheels").iterdir()) == []


def _ended(pid: int) -> bool:
    """Wait a moment for init to collect a killed process."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def test_backend_that_makes_no_wheel(tmp_path: Path, plan: BuildPlan) -> None:
    """A backend that says it is done but left nothing has failed."""
    root = _backend(tmp_path / "p", "return 'x-1-py3-none-any.whl'")
    with pytest.raises(BuildError) as fault:
        build_wheel(read_tree(root), plan, name="x")
    assert fault.value.reason == "build-failed"


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("x.c:1:10: fatal error: zlib.h: No such file or directory", "the header zlib.h is missing"),
        ("/usr/bin/ld: cannot find -lcurl: No such file", "the library curl is missing"),
        ("No package 'libxml-2.0' found", "pkg-config does not find libxml-2.0"),
        ("error: command 'gfortran' failed: No such file or directory", "the compiler gfortran is missing"),
        ("ERROR: No matching distribution found for setuptools>=900", "the build requirement setuptools>=900 cannot"),
        ("ImportError: cannot import name 'build' from 'numpy.distutils'", "numpy.distutils has no build"),
        ("  configuration error: `project` must contain ['version'] properties", "pyproject.toml: `project` must"),
        ("KeyError: 'thing'\nsubprocess.CalledProcessError: it ended with 1", "KeyError: 'thing'"),
        ("pyproject_hooks._impl.BackendUnavailable: Cannot import 'x'", "BackendUnavailable: Cannot import 'x'"),
        ("ModuleNotFoundError: No module named 'Cython'\nfatal error: a.h: No such file or directory", "header a.h"),
    ],
)
def test_causes_are_recognised(text: str, cause: str) -> None:
    """The usual reasons of failed builds are put into words; the last one counts."""
    assert cause in str(read_log(f"noise\n\x1b[31m{text}\x1b[0m\nmore\n").cause)


def test_unknown_failure_shows_the_last_lines() -> None:
    """A log without a known cause is quoted by its end."""
    reading = read_log("".join(f"line {number}\n" for number in range(30)))
    assert (reading.cause, len(reading.last_lines), reading.last_lines[-1]) == (None, 12, "line 29")


@pytest.fixture
def needing(tmp_path: Path, package_index: PackageIndex, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Return a project that needs a package of the index to be built, and that package's wheel."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", package_index.url)
    monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path / "pip"))
    wheel = make_wheel(tmp_path / "wheels", name="needed_here", version="1.0", files={"needed_here.py": ""})
    package_index.add("needed-here", wheel.name, wheel.read_bytes())
    root = _backend(tmp_path / "p", "import needed_here, shutil, os\nname = 'x-1-py3-none-any.whl'\n"
                    "open(os.path.join(directory, name), 'w').close()\nreturn name")  # fmt: skip
    path = root / "pyproject.toml"
    path.write_text(BACKEND.replace("requires = []", 'requires = ["needed-here"]'), encoding="utf-8")
    return root, wheel


def test_offline_a_build_asks_no_index(
    needing: tuple[Path, Path], plan: BuildPlan, package_index: PackageIndex
) -> None:
    """Offline the build fails and says what to do, and the index hears nothing of it; otherwise it is asked."""
    tree = read_tree(needing[0])
    with pytest.raises(BuildError) as caught:
        build_wheel(tree, replace(plan, offline=True), name="x")
    assert "needed-here" in caught.value.message
    assert "PIP_FIND_LINKS" in caught.value.hints[0]
    assert package_index.requests == []
    build_wheel(tree, plan, name="x")
    assert package_index.requests != []


@pytest.mark.parametrize("place", ["cache", "variable"])
def test_offline_a_build_takes_what_is_here(
    needing: tuple[Path, Path],
    plan: BuildPlan,
    package_index: PackageIndex,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
) -> None:
    """Wheels of the cache serve a build offline, and so do the user's own folders; a server of links is not asked."""
    root, wheel = needing
    if place == "cache":
        folder = plan.cache_dir / "wheel-files" / "0"
        folder.mkdir(parents=True)
        shutil.copy(wheel, folder)
        monkeypatch.setenv("PIP_FIND_LINKS", package_index.url)
    else:
        monkeypatch.setenv("PIP_FIND_LINKS", f"{package_index.url} {wheel.parent}")
    assert build_wheel(read_tree(root), replace(plan, offline=True), name="x").is_file()
    assert package_index.requests == []
