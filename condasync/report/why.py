"""How one package was translated, as a short account."""

from __future__ import annotations

from collections.abc import Sequence

from condasync.model.package import manager_of
from condasync.model.target import Target
from condasync.model.translation import Outcome, PipWheel, Unmapped, kind_of
from condasync.report.rows import reason_of, spec_text, specs_of


def why_text(outcomes: Sequence[Outcome], target: Target, *, captured: bool) -> str:
    """Return the account of the outcomes of one name, conda and pip packages apart."""
    return "\n\n".join(_account(outcome, target, captured=captured) for outcome in outcomes)


def _account(outcome: Outcome, target: Target, *, captured: bool) -> str:
    package = outcome.package
    version = f" {package.version}" if package.version else ""
    origin = manager_of(package) if captured else "not in the environment, asked as a PyPI name"
    lines = [f"{package.name}{version} ({origin}), for Python {target.python} on {target.subdir}"]
    reason = reason_of(outcome)
    specs = ", ".join(spec_text(spec) for spec in specs_of(outcome))
    if isinstance(outcome, PipWheel):
        specs = f"{outcome.wheel.file_name}, because {outcome.reason.text} [{outcome.reason.code}]"
    lines.append(f"  {kind_of(outcome)}: {specs or (f'{reason.text} [{reason.code}]' if reason else '')}")
    if isinstance(outcome, (Unmapped, PipWheel)) and outcome.candidates:
        lines.append(f"  candidates: {', '.join(outcome.candidates)}")
    lines += [f"  - {each.source} ({each.revision}): {each.detail}" for each in outcome.evidence]
    return "\n".join(lines)
