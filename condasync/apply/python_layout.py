"""Where the Python of a prefix keeps packages and programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from condasync.apply.conda_meta import MetaRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonLayout:
    """Hold paths below the prefix: `minor` is as in 3.12, `site_packages` where modules go."""

    minor: str
    site_packages: str

    @property
    def executable(self) -> str:
        """Return the interpreter that scripts name."""
        return f"bin/python{self.minor}"

    def place_of_noarch(self, path: str) -> str:
        """Return where a file of a noarch Python package goes (CEP 20)."""
        folder, slash, rest = path.partition("/")
        place = {"site-packages": self.site_packages, "python-scripts": "bin"}.get(folder)
        return f"{place}/{rest}" if slash and place else path

    def schemes(self, prefix: Path, name: str) -> dict[str, str]:
        """Return the folders of a wheel's parts, as `sysconfig` has them for this prefix."""
        site = str(prefix / self.site_packages)
        abi = Path(self.site_packages).parent.name  # python3.13t where threads run free
        return {
            "purelib": site,
            "platlib": site,
            "scripts": str(prefix / "bin"),
            "headers": str(prefix / "include" / abi / name),
            "data": str(prefix),
        }


def layout_of(records: Sequence[MetaRecord]) -> PythonLayout | None:
    """Return the layout that conda's python record implies, None without python."""
    python = next((record for record in records if record.name == "python"), None)
    return None if python is None else layout_for(python.version, python.site_packages)


def layout_for(version: str, site_packages: str | None) -> PythonLayout:
    """Return the layout of a Python; conda states `site_packages` where it is not the usual folder."""
    minor = ".".join(version.split(".")[:2])
    return PythonLayout(minor=minor, site_packages=site_packages or f"lib/python{minor}/site-packages")
