"""Recipes: what stands in them, that rattler-build reads them, and that it builds from one."""

from __future__ import annotations

import ensurepip
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from condasync.build.conda_package import conda_package
from condasync.build.local_channel import publish
from condasync.build.native import native_needs
from condasync.build.project import read_project
from condasync.build.recipe import Recipe, RecipeSource, RunRequirement, recipe_for
from condasync.build.recipe_yaml import dumps, is_generated
from condasync.build.source_tree import read_tree
from condasync.build.wheel_check import check_fit
from condasync.build.wheel_file import read_wheel
from condasync.errors import BuildError
from tests.build import crick
from tests.build.conftest import MakeProject, WriteTree
from tests.build.python_channel import FULL, python_channel
from tests.build.wheels import TARGET

SOURCE = RecipeSource(url="https://example.org/x-1.0.tar.gz", sha256="0" * 64)
CHILD = Path(__file__).parent / "data" / "build_recipe.py"
SETUP_WITH_EXTENSION = "from setuptools import setup, Extension\nsetup(name='x', version='1', ext_modules=[{}])\n"


def _recipe(root: Path, source: RecipeSource = SOURCE) -> Recipe:
    return recipe_for(read_project(root), read_tree(root), source=source, python="3.11")


def test_crick_gets_compilers_and_both_requirements(tmp_path: Path, write_tree: WriteTree) -> None:
    """Numpy and Cython stand under host, a C compiler under build; the version comes from PKG-INFO."""
    recipe = _recipe(write_tree(tmp_path, crick.FILES))
    assert (recipe.name, recipe.version, recipe.noarch) == ("crick", "0.0.3", False)
    assert recipe.build == ("${{ compiler('c') }}", "${{ stdlib('c') }}")
    assert recipe.host == ("python", "pip", "cython", "numpy", "setuptools")
    assert recipe.run == (RunRequirement(spec="python"),)
    assert (recipe.imports, recipe.license, recipe.license_files) == (("crick",), "LicenseRef-BSD", ("LICENSE",))
    assert len(recipe.notes) == 2


def test_whole_text_of_a_pure_project(tmp_path: Path, make_project: MakeProject) -> None:
    """The text is what a person would write; platform markers become conditions, all of it byte-stable."""
    root = make_project(
        tmp_path / "p",
        requires=("NumPy>=1.2", "pywin; sys_platform == 'win32'", "six; python_version < '3'"),
        table='requires-python = ">=3.9"\nlicense = "mit"\ndescription = "words"\n[project.scripts]\nrun = "a:b"\n',
        files={"LICENSE": ""},
    )
    text = dumps(_recipe(root, RecipeSource(path="../..")))
    assert text == dumps(_recipe(root, RecipeSource(path="../..")))
    assert is_generated(text)
    assert text.partition("schema_version")[2] == (
        ': 1\n\ncontext:\n  version: "1.2"\n\npackage:\n  name: hello-local\n  version: ${{ version }}\n\n'
        "source:\n  path: ../..\n\nbuild:\n  number: 0\n  noarch: python\n"
        "  script: ${{ PYTHON }} -m pip install . -vv --no-deps --no-build-isolation\n"
        "  python:\n    entry_points:\n      - run = a:b\n\n"
        "requirements:\n  host:\n    - python >=3.9\n    - pip\n  run:\n    - python >=3.9\n    - numpy >=1.2\n"
        "    - if: win\n      then: pywin\n\n"
        "tests:\n  - python:\n      imports:\n        - hello_local\n      pip_check: false\n\n"
        "about:\n  summary: words\n  license: MIT\n  license_file:\n    - LICENSE\n"
    )
    assert "# note: \"six; python_version < '3'\" depends on the Python version; answered for Python 3.11" in text


