"""What GitHub Actions is told, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.cli.annotations import Annotation, annotation_of, workflow_command
from condasync.errors import InputSyntaxError
from tests.cli.conftest import Cli


def test_an_error_is_annotated_at_its_place() -> None:
    """Path and line of the error are the annotation's; hints are in the text."""
    error = InputSyntaxError("a.yml:3: not YAML", hints=("mend it",), path="a.yml", line=3)
    assert workflow_command(annotation_of(error)) == (
        "::error title=condasync,file=a.yml,line=3::a.yml:3: not YAML%0Ahint: mend it"
    )


def test_texts_cannot_break_out() -> None:
    """Newlines, colons and commas are escaped; credentials are not shown."""
    text = "100%\nhttps://me:secret@example.org/x"
    made = workflow_command(Annotation(text=text, path="a,b:c", level="warning"))
    assert made == "::warning title=condasync,file=a%2Cb%3Ac::100%25%0Ahttps://***@example.org/x"


def test_paths_are_seen_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub knows no absolute path; one outside stays as it is."""
    monkeypatch.chdir(tmp_path)
    inside = workflow_command(Annotation(text="x", path=str(tmp_path / "sub" / "lock.yml")))
    assert "file=sub/lock.yml::" in inside
    assert "file=/elsewhere::" in workflow_command(Annotation(text="x", path="/elsewhere"))


@pytest.mark.parametrize(("value", "annotated"), [("true", True), ("", False)])
def test_only_in_a_workflow(cli: Cli, monkeypatch: pytest.MonkeyPatch, value: str, *, annotated: bool) -> None:
    """Elsewhere the error stands alone."""
    monkeypatch.setenv("GITHUB_ACTIONS", value)
    ran = cli("check", "absent.yml")
    assert ran.code == 6
    assert ("::error title=condasync,file=absent.yml::" in ran.err) is annotated
