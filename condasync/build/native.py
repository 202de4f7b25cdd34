"""Compilers and host libraries that a project's sources ask for, found by reading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from condasync.build.project import LEGACY_BACKEND, Project
from condasync.build.source_imports import literal_keywords
from condasync.build.source_tree import SourceTree

_TEXT_LIMIT = 1 << 20
_SUFFIXES: Mapping[str, str] = MappingProxyType(
    {
        ".c": "c", ".cc": "cxx", ".cpp": "cxx", ".cxx": "cxx", ".cu": "cuda", ".f": "fortran", ".f90": "fortran",
        ".f95": "fortran", ".for": "fortran", ".rs": "rust", ".pyx": "c",
    }
)  # fmt: skip
_NEITHER = ("bench/", "benchmarks/", "doc/", "docs/", "examples/", "test/", "tests/")
_PURE_BACKENDS = ("flit_core", "hatchling", "poetry", "pdm", "uv_build", "flit")
_CALLS = ("ext_modules", "Extension(", "cythonize", "cffi_modules", "RustExtension", "ext-modules", "rust_extensions")
_CXX = re.compile(r"language\s*=\s*['\"]?c\+\+", re.IGNORECASE)
_PKG_CONFIG = (
    re.compile(r"pkg[-_]?config['\"]?\s*,[^\]\)]*?['\"]([A-Za-z][\w.+-]*)['\"]\s*[\]\)]"),
    re.compile(r"pkg-config(?:\s+--[\w-]+)+\s+([A-Za-z][\w.+-]*)"),
    re.compile(r"pkgconfig\.\w+\(\s*['\"]([\w.+-]+)['\"]"),
    re.compile(
        r"pkg_(?:check|search)_modules?\s*\(\s*\w+(?:\s+(?:REQUIRED|QUIET|IMPORTED_TARGET|GLOBAL))*\s+([\w.+-]+)",
        re.IGNORECASE,
    ),
)
_MESON = re.compile(r"dependency\s*\(\s*'([\w.+-]+)'")
_CMAKE = re.compile(r"find_package\s*\(\s*(\w+)", re.IGNORECASE)
_PURL = re.compile(r"(?:pkg|dep):(?:generic|virtual)/([\w.+-]+)")
# Library name as pkg-config, CMake (lower case) or the linker has it -> conda-forge package; "" needs none.
_LIBRARIES: Mapping[str, str] = MappingProxyType(
    {
        "blas": "libblas", "boost": "libboost-devel", "bz2": "bzip2", "bzip2": "bzip2", "cairo": "cairo",
        "crypto": "openssl", "curl": "libcurl", "dl": "", "eigen3": "eigen", "ffi": "libffi", "fftw": "fftw",
        "fftw3": "fftw", "freetype": "freetype", "freetype2": "freetype", "gdal": "libgdal", "geos": "geos",
        "glib-2.0": "glib", "gsl": "gsl", "hdf5": "hdf5", "jpeg": "libjpeg-turbo", "lapack": "liblapack",
        "libcurl": "libcurl", "libffi": "libffi", "libjpeg": "libjpeg-turbo", "liblz4": "lz4-c", "libpng": "libpng",
        "libpq": "libpq", "libssh2": "libssh2", "libtiff-4": "libtiff", "libwebp": "libwebp", "libxml-2.0": "libxml2",
        "libxml2": "libxml2", "libzmq": "zeromq", "libzstd": "zstd", "lz4": "lz4-c", "lzma": "xz", "m": "",
        "ncurses": "ncurses", "netcdf": "libnetcdf", "npymath": "", "openblas": "libopenblas", "openmp": "",
        "openssl": "openssl", "png": "libpng", "postgresql": "libpq", "pq": "libpq", "proj": "proj", "pthread": "",
        "python": "", "python3": "", "pythoninterp": "", "pythonlibs": "", "readline": "readline", "rt": "",
        "sqlite3": "sqlite", "ssl": "openssl", "stdc++": "", "threads": "", "tiff": "libtiff", "xml2": "libxml2",
        "z": "zlib", "zlib": "zlib", "zmq": "zeromq", "zstd": "zstd", "numpy": "", "pybind11": "", "nanobind": "",
        "cython": "", "skbuild": "", "pythonextensions": "", "f2py": "",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeNeeds:
    """Hold what compiling takes: `languages` of compilers, build `tools`, host `libraries` (conda names).

    `unknown` are library names whose conda package nobody reviewed.
    """

    languages: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def native_needs(project: Project, tree: SourceTree) -> NativeNeeds:
    """Return what compiling a project takes; nothing when its backend compiles nothing."""
    texts = {
        file.relative: _text(file.path)
        for file in tree.files
        if file.relative in {"setup.py", "pyproject.toml", "CMakeLists.txt"} or _name(file.relative) == "meson.build"
    }
    asked = {*_libraries(texts), *map(_plain, project.external)}
    names = sorted(asked, key=str.lower)
    libraries = {conda for name in names if (conda := _LIBRARIES.get(name.lower()))}
    unknown = tuple(name for name in names if name.lower() not in _LIBRARIES)
    if not _compiles(project, texts):
        return NativeNeeds(libraries=tuple(sorted(libraries)) if project.external else (), unknown=())
    languages = set(_languages(tree, texts))
    return NativeNeeds(
        languages=tuple(sorted(languages)),
        tools=tuple(sorted(_tools(project, texts))),
        libraries=tuple(sorted(libraries)),
        unknown=unknown,
    )


def _compiles(project: Project, texts: Mapping[str, str]) -> bool:
    module = project.backend.partition(":")[0].split(".")[0]
    if module in _PURE_BACKENDS:
        return "hatch-" in texts.get("pyproject.toml", "") and "CMakeLists.txt" in texts
    if module == "setuptools" or project.backend == LEGACY_BACKEND:
        stated = texts.get("setup.py", "") + texts.get("pyproject.toml", "")
        return any(call in stated for call in _CALLS)
    return True


def _languages(tree: SourceTree, texts: Mapping[str, str]) -> Iterator[str]:
    for file in tree.files:
        suffix = Path(file.relative).suffix.lower()
        if suffix in _SUFFIXES and not file.relative.startswith(_NEITHER) and "/tests/" not in file.relative:
            language = _SUFFIXES[suffix]
            yield "cxx" if suffix == ".pyx" and _CXX.search(_text(file.path)) else language
    if _CXX.search(texts.get("setup.py", "")):
        yield "cxx"


def _tools(project: Project, texts: Mapping[str, str]) -> Iterator[str]:
    if "CMakeLists.txt" in texts or "scikit" in project.backend:
        yield from ("cmake", "ninja")
    if any(_name(path) == "meson.build" for path in texts) or project.backend == "mesonpy":
        yield from ("meson", "ninja", "pkg-config")
    if any(pattern.search(text) for text in texts.values() for pattern in _PKG_CONFIG):
        yield "pkg-config"


def _libraries(texts: Mapping[str, str]) -> Iterator[str]:
    for path, text in texts.items():
        for pattern in _PKG_CONFIG:
            yield from pattern.findall(text)
        if _name(path) == "meson.build":
            yield from _MESON.findall(text)
        if path == "CMakeLists.txt":
            yield from _CMAKE.findall(text)
    yield from literal_keywords(texts.get("setup.py", ""), "Extension", "libraries")


def _plain(hint: str) -> str:
    found = _PURL.match(hint)
    return found[1] if found else hint.split("@", maxsplit=1)[0]


def _name(relative: str) -> str:
    return relative.rpartition("/")[2]


def _text(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_TEXT_LIMIT).decode("utf-8", errors="replace")


def compiler_lines(languages: Iterable[str]) -> tuple[str, ...]:
    """Return the lines of a recipe that ask for compilers, with the C standard library that they need."""
    wanted = tuple(languages)
    lines = tuple(f"${{{{ compiler('{language}') }}}}" for language in wanted)
    return (*lines, "${{ stdlib('c') }}") if wanted else ()
