"""What only hints at the system being used: it is said, and nothing is done about it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from condasync.model.finding import Finding
from condasync.model.package import SystemUse
from condasync.system.brought import Brought
from condasync.system.equivalent import Equivalent
from condasync.system.machine import Machine
from condasync.system.owner import Owner
from condasync.system.tables import hinted_packages
from condasync.system.words import use_words


def hinted(use: SystemUse, owner: Owner, answer: Equivalent) -> Finding:
    """Return the finding for a use that is not sure enough, or that no environment can bring."""
    origin = f"{owner.name} ({owner.manager})" if owner.name else str(use.path)
    names = [spec.name for spec in answer.specs] or list(answer.candidates)
    rest = f"; conda-forge has it in {', '.join(names)}" if names else ""
    if answer.reason and answer.reason.code == "of-the-machine":
        rest = f"; {answer.reason.text}"
    return Finding(
        code="system-hint",
        severity="note",
        text=f"{use_words(use)}, here from {origin}{rest}",
        package=use.by,
        where=use.file or None,
    )


def variables(machine: Machine, brought: Brought, conda_names: Collection[str]) -> list[Finding]:
    """Return findings for environment variables that name a folder of the system.

    Not for what lies in the environment, and not for what `conda_names` bring anyway.
    """
    table = hinted_packages()
    return [
        Finding(
            code="system-hint",
            severity="note",
            text=f"{name} is set to {value}, outside the environment; conda-forge has the like in {table[name]}",
            where=name,
        )
        for name, value in machine.hints
        if name in table and value and table[name] not in conda_names and not brought.holds(Path(value) / "x")
    ]
