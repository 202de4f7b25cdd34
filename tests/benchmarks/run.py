"""Run the benchmarks and write what they found.

Usage: run.py [--write FILE] [--only NAME ...] [--rounds N] [--channel DIR] [--keep DIR] [--list]
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.material import Material, find_channel, find_environments  # noqa: E402 - needs the path above
from tests.benchmarks.report import Row, Section, markdown, plain  # noqa: E402 - needs the path above

NAMES = (
    "export",
    "check",
    "platforms",
    "capture",
    "memory",
    "start",
    "repeat",
    "stages",
    "nearest",
    "engines",
    "local",
    "apply",
)
LIBRARIES = ("py-rattler", "libmambapy", "conda-lock", "pip", "typer")


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for; return 1 when a figure misses what is wanted."""
    options = _options(arguments)
    if options.list:
        sys.stdout.write("\n".join(NAMES) + "\n")
        return 0
    with tempfile.TemporaryDirectory(prefix="condasync-bench-") as folder:
        work = Path(folder)
        channel, large = find_channel(options.channel, work / "cache")
        material = Material(
            channel=channel,
            large=large,
            environments=find_environments(),
            work=work,
            keep=options.keep or work,
            rounds=options.rounds,
        )
        sections = [_run(name, material) for name in options.only or NAMES]
        facts = _facts(material)
    if options.write is not None:
        options.write.write_text(markdown(sections, facts), encoding="utf-8")
    return int(any(row.met is False for section in sections for row in section.rows))


def _run(name: str, material: Material) -> Section:
    run: Callable[[Material], Section] = import_module(f"tests.benchmarks.{name}").run
    try:
        section = run(material)
    except RuntimeError as error:  # the others are still worth running
        sys.stderr.write(f"{name}: {error}\n")
        failed = (Row(what="the benchmark itself", measured="failed", wanted="an answer", met=False),)
        section = Section(title=name.capitalize(), about="A command of this benchmark failed.", rows=failed)
    sys.stdout.write(plain(section) + "\n\n")
    sys.stdout.flush()
    return section


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare condasync with what it stands on, in ratios within one run.")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the page of the docs")
    parser.add_argument("--only", nargs="+", choices=NAMES, metavar="NAME", help=f"run only these: {', '.join(NAMES)}")
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="rounds of each measurement (default 7)")
    parser.add_argument(
        "--channel",
        type=Path,
        metavar="DIR",
        help="channel folder (default: CONDASYNC_TEST_CHANNEL, ../shared/channel, else the bundled snapshot)",
    )
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="folder that keeps the virtual environment between runs"
    )
    parser.add_argument("--list", action="store_true", help="print the names of the benchmarks")
    return parser.parse_args(arguments)


def _facts(material: Material) -> tuple[tuple[str, str], ...]:
    return (
        ("date", dt.datetime.now(tz=dt.timezone.utc).date().isoformat()),
        ("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        ("libraries", ", ".join(filter(None, map(_library, LIBRARIES)))),
        ("channel", material.channel_label),
        ("rounds", str(material.rounds)),
    )


def _library(name: str) -> str:
    """Return name and version of an installed library, "" for one that is not there."""
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return ""


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
