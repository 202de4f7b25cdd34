"""What the benchmarks work on: a channel, inputs, programs to compare with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from condasync.channel.snapshot import bundled_snapshot
from tests.benchmarks.measure import Command, texts

PROGRAMS = Path(__file__).parent / "programs"
VIRTUAL_PACKAGES = (
    ("__unix", "0", "0"),
    ("__linux", "5.10", "0"),
    ("__glibc", "2.28", "0"),
    ("__archspec", "1", "x86_64"),
)
_SUBDIRS = ("linux-64", "noarch")
_LARGE = (
    "dask",
    "distributed",
    "pandas",
    "pyarrow",
    "xarray",
    "scikit-learn",
    "geopandas",
    "rasterio",
    "matplotlib",
    "jupyterlab",
)
_BUNDLED = ("dask", "distributed", "pandas", "pyarrow", "scikit-learn", "scipy", "matplotlib-base")


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Hold where everything is; `large` says that the channel is the large one, not the bundled snapshot."""

    channel: Path
    large: bool
    environments: Path | None
    work: Path
    keep: Path
    rounds: int

    @property
    def names(self) -> tuple[str, ...]:
        """Return what the main request asks for beside python 3.11."""
        return _LARGE if self.large else _BUNDLED

    @property
    def asked(self) -> str:
        """Return the main request in words."""
        return ", ".join(("python 3.11", *self.names))

    @property
    def channel_label(self) -> str:
        """Return what the docs call the channel."""
        count = sum(len(rows) for file in self.channel.glob("*/repodata.json") for rows in _rows(file))
        kind = "a mirror of part of conda-forge" if self.large else "the bundled snapshot (no large channel was named)"
        return f"{kind}, {count:,} records"

    def folder(self, name: str) -> Path:
        """Return a folder of the run, made when it is not there."""
        made = self.work / name
        made.mkdir(parents=True, exist_ok=True)
        return made

    def environment_yml(self) -> Path:
        """Return the main request as a file."""
        path = self.folder("main") / "environment.yml"
        lines = [*(f"  - {name}" for name in ("python=3.11", *self.names)), ""]
        path.write_text("\n".join(("channels: [conda-forge]", "platforms: [linux-64]", "dependencies:", *lines)))
        return path

    def export(self, file: Path, out: str, *more: str, codes: Sequence[int] = (0,), again: bool = False) -> Command:
        """Return the command that exports a file; no network is used. `again` keeps what an earlier run wrote."""
        words = texts(console(), "export", "-f", file, "-c", self.channel, "-o", self.folder(out), "--offline", *more)
        fresh = None if again else self.folder(out)
        return Command(words=words, folder=self.folder("main"), codes=tuple(codes), fresh=fresh)

    def bare(self, engine: str, specs: Sequence[str], *, cuda: str | None = None) -> Command:
        """Return the script that does nothing but solve with an engine's library."""
        request = self._request(engine, specs, cuda)
        return Command(words=texts(sys.executable, PROGRAMS / f"bare_{engine}.py", request), folder=self.folder("main"))

    def engine(self, engine: str, specs: Sequence[str]) -> Command:
        """Return the script that does nothing but solve with an engine of condasync."""
        words = texts(
            sys.executable,
            PROGRAMS / "engine.py",
            engine,
            self._request("own", specs, None),
            self.folder("engine-cache"),
        )
        return Command(words=words, folder=self.folder("main"))

    def _request(self, engine: str, specs: Sequence[str], cuda: str | None) -> Path:
        virtual = (*VIRTUAL_PACKAGES, *((("__cuda", cuda, "0"),) if cuda else ()))
        files = sorted(path for path in self.channel.glob("*/repodata.json") if path.parent.name in _SUBDIRS)
        request = {
            "channel": str(self.channel),
            "specs": list(specs),
            "virtual_packages": virtual,
            "digests": {path.parent.name: sha256(path.read_bytes()).hexdigest() for path in files},
        }
        written = self.folder("main") / f"{engine}-{abs(hash(tuple(specs)))}.json"
        written.write_text(json.dumps(request))
        return written


def console() -> Path:
    """Return the installed `condasync` program."""
    return Path(sys.executable).with_name("condasync")


def find_channel(given: Path | None, cache: Path) -> tuple[Path, bool]:
    """Return the channel to use and whether it is the large one: named, else beside the checkout, else bundled."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "channel"
    named = os.environ.get("CONDASYNC_TEST_CHANNEL")
    for path in (given, Path(named) if named else None, beside):
        if path is not None and (path / "noarch" / "repodata.json").is_file():
            return path.resolve(), True
    _, files = bundled_snapshot(cache)
    return files["noarch"].path.parent.parent, False


def find_environments() -> Path | None:
    """Return the folder of real environments beside the checkout, None when it is not there."""
    path = Path(__file__).resolve().parents[3] / "shared" / "environments"
    return path if path.is_dir() else None


def installed(requirements: Sequence[str], keep: Path) -> Path:
    """Return a venv with these requirements, made once."""
    venv = keep / "venv"
    ready = venv / ".ready"
    wanted = "\n".join(requirements)
    if not ready.is_file() or ready.read_text() != wanted:
        subprocess.run((sys.executable, "-m", "venv", "--clear", venv), check=True)
        pip = (venv / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        subprocess.run((*pip, *requirements), check=True)
        ready.write_text(wanted)
    return venv


def _rows(file: Path) -> tuple[dict[str, object], dict[str, object]]:
    content = json.loads(file.read_bytes()) if file.parent.name in {"linux-64", "noarch"} else {}
    return content.get("packages", {}), content.get("packages.conda", {})
