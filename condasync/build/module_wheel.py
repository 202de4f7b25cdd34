"""Loose modules, which no build backend knows, as a wheel: a file or a folder that Python imports as it stands."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from condasync.build.source_tree import SourceFile, SourceTree, looks_secret, read_tree
from condasync.convert.requirement import normalise
from condasync.errors import BuildError

VERSION = "0"
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_EXTENSION = re.compile(r"\.cpython-3(\d+)-([\w-]+?)-linux-gnu\.so$")
_STABLE = re.compile(r"\.abi3\.so$")


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseModules:
    """Hold modules outside any project; `files` lie relative to site-packages, `name` is the distribution's."""

    name: str
    tree: SourceTree


def read_loose(path: Path) -> LooseModules:
    """Return the modules at a path.

    A file or a package folder is that module; a folder that only holds modules gives all of them. Raises BuildError
    when nothing there can be imported.
    """
    if path.is_file():
        tree = _single(path)
    elif (path / "__init__.py").is_file():
        inner = read_tree(path)
        moved = tuple(
            SourceFile(relative=f"{path.name}/{one.relative}", path=one.path, executable=one.executable)
            for one in inner.files
        )
        tree = SourceTree(root=path, files=moved, refused=inner.refused)
    else:
        tree = read_tree(path)
    tops = {file.relative.split("/")[0].split(".")[0] for file in tree.files if _is_module(file.relative)}
    if not any(top.isidentifier() for top in tops):  # scripts may lie beside modules
        raise BuildError(
            f"{path}: there is no module in it that Python could import",
            reason="no-module",
            hints=("give a .py file, a package folder, or a folder that holds them",),
            path=str(path),
        )
    return LooseModules(name=normalise(path.stem.strip("_.")) or "modules", tree=tree)


def module_wheel(modules: LooseModules, folder: Path) -> Path:
    """Write the wheel of loose modules and return its path; equal modules give equal bytes.

    Raises BuildError when extension modules of different kinds are among them.
    """
    distribution = modules.name.replace("-", "_")
    info = f"{distribution}-{VERSION}.dist-info"
    tag = _tag(modules)
    _refuse_unreadable_names(modules.tree)
    members = {file.relative: file.path.read_bytes() for file in modules.tree.files}
    members[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {modules.name}\nVersion: {VERSION}\n".encode()
    members[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: condasync\nTag: {tag}\n".encode()
    rows = "".join(f"{name},{_digest(data)},{len(data)}\n" for name, data in sorted(members.items()))
    members[f"{info}/RECORD"] = f"{rows}{info}/RECORD,,\n".encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(members.items()):
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{distribution}-{VERSION}-{tag}.whl"
    wheel.write_bytes(out.getvalue())
    return wheel


def _refuse_unreadable_names(tree: SourceTree) -> None:
    name = next((one.relative for one in tree.files if not _is_utf8(one.relative)), None)
    if name is not None:
        raise BuildError(
            f"{tree.root}: the file name {name!r} is not UTF-8, which a wheel wants",
            reason="source-unreadable",
            hints=("rename it, or move it elsewhere",),
            path=str(tree.root),
        )


def _is_utf8(name: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _single(path: Path) -> SourceTree:
    if looks_secret(path.name):
        raise BuildError(f"{path}: looks like a secret and is not taken along", reason="secret", path=str(path))
    return SourceTree(root=path.parent, files=(SourceFile(relative=path.name, path=path, executable=False),))


def _is_module(relative: str) -> bool:
    parts = relative.split("/")
    return relative.endswith((".py", ".so")) and (len(parts) == 1 or len(parts) == len(("package", "module")))


def _tag(modules: LooseModules) -> str:
    tags: set[str] = set()
    for file in modules.tree.files:
        if found := _EXTENSION.search(file.relative):
            tags.add(f"cp3{found[1]}-cp3{found[1]}-linux_{found[2].replace('-', '_')}")
        elif _STABLE.search(file.relative) or file.relative.endswith(".so"):
            tags.add("py3-none-linux_x86_64")
    exact = {tag for tag in tags if tag.startswith("cp")}
    if len(exact) > 1:
        raise BuildError(
            f"{modules.tree.root}: its extension modules are for different Pythons: {', '.join(sorted(exact))}",
            reason="wheel-for-other-target",
            hints=("remove those that are outdated",),
        )
    return next(iter(exact or tags), "py3-none-any")


def _digest(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
