"""What the log of a failed build says: its last lines, and the cause where it is a known one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from condasync.model.url import redact

_LAST_LINES = 12
_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_MODULE = re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'")
_CAUSES = (
    (_MODULE, "the module {0} is missing at build time"),
    (re.compile(r"ImportError: cannot import name '(\w+)' from '([\w.]+)'"), "{1} has no {0}"),
    (re.compile(r"fatal error: (\S+): No such file or directory"), "the header {0} is missing"),
    (re.compile(r"cannot find -l(\S+?):?(?:\s|$)"), "the library {0} is missing"),
    (re.compile(r"No package '([^']+)' found"), "pkg-config does not find {0}"),
    (re.compile(r"error: command '([^']+)' failed: No such file"), "the compiler {0} is missing"),
    (re.compile(r"No such file or directory: '([\w.+-]*(?:gcc|g\+\+|cc|cargo|rustc|cmake|ninja))'"), "{0} is missing"),
    (re.compile(r"^\s*configuration error: (.+)", re.MULTILINE), "pyproject.toml: {0}"),
    (re.compile(r"No matching distribution found for (\S+)"), "the build requirement {0} cannot be downloaded"),
)

_EXCEPTION = re.compile(r"^(?:[\w.]+\.)?(\w+(?:Error|Exception|Unavailable|Missing)): (\S.*)$", re.MULTILINE)
_NOT_THE_CAUSE = frozenset({"CalledProcessError"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReading:
    """Hold what a log tells: `cause` a short clause or None, `missing_module` a module name, `last_lines` redacted."""

    cause: str | None
    missing_module: str | None
    last_lines: tuple[str, ...]


def read_log(text: str) -> LogReading:
    """Return what a build's log tells of its failure: the last cause that is known, else the last exception."""
    plain = redact(_ESCAPES.sub("", text))
    lines = tuple(line.rstrip() for line in plain.splitlines() if line.strip())
    hits = [
        (found.start(), words.format(*found.groups())) for cause, words in _CAUSES for found in cause.finditer(plain)
    ]
    raised = [f"{name}: {text}" for name, text in _EXCEPTION.findall(plain) if name not in _NOT_THE_CAUSE]
    modules = _MODULE.findall(plain)
    return LogReading(
        cause=max(hits)[1] if hits else next(iter(raised[-1:]), None),
        missing_module=modules[-1] if modules else None,
        last_lines=lines[-_LAST_LINES:],
    )
