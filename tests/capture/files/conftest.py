"""Writing input files and reading them back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from condasync.capture.files.source import source_for_file
from condasync.model.environment import Environment
from condasync.model.package import CapturedPackage, CondaPackage, LocalPackage, PipPackage

Write = Callable[[str, str], Path]
Capture = Callable[..., Environment]
_T = TypeVar("_T", bound=CapturedPackage)


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return a writer of files below the working directory, which is empty; it returns the relative path."""
    monkeypatch.chdir(tmp_path)

    def write_text(name: str, text: str) -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return write_text


@pytest.fixture
def capture(write: Write) -> Capture:
    """Return a function that captures a text as a file of the given name."""

    def capture_text(name: str, text: str, *, groups: tuple[str, ...] | None = None) -> Environment:
        return source_for_file(write(name, text), groups=groups).capture()

    return capture_text


@pytest.fixture
def only() -> Callable[[Environment, type[_T]], _T]:
    """Return a function that gives the one package of an environment, of the given class."""

    def only_package(environment: Environment, kind: type[_T]) -> _T:
        (package,) = environment.packages
        assert isinstance(package, kind)
        return package

    return only_package


@pytest.fixture
def listing() -> Callable[[Environment], dict[str, tuple[str, ...]]]:
    """Return a function that shows each package's name with what lists it: specifiers, specs or the path."""

    def shown(environment: Environment) -> dict[str, tuple[str, ...]]:
        return {package.name: _asked(package) for package in environment.packages}

    return shown


def _asked(package: CapturedPackage) -> tuple[str, ...]:
    match package:
        case PipPackage():
            return tuple(one.specifier for one in package.requirements)
        case CondaPackage():
            return tuple(one.version for one in package.specs)
        case LocalPackage():
            return (package.path,)
