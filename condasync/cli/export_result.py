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


def export_result(made: Export, written: Written, *, strict: bool, as_json: bool, check: bool) -> CommandResult:
    """Return what an export has to say, and its exit code."""
    from condasync.errors import BuildError, UnsolvableError, VerificationError
    from condasync.model.solve import Unsolvable
    from condasync.model.translation import Unmapped
    from condasync.report.explanation import conflict_hints, conflicts_of
    from condasync.report.export_data import export_data
    from condasync.report.lock_change import lock_change_data

    unsolved = [each for each in made.platforms if isinstance(each.answer, Unsolvable)]
    texts = tuple(_why_not(each) for each in unsolved)
    errors: tuple[CondasyncError, ...] = tuple(
        UnsolvableError(
            text.plain,
            hints=conflict_hints(conflicts_of(each.answer), exact=made.question.pin == "exact"),
            platform=each.target.subdir,
        )
        for each, text in zip(unsolved, texts, strict=True)
    )
    left_out = [one for each in made.platforms for one in each.outcomes if isinstance(one, Unmapped)]
    exit_code = UnsolvableError.exit_code if errors else int(strict and bool(left_out))
    unbuilt = [one for one in left_out if one.reason.code in {"build-failed", "build-timeout"}]
    if strict and unbuilt and not errors:
        exit_code = BuildError.exit_code
        errors += tuple(
            BuildError(one.reason.text, reason=one.reason.code, package=one.package.name) for one in unbuilt
        )
    refuted = tuple(_refuted(each) for each in made.platforms if each.refuted)
    if refuted:
        exit_code = exit_code or VerificationError.exit_code
        errors += refuted
    stale: tuple[Annotation, ...] = ()
    if check and written.changed and not errors:
        exit_code = exit_code or 1
        stale = tuple(
            Annotation(text=f"{path} is out of date: run condasync export", path=str(path)) for path in written.changed
        )
    return CommandResult(
        data=export_data(made, written.files) | lock_change_data(written.changed, written.plan),
        text="" if as_json else _summary(made, written, check=check),
        exit_code=exit_code,
        errors=errors,
        error_texts=() if len(texts) != len(errors) else texts,
        annotations=stale,
    )


def _refuted(platform: PlatformExport) -> CondasyncError:
    from condasync.errors import VerificationError

    by, version = platform.verified_by or ("", "")
    return VerificationError(
        f"what was solved for {platform.target.subdir} does not stand up to verification by {by} {version}: "
        f"{platform.refuted[0].text}",
        hints=("no file was written; the findings say more", "condasync export --solver takes another engine"),
        platform=platform.target.subdir,
        findings=tuple(one.code for one in platform.refuted),
    )


def _summary(made: Export, written: Written, *, check: bool) -> RenderableType:
    from rich.console import Group

    from condasync.report.lock_change import lock_change_text
    from condasync.report.summary import export_summary

    return Group(export_summary(made, written.files), lock_change_text(written.changed, written.plan, check=check))


def _why_not(platform: PlatformExport) -> Text:
    """Return why a platform has no environment: what clashes, else in the engine's own words."""
    from rich.text import Text

    from condasync.model.solve import Unsolvable
    from condasync.report.explanation import conflicts_of, explanation, names_as_installed

    conflicts = conflicts_of(platform.answer)
    raw = platform.answer.explanation if isinstance(platform.answer, Unsolvable) else ""
    why = explanation(conflicts, names_as_installed(platform.outcomes)) if conflicts else Text(raw)
    return Text(f"no environment for {platform.target.subdir} holds all that was asked:\n").append_text(why)