@pytest.mark.parametrize(
    ("files", "languages", "tools", "libraries", "unknown"),
    [
        ({"setup.py": SETUP_WITH_EXTENSION, "x.c": "", "y.pyx": "# distutils: language=c++"}, "c cxx", "", "", ""),
        ({"setup.py": SETUP_WITH_EXTENSION, "x.f90": "", "tests/y.c": ""}, "fortran", "", "", ""),
        ({"setup.py": "setup(name='x')", "vendor/x.c": ""}, "", "", "", ""),
        (
            {
                "setup.py": SETUP_WITH_EXTENSION.format("Extension('x', ['x.c'], libraries=['z', 'm', 'odd'])"),
                "x.c": "",
            },
            "c",
            "",
            "zlib",
            "odd",
        ),
        (
            {"setup.py": "ext_modules\ncall(['pkg-config', '--libs', 'libxml-2.0'])", "x.c": ""},
            "c",
            "pkg-config",
            "libxml2",
            "",
        ),
        (
            {
                "pyproject.toml": '[build-system]\nbuild-backend = "scikit_build_core.build"',
                "CMakeLists.txt": "find_package(HDF5)\nfind_package(Threads)\npkg_check_modules(PC REQUIRED libcurl)",
                "a.cpp": "",
            },
            "cxx",
            "cmake ninja pkg-config",
            "hdf5 libcurl",
            "",
        ),
        (
            {
                "pyproject.toml": '[build-system]\nbuild-backend = "mesonpy"',
                "meson.build": "dependency('fftw3')\ndependency('numpy')",
                "a.c": "",
            },
            "c",
            "meson ninja pkg-config",
            "fftw",
            "",
        ),
        (
            {
                "pyproject.toml": '[build-system]\nbuild-backend = "maturin"\n[external]\n'
                'host-requires = ["pkg:generic/openssl"]',
                "src/lib.rs": "",
            },
            "rust",
            "",
            "openssl",
            "",
        ),
        ({"pyproject.toml": '[build-system]\nbuild-backend = "flit_core.buildapi"', "x/data.c": ""}, "", "", "", ""),
    ],
)
def test_compilers_and_libraries(  # noqa: PLR0917  one row per kind of project
    tmp_path: Path,
    write_tree: WriteTree,
    files: dict[str, str],
    languages: str,
    tools: str,
    libraries: str,
    unknown: str,
) -> None:
    """Sources, CMake, meson, pkg-config calls and hints say what compiling takes; a pure backend compiles nothing."""
    root = write_tree(tmp_path, files)
    needs = native_needs(read_project(root), read_tree(root))
    assert (needs.languages, needs.tools) == (tuple(languages.split()), tuple(tools.split()))
    assert (needs.libraries, needs.unknown) == (tuple(libraries.split()), tuple(unknown.split()))


@pytest.mark.parametrize(
    ("setup", "reason"), [("setup(version='1')", "no-name"), ("setup(name='x', version=compute())", "no-version")]
)
def test_what_is_stated_nowhere(tmp_path: Path, write_tree: WriteTree, setup: str, reason: str) -> None:
    """Name and version are not guessed."""
    with pytest.raises(BuildError) as fault:
        _recipe(write_tree(tmp_path, {"setup.py": setup}))
    assert fault.value.reason == reason


def test_version_of_the_module_counts_last(tmp_path: Path, write_tree: WriteTree) -> None:
    """`__version__` in the package serves when nothing else states a version."""
    root = write_tree(tmp_path, {"setup.py": "setup(name='x')", "src/x/__init__.py": "__version__ = '2.5'\n"})
    recipe = _recipe(root)
    assert (recipe.version, recipe.imports) == ("2.5", ("x",))


@pytest.mark.parametrize(
    ("requires", "run", "noted"),
    [
        ("Requests[Socks]>=2", ["pysocks", "requests >=2"], ""),
        ("dask[complete]>=2024", ["dask >=2024"], ""),
        ("dask[complete,odd]", ["dask", "dask-core"], "what dask[odd] needs beside dask-core is not known"),
        ("other[x]", ["other"], "what other[x] needs beside other is not known; add it under run"),
    ],
)
def test_extras_of_requirements(
    tmp_path: Path, make_project: MakeProject, requires: str, run: list[str], noted: str
) -> None:
    """What a requirement's extra needs stands under run; where nobody knows it, a note says so."""
    root = make_project(tmp_path / "p", requires=(requires,))
    rows = {"requests[socks]": ("requests", "pysocks"), "dask[complete]": ("dask",)}
    recipe = recipe_for(
        read_project(root),
        read_tree(root),
        source=SOURCE,
        python="3.11",
        name_of=lambda name: {"dask": "dask-core"}.get(name, name.lower()),
        extra_of=lambda asked: rows.get(asked, ()),
    )
    assert [one.spec for one in recipe.run[1:]] == run
    assert noted in " ".join(recipe.notes)
    assert bool(recipe.notes) == bool(noted)


