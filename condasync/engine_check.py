"""The engine's own word on exactly what will be locked, beside the closure check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from condasync.errors import EngineError
from condasync.model.finding import Finding
from condasync.model.record import ChannelRecord
from condasync.model.solve import Answer, Unsolvable
from condasync.model.target import Target
from condasync.seams import SolverEngine, SolveSession
from condasync.solve.engine.exact import verify_exact
from condasync.verify.closure import check_closure


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Hold the findings of both checks; `engine` is (name, version) of what verified."""

    engine: tuple[str, str]
    findings: tuple[Finding, ...]


def check_solution(
    records: Sequence[ChannelRecord],
    target: Target,
    *,
    solved_in: SolveSession,
    engine: SolverEngine,
    reference: SolverEngine | None,
) -> Checked:
    """Return what is wrong with the records of a solve.

    The reference engine verifies where there is one beside the engine that solved; where it cannot run, the engine that
    solved does so in its open session, and a finding says why.
    """
    if reference is None:
        return _checked(verify_exact(solved_in, records), records, target, engine)
    try:
        return check_records(records, target, engine=reference)
    except EngineError as error:
        own = _checked(verify_exact(solved_in, records), records, target, engine)
        text = f"{engine.name} verified instead of {reference.name}: {error.message}"
        told = Finding(code="no-reference-engine", severity="note", text=text)
        return Checked(engine=own.engine, findings=(*own.findings, told))


def check_records(records: Sequence[ChannelRecord], target: Target, *, engine: SolverEngine) -> Checked:
    """Return what is wrong with records from anywhere; the engine loads no channel for it."""
    with engine.open((), target) as session:
        answer = verify_exact(session, records)
    return _checked(answer, records, target, engine)


def _checked(answer: Answer, records: Sequence[ChannelRecord], target: Target, engine: SolverEngine) -> Checked:
    findings = check_closure(records, target)
    wrong = any(finding.severity == "error" for finding in findings)
    if isinstance(answer, Unsolvable) and not wrong:  # else both say no, and the closure check says it plainer
        text = f"{engine.name} {engine.version} does not take these packages together: {answer.explanation}"
        findings += (Finding(code="engine-disagrees", severity="error", text=text),)
    return Checked(engine=(engine.name, engine.version), findings=findings)
