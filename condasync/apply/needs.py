"""From a plan to what is installed anew: also what does not differ itself, but lies in the way of what does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from condasync.apply.conda_meta import MetaRecord, twins_in
from condasync.apply.python_layout import layout_of
from condasync.model.lockfile import LockedPackage
from condasync.model.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """Hold the rows to install, and the names that go: conda's of packages that go or change, pip's likewise."""

    conda: tuple[LockedPackage, ...] = ()
    pip: tuple[LockedPackage, ...] = ()
    conda_out: frozenset[str] = frozenset()
    pip_out: frozenset[str] = frozenset()

    @property
    def rows(self) -> tuple[LockedPackage, ...]:
        """Return every row whose file is needed."""
        return (*self.conda, *self.pip)


def needs_of(plan: Plan, rows: Sequence[LockedPackage], records: Sequence[MetaRecord]) -> Needs:
    """Return what a plan needs; with another Python minor also every noarch Python package and every wheel."""
    named: set[tuple[str, str]] = {(change.manager, change.name) for change in plan.changes if change.after is not None}
    gone: set[tuple[str, str]] = {(change.manager, change.name) for change in plan.changes if change.before is not None}
    twins = twins_in(records)  # which of them the files are of, nobody knows
    named |= {("conda", name) for name in twins}
    gone |= {("conda", name) for name in twins}
    here = layout_of(records)
    python = next((row for row in rows if row.manager == "conda" and row.name == "python"), None)
    minor = ".".join(python.version.split(".")[:2]) if python else None
    moved = here is not None and (here.minor != minor or _other_abi(plan))
    if moved:
        noarch = {record.name for record in records if record.noarch == "python"}
        both = {("conda", row.name) for row in rows if row.manager == "conda" and row.name in noarch}
        both |= {("pip", canonicalize_name(row.name)) for row in rows if row.manager == "pip"}
        named, gone = named | both, gone | both
    return Needs(
        conda=tuple(row for row in rows if row.manager == "conda" and ("conda", row.name) in named),
        pip=tuple(row for row in rows if row.manager == "pip" and ("pip", canonicalize_name(row.name)) in named),
        conda_out=frozenset(name for manager, name in gone if manager == "conda"),
        pip_out=frozenset(name for manager, name in gone if manager == "pip"),
    )


def with_overwritten(
    needs: Needs, pip_files: frozenset[str], rows: Sequence[LockedPackage], records: Sequence[MetaRecord]
) -> Needs:
    """Return the needs with conda packages that lose files when pip's go: pip had written over them."""
    hurt = {record.name for record in records if not pip_files.isdisjoint(record.files)} - needs.conda_out
    if not hurt:
        return needs
    more = tuple(row for row in rows if row.manager == "conda" and row.name in hurt)
    return Needs(
        conda=(*needs.conda, *more),
        pip=needs.pip,
        conda_out=needs.conda_out | hurt,
        pip_out=needs.pip_out,
    )


def _other_abi(plan: Plan) -> bool:
    """Return whether python's build is of another ABI: cp313 and cp313t keep modules in different folders."""
    change = next((one for one in plan.changes if (one.manager, one.name) == ("conda", "python")), None)
    if change is None or change.before is None or change.after is None:
        return False
    return (change.before.build or "").rpartition("_")[2] != (change.after.build or "").rpartition("_")[2]