def test_requirement_that_cannot_be_read_is_noted(tmp_path: Path, make_project: MakeProject) -> None:
    """It is not dropped in silence."""
    recipe = _recipe(make_project(tmp_path / "p", requires=("x >> 1",)))
    assert recipe.notes == ("the requirement 'x >> 1' cannot be read and is left out",)


@pytest.mark.skipif(importlib.util.find_spec("rattler_build") is None, reason="py-rattler-build is not installed")
@pytest.mark.parametrize("kind", ["crick", "pure"])
def test_rattler_build_reads_the_recipe(
    tmp_path: Path, write_tree: WriteTree, make_project: MakeProject, kind: str
) -> None:
    """The schema's own reader takes the text and renders it for a variant."""
    import rattler_build  # noqa: PLC0415  optional

    root = write_tree(tmp_path / "p", crick.FILES) if kind == "crick" else make_project(tmp_path / "p")
    variants = "python: ['3.11']\nc_compiler: [gcc]\nc_stdlib: [sysroot]\nc_stdlib_version: ['2.17']\n"
    recipe = rattler_build.Stage0Recipe.from_yaml(dumps(_recipe(root)))
    (rendered,) = recipe.render(rattler_build.VariantConfig.from_yaml(variants))
    assert rendered.recipe.package.name == ("crick" if kind == "crick" else "hello-local")


@pytest.mark.skipif(importlib.util.find_spec("rattler_build") is None, reason="py-rattler-build is not installed")
def test_rattler_build_builds_the_recipe(tmp_path: Path, make_project: MakeProject) -> None:
    """With a channel made here (python, and pip from the wheel that Python bundles) the recipe becomes a package."""
    root = make_project(tmp_path / "p", table='[project.scripts]\nhello = "hello_local:main"\n')
    place = tmp_path / "recipes" / "hello-local" / "recipe.yaml"
    place.parent.mkdir(parents=True)
    place.write_text(dumps(_recipe(root, RecipeSource(path="../../p"))), encoding="utf-8")
    channel = _with_pip(python_channel(tmp_path / "channel"), tmp_path)
    done = subprocess.run(
        [sys.executable, str(CHILD), str(place), str(tmp_path / "out"), str(channel), FULL],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    (package,) = (tmp_path / "out").glob("noarch/*.conda")
    assert package.name.startswith("hello-local-1.2-")


def _with_pip(channel: Path, folder: Path) -> Path:
    """Add pip, made into a conda package from the wheel inside ensurepip, to a channel."""
    (bundled,) = (Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl")
    wheel = read_wheel(bundled)
    made = conda_package(wheel, check_fit(wheel, TARGET), name="pip", target=TARGET, map_requirement=lambda _: None)
    publish(folder / "pip", [made])
    index: Any = json.loads((channel / "noarch" / "repodata.json").read_text(encoding="utf-8"))
    index["packages.conda"][made.file_name] = dict(made.row)
    (channel / "noarch" / "repodata.json").write_text(json.dumps(index), encoding="utf-8")
    (channel / "noarch" / made.file_name).write_bytes(made.data)
    return channel


def test_text_is_yaml_with_what_was_meant(tmp_path: Path, write_tree: WriteTree) -> None:
    """A version that looks like a number stays a text."""
    loaded = YAML(typ="safe").load(
        dumps(_recipe(write_tree(tmp_path, {"setup.py": "setup(name='x', version='1.10')"})))
    )
    assert loaded["context"]["version"] == "1.10"
    assert loaded["source"] == {"url": SOURCE.url, "sha256": SOURCE.sha256}
