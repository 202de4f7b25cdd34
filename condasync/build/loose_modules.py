"""Modules that Python finds and no package owns: reported, and taken along only on request."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from condasync.model.environment import Environment
from condasync.model.finding import Finding
from condasync.model.package import LocalPackage

_SHOWN = 5
# What tools run or build with; nothing that a worker would import.
_TOOLING = frozenset({"setup", "conftest", "noxfile", "tasks", "tests", "test", "docs", "examples", "benchmarks"})


def loose_modules(
    environment: Environment, python_path: Sequence[Path], working: Path | None = None
) -> tuple[Finding, ...]:
    """Return a finding for each folder that Python imports from and that holds modules of no captured package.

    These are the folders of PYTHONPATH and of `.pth` files, and the folder that the user works in, from where scripts,
    notebooks and `python -c` import. What belongs to a project of the environment is taken along with it.
    """
    prefix = None if environment.prefix is None else Path(environment.prefix).resolve()
    owned = [Path(one.path).resolve() for one in environment.packages if isinstance(one, LocalPackage)]
    found: dict[Path, Finding] = {}
    for place, folder in _places(prefix, python_path):
        if folder not in found and not _is_owned(folder, prefix, owned) and (modules := _modules(folder, owned)):
            found[folder] = _on_the_path(place, folder, modules)
    if working is not None and working.resolve() not in found and not _is_owned(working.resolve(), prefix, owned):
        modules = [path for path in _modules(working.resolve(), owned) if not _is_tooling(path)]
        if modules:
            found[working.resolve()] = _in_working_directory(working.resolve(), modules)
    return tuple(found.values())


def _on_the_path(place: str, folder: Path, modules: Sequence[Path]) -> Finding:
    text = (
        f"{folder} is on {place} and holds modules that no package owns: {_shown(modules)}; "
        f"--include-module {shlex.quote(str(folder))} takes them along"
    )
    return Finding(code="loose-module", severity="warning", text=text, where=str(folder))


def _in_working_directory(folder: Path, modules: Sequence[Path]) -> Finding:
    where = str(modules[0] if len(modules) == 1 else folder)
    text = (
        f"the working directory holds modules that no package owns: {_shown(modules)}; where another machine imports "
        f"them they must come along: --include-module {shlex.quote(where)}"
    )
    return Finding(code="loose-module", severity="note", text=text, where=where)


def _is_owned(folder: Path, prefix: Path | None, owned: Sequence[Path]) -> bool:
    inside = prefix is not None and folder.is_relative_to(prefix)
    return inside or any(folder.is_relative_to(path) for path in owned)


def _is_tooling(path: Path) -> bool:
    name = _module(path)
    return name in _TOOLING or name.startswith("test_") or name.endswith("_test")


def _shown(modules: Sequence[Path]) -> str:
    names = sorted({_module(path) for path in modules})
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def _places(prefix: Path | None, python_path: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    for entry in python_path:
        if entry.is_dir():
            yield "PYTHONPATH", entry.resolve()
    for file in sorted(prefix.glob("lib/python*/site-packages/*.pth")) if prefix else ():
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            text = line.strip()
            if text and not text.startswith(("#", "import ", "import\t")) and len(text) < 4096:  # noqa: PLR2004  PATH_MAX
                folder = file.parent / text
                if folder.is_dir():
                    yield f"the path by {file.name}", folder.resolve()


def _modules(folder: Path, owned: Sequence[Path]) -> list[Path]:
    """Return the files and package folders that `import` finds in a folder itself, without those taken along."""
    try:
        files = [path for path in folder.iterdir() if path.suffix in {".py", ".so"}]
        packages = [path.parent for path in folder.glob("*/__init__.py")]
    except OSError:
        return []
    return sorted(
        path
        for path in (*files, *packages)
        if _module(path).isidentifier() and _module(path) != "setup" and path.resolve() not in owned
    )


def _module(path: Path) -> str:
    return path.name.partition(".")[0]
