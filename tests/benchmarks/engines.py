"""The libmamba engine against a bare libmambapy script, and the two engines against each other."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from condasync.lock import conda_lock_v1
from tests.benchmarks.material import Material
from tests.benchmarks.measure import interleaved, once
from tests.benchmarks.report import Row, Section, at_most, ratio

LIMIT = 1.3
_UNSOLVABLE = 5


def run(material: Material) -> Section:
    """Compare processes, then compare locks row by row."""
    title = "Engines"
    about = (
        "The same requests, the same repodata files, the same virtual packages. The engine is a process that starts, "
        "opens a session, solves the main request with its cache warm and ends; the bare script does so with "
        "libmambapy alone. The whole export reads its input, translates, verifies and writes besides."
    )
    if find_spec("libmambapy") is None:
        return Section(title=title, about=about, skipped="libmambapy is not installed (conda-forge has it)")
    main = material.environment_yml()
    commands = {
        "rattler": material.export(main, "with-rattler", "--solver", "rattler"),
        "libmamba": material.export(main, "with-libmamba", "--solver", "libmamba"),
        "engine": material.engine("libmamba", ("python 3.11.*", *material.names)),
        "bare": material.bare("libmamba", ("python=3.11", *material.names)),
    }
    costs = interleaved(commands, rounds=material.rounds)
    over = costs["engine"].over(costs["bare"])
    whole = costs["libmamba"].over(costs["bare"])
    both = costs["libmamba"].over(costs["rattler"])
    rows = [
        at_most("libmamba engine / bare libmambapy script", LIMIT, over.wall, over.cpu),
        Row(what="whole export with libmamba / bare libmambapy script", measured=ratio(whole.wall, whole.cpu)),
        Row(what="whole export with libmamba / with rattler", measured=ratio(both.wall, both.cpu)),
    ]
    notes: list[str] = []
    for file in (main, *_inputs(material)):
        row, differences = _compared(material, file)
        rows.append(row)
        notes += differences
    return Section(
        title=title,
        about=about,
        command="condasync export -f FILE -c CHANNEL --solver libmamba",
        rows=tuple(rows),
        notes=tuple(notes),
    )


def _inputs(material: Material) -> tuple[Path, ...]:
    """Return the real environment files, when they are there."""
    if material.environments is None or not material.large:
        return ()
    return tuple(sorted(material.environments.glob("*/environment*.y*ml")))


def _compared(material: Material, file: Path) -> tuple[Row, list[str]]:
    name = f"{file.parent.name}/{file.name}" if file.parent.name != "main" else "the main request"
    rows = {engine: _locked(material, file, engine) for engine in ("rattler", "libmamba")}
    one, other = rows["rattler"], rows["libmamba"]
    if one is None or other is None:
        answers = ", ".join(f"{engine} {'no' if found is None else 'yes'}" for engine, found in rows.items())
        row = Row(what=f"{name}: solvable?", measured=answers, wanted="the same", met=one is other)
        return row, []
    different = sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
    row = Row(what=f"{name}: packages that differ, of {len(one)}", measured=str(len(different)))
    pairs = "; ".join(f"{key}: {one.get(key, 'none')} / {other.get(key, 'none')}" for key in different)
    return row, [f"{name}, rattler / libmamba: {pairs}"] if different else []


def _locked(material: Material, file: Path, engine: str) -> dict[str, str] | None:
    out = f"{engine}-{file.parent.name}-{file.stem}"
    lock = material.folder(out) / "conda-lock.yml"
    once(material.export(file, out, "--solver", engine, codes=(0, _UNSOLVABLE)))
    if not lock.is_file():
        return None
    packages = conda_lock_v1.loads(lock.read_text(encoding="utf-8"), path=str(lock)).packages
    return {
        one.name if one.manager == "conda" else f"{one.name} (wheel)": f"{one.version} {one.build or ''}".strip()
        for one in packages
    }
