"""Whether a wheel runs on the target, and whether everything of its sources is in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from packaging.tags import Tag

from condasync.build.elf import elf_needs
from condasync.build.source_tree import SourceTree
from condasync.build.wheel_file import WheelFile
from condasync.errors import BuildError
from condasync.model.target import Subdir, Target

WheelKind: TypeAlias = Literal["pure", "abi3", "compiled", "any-python"]

_ARCHES: dict[Subdir, str] = {
    "linux-64": "x86_64",
    "linux-aarch64": "aarch64",
    "linux-ppc64le": "ppc64le",
    "osx-64": "x86_64",
    "osx-arm64": "arm64",
    "win-64": "amd64",
}
_GENERIC = re.compile(r"(?:py|cp)3(\d*)")
_MANYLINUX = re.compile(r"manylinux_(\d+)_(\d+)_(\w+)")
_LEGACY = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
_NO_PACKAGES = frozenset({"benchmarks", "build", "doc", "docs", "examples", "scripts", "test", "testing", "tests"})
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelFit:
    """Say how a wheel runs on a target.

    `kind` decides the conda package: pure -> noarch; abi3 -> CEP 20, from `minimum_python` on; compiled -> for one
    Python; any-python -> compiled for the platform, for every Python 3. `libraries` must be on the machine.
    """

    kind: WheelKind
    tag: Tag
    glibc: str | None = None
    minimum_python: str | None = None
    libraries: tuple[str, ...] = ()


def check_fit(wheel: WheelFile, target: Target) -> WheelFit:
    """Return how a wheel runs on the target; raise BuildError when it cannot."""
    fits = [(rank, tag) for tag in wheel.tags if (rank := _rank(tag, target)) is not None]
    if not fits:
        tags = ", ".join(sorted(map(str, wheel.tags)))
        raise BuildError(
            f"{wheel.file_name}: built for {tags}, does not run on {target.subdir} with Python {target.python}",
            reason="wheel-for-other-target",
            hints=(
                f"build it where the target is: on {target.subdir} with Python {target.python}, for instance in CI",
                "or write a recipe for it: condasync recipe PATH",
            ),
            tags=tags,
        )
    kind, tag = min(fits, key=lambda fit: (_ORDER.index(fit[0]), str(fit[1])))
    if kind == "pure":
        _refuse_hidden_binaries(wheel)
        return WheelFit(kind=kind, tag=tag)
    needs = elf_needs(wheel.members)
    wanted = _ARCHES[target.subdir]
    if target.subdir.startswith("linux") and needs.machines - {wanted}:
        found = ", ".join(sorted(needs.machines))
        raise BuildError(
            f"{wheel.file_name}: says {tag.platform}, but its compiled files are for {found}",
            reason="wheel-for-other-target",
            hints=(f"build it on {target.subdir}",),
        )
    glibc = _floor(needs.glibc, tag)
    if glibc and target.subdir.startswith("linux"):
        _refuse_newer_glibc(wheel, glibc, target)
    return WheelFit(
        kind=kind,
        tag=tag,
        glibc=glibc,
        minimum_python=_minimum(tag) if kind == "abi3" else None,
        libraries=tuple(sorted(needs.libraries)),
    )


def missing_modules(wheel: WheelFile, tree: SourceTree) -> tuple[str, ...]:
    """Return the modules of the sources that an editable install finds and the wheel lacks, as paths.

    A package forgotten in `packages = [...]` is one; tests and scripts beside the package are none.
    """
    inside = {_installed(member.name, wheel) for member in wheel.members}
    tops = {name.split("/")[0] for name in inside if name.endswith(".py")}
    names = [file.relative for file in tree.files if file.relative.endswith(".py")]
    packages = {name.split("/")[1] for name in names if re.fullmatch(r"src/[^/]+/__init__\.py", name)}
    prefix, wanted = ("src/", packages) if packages else ("", tops | {wheel.name.replace("-", "_")})
    found: list[str] = []
    for name in names:
        path = name.removeprefix(prefix)
        parts = path.split("/")
        if not name.startswith(prefix) or parts[0] not in wanted or len(parts) == 1:
            continue
        if path not in inside and not _NO_PACKAGES & set(parts[:-1]) and not parts[-1].startswith("test_"):
            found.append(path)
    return tuple(found)


def shown(names: tuple[str, ...]) -> str:
    """Return a few names and how many more there are."""
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


_ORDER: tuple[WheelKind, ...] = ("pure", "compiled", "abi3", "any-python")


def _rank(tag: Tag, target: Target) -> WheelKind | None:
    platform_fits = tag.platform == "any" or _platform_fits(tag.platform, target)
    minor = int(target.python.split(".")[1])
    generic = _GENERIC.fullmatch(tag.interpreter)
    if not platform_fits or generic is None:
        return None
    own = int(generic[1]) if generic[1] else 0
    if tag.abi == "none" and own <= minor:
        if tag.platform == "any":
            return "pure"
        return "any-python" if tag.interpreter.startswith("py") or own == minor else None
    if tag.abi == "abi3":
        return "abi3" if own <= minor else None
    return "compiled" if tag.abi == f"cp3{minor}" and own == minor else None


def _platform_fits(platform: str, target: Target) -> bool:
    arch, system = _ARCHES[target.subdir], target.subdir.partition("-")[0]
    if system == "linux":
        floor = _manylinux(platform)
        if platform == f"linux_{arch}":
            return True
        return floor is not None and platform.endswith(f"_{arch}") and floor <= _glibc_of(target)
    if system == "osx":
        return platform.startswith("macosx_") and platform.endswith((f"_{arch}", "_universal2"))
    return platform == f"win_{arch}"


def _manylinux(platform: str) -> tuple[int, int] | None:
    found = _MANYLINUX.fullmatch(platform)
    return (int(found[1]), int(found[2])) if found else _LEGACY.get(platform.partition("_")[0])


def _glibc_of(target: Target) -> tuple[int, int]:
    version = next((one.version for one in target.virtual_packages if one.name == "__glibc"), "0.0")
    major, _, minor = version.partition(".")
    return int(major), int(minor.split(".")[0] or 0)


def _floor(symbols: str | None, tag: Tag) -> str | None:
    """Return the higher of what the symbols need and the tag promises: either alone may be too low."""
    stated = _manylinux(tag.platform)
    found = [tuple(map(int, symbols.split(".")))] if symbols else []
    floors = [*found, *([stated] if stated else [])]
    return ".".join(map(str, max(floors))) if floors else None


def _minimum(tag: Tag) -> str:
    return f"3.{tag.interpreter.removeprefix('cp3') or '2'}"


def _refuse_newer_glibc(wheel: WheelFile, glibc: str, target: Target) -> None:
    major, minor = _glibc_of(target)
    if tuple(map(int, glibc.split("."))) > (major, minor):
        raise BuildError(
            f"{wheel.file_name}: was compiled here against glibc {glibc}, the target has {major}.{minor}",
            reason="wheel-needs-newer-glibc",
            hints=(
                "build it on a machine or in a container as old as the target, and install that wheel",
                f"or, when the target's machines have it: --virtual-package __glibc={glibc}",
            ),
            glibc=glibc,
        )


def _refuse_hidden_binaries(wheel: WheelFile) -> None:
    hidden = [one.name for one in wheel.members if one.name.endswith((".so", ".pyd", ".dylib"))]
    if hidden:
        raise BuildError(
            f"{wheel.file_name}: calls itself pure, but holds the compiled {hidden[0]}",
            reason="wheel-not-pure",
            hints=("declare the extension module in the project, so that its wheel is built for the platform",),
        )


def _installed(name: str, wheel: WheelFile) -> str:
    """Return where a member lies in site-packages."""
    for scheme in ("purelib", "platlib"):
        name = name.removeprefix(f"{wheel.data_folder}/{scheme}/")
    return name
