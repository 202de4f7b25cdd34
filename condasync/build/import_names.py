"""Which distribution provides a module that builds import; reviewed by hand, as names differ."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PROVIDERS: Mapping[str, str] = MappingProxyType(
    {
        "Cython": "Cython",
        "babel": "Babel",
        "cffi": "cffi",
        "cmake": "cmake",
        "cppy": "cppy",
        "cython": "Cython",
        "dateutil": "python-dateutil",
        "extension_helpers": "extension-helpers",
        "f2py": "numpy",
        "git": "GitPython",
        "hatch_vcs": "hatch-vcs",
        "jinja2": "Jinja2",
        "jupyter_packaging": "jupyter-packaging",
        "mako": "Mako",
        "mypyc": "mypy",
        "nanobind": "nanobind",
        "numpy": "numpy",
        "pbr": "pbr",
        "petsc4py": "petsc4py",
        "pkgconfig": "pkgconfig",
        "pybind11": "pybind11",
        "pythran": "pythran",
        "scikit_build_core": "scikit-build-core",
        "setuptools_rust": "setuptools-rust",
        "setuptools_scm": "setuptools-scm",
        "skbuild": "scikit-build",
        "torch": "torch",
        "versioneer": "versioneer",
        "yaml": "PyYAML",
    }
)
CONDA_NAMES: Mapping[str, str] = MappingProxyType({"cython": "cython", "torch": "pytorch", "build": "python-build"})
"""conda-forge names of build requirements that differ from the normalised PyPI name."""

TOOLING = frozenset({"setuptools", "pkg_resources", "distutils", "_distutils_hack", "wheel", "pip", "ez_setup"})


def provider_of(module: str) -> str:
    """Return the PyPI name behind a top-level module; the module's own name when the table does not know it."""
    return PROVIDERS.get(module, module.replace("_", "-"))
