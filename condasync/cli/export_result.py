"""What an export says in the end: data, text, errors, exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from condasync.cli.annotations import Annotation
from condasync.cli.run import CommandResult

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from condasync.cli.lock_place import Written
    from condasync.errors import CondasyncError
    from condasync.model.export import Export, PlatformExport
    from condasync.model.translation import Unmapped


_IN_PART = frozenset({"extras-not-expanded", "unknown-extra", "wheel-requirement"})


def export_result(made: Export, written: Written, *, strict: bool, as_json: bool, check: bool) -> CommandResult:
    """Return what an export has to say, and its exit code: the first error's, else 1 when the answer is "no"."""
    from condasync.report.export_data import export_data
    from condasync.report.lock_change import lock_change_data

    unsolvable, texts = _unsolvable(made)
    errors = (*unsolvable, *_refuted(made))
    if strict and not errors:
        errors += _unbuilt(made)
    stale = _stale(written) if check and not errors else ()
    no = bool(stale) or (strict and (bool(_left_out(made)) or _in_part(made)))
    return CommandResult(
        data=export_data(made, written.files) | lock_change_data(written.changed, written.plan),
        text="" if as_json else _summary(made, written, check=check),
        exit_code=errors[0].exit_code if errors else int(no),
        errors=errors,
        error_texts=texts if len(texts) == len(errors) else (),
        annotations=stale,
    )


def _left_out(made: Export) -> list[Unmapped]:
    from condasync.model.translation import Unmapped

    return [one for each in made.platforms for one in each.outcomes if isinstance(one, Unmapped)]


def _in_part(made: Export) -> bool:
    """Return whether a package came along without something that was asked for with it: an extra, a requirement."""
    return any(one.code in _IN_PART for each in made.platforms for one in each.findings)


def _unsolvable(made: Export) -> tuple[tuple[CondasyncError, ...], tuple[Text, ...]]:
    """Return an error per platform without a solution, and its message in colour."""
    from condasync.errors import UnsolvableError
    from condasync.model.solve import Unsolvable
    from condasync.report.explanation import conflict_hints, conflicts_of

    unsolved = [each for each in made.platforms if isinstance(each.answer, Unsolvable)]
    texts = tuple(_why_not(each) for each in unsolved)
    exact = made.question.pin == "exact"
    errors = tuple(
        UnsolvableError(
            text.plain, hints=conflict_hints(conflicts_of(each.answer), exact=exact), platform=each.target.subdir
        )
        for each, text in zip(unsolved, texts, strict=True)
    )
    return errors, texts


def _unbuilt(made: Export) -> tuple[CondasyncError, ...]:
    """Return an error per project whose build failed."""
    from condasync.errors import BuildError

    reasons = [(one.package.name, one.reason) for one in _left_out(made)]
    return tuple(
        BuildError(reason.text, reason=reason.code, package=name)
        for name, reason in reasons
        if reason.code in {"build-failed", "build-timeout", "no-version"}
    )


def _stale(written: Written) -> tuple[Annotation, ...]:
    return tuple(
        Annotation(text=f"{path} is out of date: run condasync export", path=str(path)) for path in written.changed
    )


def _refuted(made: Export) -> tuple[CondasyncError, ...]:
    """Return an error per platform whose solution the verification does not take."""
    from condasync.errors import VerificationError

    return tuple(
        VerificationError(
            f"what was solved for {each.target.subdir} does not stand up to verification by {' '.join(by)}: "
            f"{each.refuted[0].text}",
            hints=("no file was written; the findings say more", "condasync export --solver takes another engine"),
            platform=each.target.subdir,
            findings=tuple(one.code for one in each.refuted),
        )
        for each in made.platforms
        if each.refuted and (by := each.verified_by or ())
    )


def _summary(made: Export, written: Written, *, check: bool) -> RenderableType:
    from rich.console import Group

    from condasync.report.lock_change import lock_change_text
    from condasync.report.summary import export_summary

    return Group(
        export_summary(made, written.files, written.changed),
        lock_change_text(written.changed, written.plan, check=check),
    )


def _why_not(platform: PlatformExport) -> Text:
    """Return why a platform has no environment: what clashes, else in the engine's own words."""
    from rich.text import Text

    from condasync.model.solve import Unsolvable
    from condasync.report.explanation import conflicts_of, explanation, names_as_installed

    conflicts = conflicts_of(platform.answer)
    raw = platform.answer.explanation if isinstance(platform.answer, Unsolvable) else ""
    why = explanation(conflicts, names_as_installed(platform.outcomes)) if conflicts else Text(raw)
    return Text(f"no environment for {platform.target.subdir} holds all that was asked:\n").append_text(why)
