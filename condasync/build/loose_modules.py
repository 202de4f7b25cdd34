"""Modules that Python finds and no package owns: reported, and taken along only on request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from condasync.model.environment import Environment
from condasync.model.finding import Finding
from condasync.model.package import LocalPackage

_SHOWN = 5


def loose_modules(environment: Environment, python_path: Sequence[Path]) -> tuple[Finding, ...]:
    """Return a finding for each folder of PYTHONPATH or of a `.pth` file that holds modules of no captured package."""
    prefix = None if environment.prefix is None else Path(environment.prefix).resolve()
    owned = [Path(one.path).resolve() for one in environment.packages if isinstance(one, LocalPackage)]
    found: dict[Path, Finding] = {}
    for place, folder in _places(prefix, python_path):
        inside = prefix is not None and folder.is_relative_to(prefix)
        if folder in found or inside or any(folder.is_relative_to(path) for path in owned):
            continue
        names = _modules(folder)
        if names:
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            text = (
                f"{folder} is on {place} and holds modules that no package owns: {', '.join(names[:_SHOWN])}{more}; "
                f"--include-module {folder} takes them along"
            )
            found[folder] = Finding(code="loose-module", severity="warning", text=text, where=str(folder))
    return tuple(found.values())


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


def _modules(folder: Path) -> tuple[str, ...]:
    """Return what `import` finds in a folder itself."""
    files = {path.name.partition(".")[0] for path in folder.iterdir() if path.suffix in {".py", ".so"}}
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    return tuple(sorted(name for name in files | packages if name.isidentifier() and name != "setup"))
