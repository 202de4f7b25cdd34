"""What condasync noticed on the way: findings never stop an export by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Say one thing that a reader of the report should know.

    `code` is stable and kebab-case, `package` the name as installed, `where` a path or `file:line`.
    """

    code: str
    severity: Severity
    text: str
    package: str | None = None
    where: str | None = None
