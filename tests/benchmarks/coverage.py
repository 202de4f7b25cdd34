"""How much of real environments comes along, and whether any of it is the wrong package.

`coverage.py --write FILE` writes the page of the docs: a row for each environment.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from condasync.channel.index import SparseIndex  # noqa: E402 - needs the path above
from condasync.channel.location import resolve_channel  # noqa: E402
from condasync.channel.open_channels import OpenChannels  # noqa: E402
from condasync.convert.requirement import normalise  # noqa: E402
from condasync.pypi.holders import Holders, read_holders  # noqa: E402
from condasync.pypi.names_online import stored_table  # noqa: E402
from condasync.settings import read_settings  # noqa: E402
from tests.benchmarks.material import console, find_channel, find_environments  # noqa: E402

RECORDED = ROOT / "tests" / "data" / "environments"
KINDS = ("captured", "kept", "mapped", "pip_wheel", "dropped", "unmapped", "relaxed")
HEADS = ("captured", "conda", "mapped", "wheel", "dropped", "unmapped", "relaxed", "channel's names mapped", "wrong")
# Right names beside the one that the project's own conda side uses: packages with and without optional parts.
_ALIKE = ({"matplotlib", "matplotlib-base"}, {"dask", "dask-core"}, {"seaborn", "seaborn-base"})
_PARTS = ("-base", "-core")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Name one environment by its files, and what is known of it: PyPI name -> conda names that are right.

    `by_robot`: a published mapping says what is right, and a row that a person has reviewed stands above it.
    """

    name: str
    files: tuple[Path, ...]
    right: dict[str, frozenset[str]]
    not_on_conda: frozenset[str] = frozenset()
    by_robot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Hold what came of one environment; `mapped` and `missed` count the names that the channel has."""

    name: str
    counts: dict[str, int]
    mapped: int
    missed: tuple[str, ...]
    wrong: tuple[str, ...]
    fault: str = ""


def recorded() -> tuple[Case, ...]:
    """Return the environments that `tests/data/environments/record.py` froze, judged by the published mapping."""
    folder = read_settings(os.environ, ROOT).cache_dir / "names"
    stored = stored_table(folder)
    holders = read_holders(folder / stored.file) if stored else Holders({})
    cases = []
    for path in sorted(RECORDED.glob("*.txt")):
        lines = path.read_text(encoding="utf-8").splitlines()
        names = [normalise(line.partition("==")[0]) for line in lines if not line.startswith("#")]
        right = {name: frozenset(homes) for name in names if (homes := holders.homes(name))}
        cases.append(Case(name=f"pip: {path.stem}", files=(path,), right=right, by_robot=True))
    return tuple(cases)


def shared(folder: Path) -> tuple[Case, ...]:
    """Return the environments of public projects that lie beside the checkout, with what their conda sides say."""
    cases = []
    for expected in sorted(folder.glob("*/expected.json")):
        known = json.loads(expected.read_text(encoding="utf-8"))
        left_out = {"SOURCE", "expected.json"}
        files = [path for path in expected.parent.iterdir() if path.name not in left_out and ".lock." not in path.name]
        rows = known.get("map", {})
        cases.append(
            Case(
                name=expected.parent.name,
                files=tuple(sorted(files)),
                right={
                    normalise(name): frozenset([conda] if isinstance(conda, str) else conda)
                    for name, conda in rows.items()
                },
                not_on_conda=frozenset(map(normalise, known.get("not_on_conda_forge", ()))),
            )
        )
    return tuple(cases)


def measure(case: Case, channel: Path, folder: Path) -> Result:
    """Return what an export of one environment gives."""
    files = [word for path in case.files for word in ("-f", str(path))]
    command = [str(console()), "export", *files, "-c", str(channel), "-o", str(folder), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        envelope = json.loads(done.stdout)
        data = envelope["data"]
        counts = {kind: data["counts"][kind] for kind in KINDS}
    except (ValueError, KeyError, TypeError):
        return Result(
            name=case.name, counts={}, mapped=0, missed=(), wrong=(), fault=done.stderr.strip() or "no answer"
        )
    index = channel_index(channel)
    by_pip = [row for row in data["outcomes"] if row["manager"] == "pip"]
    return Result(
        name=case.name,
        counts=counts,
        mapped=sum(row["outcome"] == "mapped" for row in by_pip),
        missed=tuple(row["package"] for row in by_pip if _is_missed(row, case, index)),
        wrong=tuple(f"{row['package']} -> {row['conda_names'][0]}" for row in by_pip if _is_wrong(row, case)),
        fault="; ".join(error["message"].splitlines()[0] for error in envelope["errors"]),
    )


def _is_missed(row: dict[str, Any], case: Case, index: SparseIndex) -> bool:
    """Return whether the channel has a right name that was not found; a right one that does not solve was found."""
    if row["outcome"] not in {"unmapped", "pip-wheel"}:
        return False
    right = case.right.get(normalise(row["package"]), frozenset()) & index.names()
    return bool(right) and not any(_is_alike(one, other) for one in row["conda_names"] for other in right)


def _is_wrong(row: dict[str, Any], case: Case) -> bool:
    name, taken = normalise(row["package"]), set(row["conda_names"])
    if row["outcome"] != "mapped":
        return False
    right = case.right.get(name)
    if right is None:
        return name in case.not_on_conda and not _is_reviewed(row)
    if case.by_robot and _is_reviewed(row):
        return False
    return not any(_is_alike(one, other) for one in taken for other in right)


def _is_reviewed(row: dict[str, Any]) -> bool:
    """Return whether a person has looked at the name: published mappings lack some that conda-forge has."""
    return any(each["source"] == "reviewed" and "->" in each["detail"] for each in row["evidence"])


def _is_alike(one: str, other: str) -> bool:
    stems = {name.removesuffix(part) for name in (one, other) for part in _PARTS if name.endswith(part)}
    return normalise(one) == normalise(other) or {one, other} in _ALIKE or bool(stems & {one, other})


def channel_index(channel: Path) -> SparseIndex:
    """Return the index of a channel folder for linux-64."""
    channels = resolve_channel(str(channel), alias="https://example.org")
    return OpenChannels(channels, cache_dir=channel, offline=True).index("linux-64")


def translating(case: Case, channel: Path) -> float:
    """Return the seconds of one translation with the records already read, which the solve needs anyway."""
    from condasync.capture.files.merge import merge  # noqa: PLC0415 - not needed to list the cases
    from condasync.capture.files.source import source_for_file  # noqa: PLC0415
    from condasync.convert.virtual_packages import default_virtual_packages  # noqa: PLC0415
    from condasync.model.target import Target  # noqa: PLC0415
    from condasync.pypi.names_grayskull import GrayskullNames  # noqa: PLC0415
    from condasync.pypi.names_reviewed import ReviewedNames  # noqa: PLC0415
    from condasync.translate.translate import translate  # noqa: PLC0415

    environment = merge([source_for_file(path).capture() for path in case.files])
    target = Target(subdir="linux-64", python="3.11", virtual_packages=default_virtual_packages("linux-64"))
    index, names = channel_index(channel), (ReviewedNames(), GrayskullNames())
    translate(environment, names=names, index=index, target=target)
    start = time.perf_counter()
    translate(environment, names=names, index=index, target=target)
    return time.perf_counter() - start


def page(results: Sequence[Result], note: str) -> str:
    """Return the page of the docs."""
    lines = [
        "# Coverage",
        "",
        "Written by `make bench`. Each row is one export of a real environment. The first ones are what pip installs",
        "for well-known stacks (`tests/data/environments`); parselmouth's mapping says which names are right, when",
        "`condasync names update` has fetched it. The others are inputs of public projects; the names that their own",
        "conda sides use say what is right. The channel is a part of conda-forge: it lacks some of its names.",
        "",
        f"| environment | {' | '.join(HEADS)} |",
        f"|---|{'--:|' * len(HEADS)}",
    ]
    notes = []
    for one in results:
        if not one.counts:
            notes.append(f"- {one.name} could not be exported: {one.fault}")
            continue
        judged = one.mapped + len(one.missed)
        share = f"{one.mapped} of {judged}" if judged else "-"
        cells = [str(one.counts[kind]) for kind in KINDS] + [share, str(len(one.wrong))]
        lines.append(f"| {one.name} | {' | '.join(cells)} |")
        notes += [f"- {one.name}: {name} was missed" for name in one.missed]
        notes += [f"- {one.name}: {name} is wrong" for name in one.wrong]
        notes += [f"- {one.name}: {one.fault}"] if one.fault else []
    return "\n".join([*lines, "", _total(results), note, "", *notes]).rstrip() + "\n"


def _total(results: Iterable[Result]) -> str:
    """Return the two figures that have a target: at least 99 % of the names, no wrong package."""
    every = tuple(results)
    mapped, missed = sum(one.mapped for one in every), sum(len(one.missed) for one in every)
    wrong = sum(len(one.wrong) for one in every)
    share = mapped / max(mapped + missed, 1)
    return f"Of the names that the channel has, {share:.1%} were mapped ({mapped} of {mapped + missed}); {wrong} wrong."


def main(arguments: Sequence[str]) -> int:
    """Measure and write the page; return 1 when a package is wrong."""
    parser = argparse.ArgumentParser(description="Measure how much of real environments comes along.")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the page of the docs")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="measure only these environments")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="condasync-coverage-") as folder:
        work = Path(folder)
        channel, large = find_channel(None, work / "cache")
        beside = find_environments()
        cases = (*recorded(), *(shared(beside) if beside and large else ()))
        chosen = [case for case in cases if not options.only or case.name in options.only]
        results = []
        for case in chosen:
            out = work / case.name.replace(": ", "-")
            out.mkdir()
            results.append(measure(case, channel, out))
            sys.stdout.write(f"{case.name}: {results[-1].counts or results[-1].fault}\n")
            sys.stdout.flush()
        largest = max(
            chosen, key=lambda case: next(r.counts.get("captured", 0) for r in results if r.name == case.name)
        )
        seconds = translating(largest, channel)
    text = page(results, f"Translating {largest.name}, its records read already: {seconds:.2f} s.")
    if options.write is not None:
        options.write.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return int(any(one.wrong for one in results))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
