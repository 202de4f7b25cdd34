"""Conflicts in words that a data scientist understands: who needs what, and what there is instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.text import Text

from condasync.convert.requirement import normalise
from condasync.model.solve import Answer, Conflict, ConflictStep, Unsolvable
from condasync.model.translation import Mapped, Outcome
from condasync.report.spec_words import label_words, requirement_words

_CLASHES_SHOWN = 12
_STEPS_SHOWN = 8
_NAMES_SHOWN = 8
_PACKAGE = "bold cyan"
_WANTED = "yellow"
_THERE = "green"
_ABSENT = "red"


def explanation(conflicts: Sequence[Conflict], names: Mapping[str, str] | None = None) -> Text:
    """Return why there is no environment; `.plain` is the text without colours.

    First what clashes, a paragraph each; then what has no build for this Python, and what is not there at all.
    `names` leads from conda names to the names as installed, where they differ.
    """
    conflicts = tuple(dict.fromkeys(conflicts))  # engines may say one thing once per build
    missing = [one for one in conflicts if len(one.chain) == 1]
    for_python = [one for one in conflicts if _is_for_python(one)]
    clashes = [one for one in conflicts if one not in missing and one not in for_python]
    parts = [_clash(one) for one in clashes[:_CLASHES_SHOWN]]
    if len(clashes) > _CLASHES_SHOWN:
        parts.append(Text(f"... and {len(clashes) - _CLASHES_SHOWN} more clashes; --json lists all", style="dim"))
    parts += _list("not built for this Python", [_python_line(one) for one in for_python])
    parts += _list("not on the channels", [_missing_line(one) for one in missing])
    parts += _renamed(conflicts, names or {})
    return Text("\n").join(parts)


def conflict_hints(conflicts: Sequence[Conflict], *, exact: bool) -> tuple[str, ...]:
    """Return what to do about conflicts: let pins be relaxed where they are `exact`, or ask for what would fit."""
    hints = ["--pin relax finds the nearest environment that works"] if exact else []
    fits = [requirement_words(fit) for conflict in conflicts for fit in conflict.fits]
    if len(conflicts) == 1 and fits:
        hints.append(f"ask for {' or '.join(fits)}")
    return tuple(hints) or ("loosen what clashes in the inputs, or name another Python with --python",)


def conflicts_of(answer: Answer) -> tuple[Conflict, ...]:
    """Return the conflicts of an answer, () for a solution."""
    return answer.conflicts if isinstance(answer, Unsolvable) else ()


def names_as_installed(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """Return the names as installed by conda name, where they differ by more than spelling."""
    renamed = {
        spec.name: outcome.package.name for outcome in outcomes if isinstance(outcome, Mapped) for spec in outcome.specs
    }
    return {name: own for name, own in renamed.items() if normalise(name) != normalise(own)}


def _needs(conflict: Conflict) -> list[ConflictStep]:
    """Return every requirement once; engines may tell one in several chains."""
    return list(dict.fromkeys(step for step in conflict.chain if step.package not in {"request", "target"}))


def _asked(conflict: Conflict) -> dict[str, ConflictStep]:
    return {_name(step.requires): step for step in conflict.chain if step.package == "request"}


def _name(requires: str) -> str:
    return requires.split(" ", maxsplit=1)[0].rpartition("::")[2]


def _is_for_python(conflict: Conflict) -> bool:
    needs = _needs(conflict)
    return "python" in conflict.packages and len(needs) == 1 and _name(needs[0].requires) == "python"


def _clash(conflict: Conflict) -> Text:
    needs, asked = _needs(conflict), _asked(conflict)
    if len(needs) == 1 and len(conflict.packages) <= 2:  # noqa: PLR2004 - a pair fits one line
        return _need(needs[0], asked)
    whole = [_request(step) for step in conflict.chain if step.package == "request"]
    verb = "do not go together" if len(whole) > 1 else "cannot be had"
    lines = [Text.assemble((" and ".join(sorted(whole, key=_python_last)), _PACKAGE), f" {verb}:")]
    lines += [Text("  ").append_text(_need(step, asked)) for step in needs[:_STEPS_SHOWN]]
    if len(needs) > _STEPS_SHOWN:
        lines.append(Text(f"  ... and {len(needs) - _STEPS_SHOWN} more requirements", style="dim"))
    return Text("\n").join(lines if needs else [Text.assemble((" and ".join(whole), _PACKAGE), f" {verb}")])


def _request(step: ConflictStep) -> str:
    """Return what was asked for, and what there is of it where no version was."""
    free = step.requires == _name(step.requires) and step.found
    return label_words(step.found) if free and step.found else requirement_words(step.requires)


def _python_last(words: str) -> tuple[bool, str]:
    return words.startswith("Python "), words


def _need(step: ConflictStep, asked: Mapping[str, ConflictStep]) -> Text:
    words = Text.assemble((label_words(step.package), _PACKAGE), " needs ", (requirement_words(step.requires), _WANTED))
    name = _name(step.requires)
    own = asked.get(name)
    if name.startswith("__"):
        there = f", the target has {step.found}" if step.found else ", which the target does not have"
        return words.append(there, style=_ABSENT)
    if step.found is None:
        return words.append(", which the channels do not have", style=_ABSENT)
    if own is None or own.requires == name:
        return words
    if "==" in own.requires and own.found:
        return words.append(", you have ").append(label_words(own.found), style=_THERE)
    return words.append(", you ask for ").append(requirement_words(own.requires), style=_THERE)


def _python_line(conflict: Conflict) -> Text:
    return _need(_needs(conflict)[0], _asked(conflict)).append_text(_nearest(conflict))


def _missing_line(conflict: Conflict) -> Text:
    step = conflict.chain[0]
    return Text.assemble((requirement_words(step.requires), _PACKAGE)).append_text(_nearest(conflict))


def _nearest(conflict: Conflict) -> Text:
    fits = " and ".join(requirement_words(fit).rpartition(" ")[2] for fit in conflict.fits)
    return Text(f" (nearest: {fits})" if fits else "")


def _list(title: str, lines: Sequence[Text]) -> list[Text]:
    if not lines:
        return []
    if len(lines) == 1:
        return [Text(f"{title}: ").append_text(lines[0])]
    shown = [Text("  ").append_text(line) for line in lines[:_NAMES_SHOWN]]
    if len(lines) > _NAMES_SHOWN:
        shown.append(Text(f"  ... and {len(lines) - _NAMES_SHOWN} more; --json lists all", style="dim"))
    return [Text(f"{title} ({len(lines)}):"), *shown]


def _renamed(conflicts: Sequence[Conflict], names: Mapping[str, str]) -> list[Text]:
    renamed = sorted({name for one in conflicts if len(_needs(one)) for name in one.packages if name in names})
    if not renamed:
        return []
    pairs = ", ".join(f"{name} is the conda package of {names[name]}" for name in renamed[:_NAMES_SHOWN])
    return [Text(f"({pairs})", style="dim")]
