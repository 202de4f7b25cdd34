"""Files as a source of capture: which format a file is in, and its reader."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from condasync.capture.files.merge import merge
from condasync.capture.files.text_file import Place, read_text
from condasync.errors import CaptureError
from condasync.model.environment import Environment
from condasync.model.finding import Finding
from condasync.model.target import Subdir
from condasync.seams import CaptureSource

if TYPE_CHECKING:
    from condasync.capture.files.conda_list import ListFormat

    FileFormat: TypeAlias = (
        Literal["environment.yml", "pyproject.toml", "conda-list-json", "requirements.txt"] | ListFormat
    )

_SUFFIXES: dict[str, FileFormat] = {".yml": "environment.yml", ".yaml": "environment.yml", ".toml": "pyproject.toml"}
_CONTENT: tuple[tuple[re.Pattern[str], FileFormat], ...] = (
    (re.compile(r"\A\s*\{[^{]*\"dependencies\"\s*:"), "environment.yml"),
    (re.compile(r"\A\s*(?:\{|\[\s*[{\]])"), "conda-list-json"),
    (re.compile(r"^dependencies[ \t]*:", re.MULTILINE), "environment.yml"),
    (re.compile(r"^\[(?:project|dependency-groups)\]", re.MULTILINE), "pyproject.toml"),
)
_REQUIREMENTS_NAME = re.compile(r"require|constraint|freeze", re.IGNORECASE)
_EXPECTED = (
    "known are environment.yml, requirements.txt, `pip freeze` output, pyproject.toml and `conda list` output"
    " (also of --export, --explicit or --json)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSource:
    """Hold one input file, read once: what was recognised is what is captured."""

    path: Path
    text: str
    format: FileFormat
    groups: tuple[str, ...] | None
    subdir: Subdir

    def capture(self) -> Environment:
        """Return what the file lists; a file that lists nothing gives a finding `nothing-listed`.

        Raises CaptureError for an unknown format, InputSyntaxError with the line of a fault.
        """
        environment = merge([self._listed()])
        if environment.packages:
            return environment
        text = f"{self.path} lists no package"
        nothing = Finding(code="nothing-listed", severity="warning", text=text, where=f"{self.path}")
        return replace(environment, findings=(*environment.findings, nothing))

    def _listed(self) -> Environment:
        match self.format:
            case "environment.yml":
                from condasync.capture.files.environment_yml import capture_environment_yml

                return capture_environment_yml(self.path, self.text, subdir=self.subdir)
            case "pyproject.toml":
                from condasync.capture.files.pyproject import capture_pyproject

                return capture_pyproject(self.path, self.text, groups=self.groups)
            case "conda-list-json":
                from condasync.capture.files.conda_list_json import capture_conda_json, load_json

                return capture_conda_json(self.path, load_json(self.path, self.text))
            case "requirements.txt":
                from condasync.capture.files.requirements import capture_requirements

                return capture_requirements(self.path, self.text)
            case ("table" | "export" | "explicit") as written_as:
                from condasync.capture.files.conda_list import capture_conda_list

                return capture_conda_list(self.path, self.text, written_as)


def source_for_file(path: Path, *, groups: tuple[str, ...] | None = None, subdir: Subdir = "linux-64") -> CaptureSource:
    """Return the source that an input file is, recognised by its name, then by its content.

    `groups` names the extras and dependency groups of a pyproject.toml to include: None means all, () only the
    project's own dependencies. `subdir` is the platform that `# [linux]` selectors of an environment.yml are read for.
    Raises CaptureError for a file that cannot be read, is empty, or is none of the known kinds.
    """
    text = read_text(path)
    if not text.strip():
        raise CaptureError(f"{path} is empty", hints=(_EXPECTED,), path=f"{path}")
    return FileSource(path=path, text=text, format=_recognised(path, text), groups=groups, subdir=subdir)


def _recognised(path: Path, text: str) -> FileFormat:
    by_suffix = _SUFFIXES.get(path.suffix.lower())
    if by_suffix:
        return by_suffix
    from condasync.capture.files.conda_list import list_format

    # Every output of `conda list` may be kept as a .txt file, even as requirements.txt.
    by_content = list_format(text) or _by_content(text)
    if by_content:
        return by_content
    if path.suffix.lower() == ".json":
        return "conda-list-json"
    if _REQUIREMENTS_NAME.search(path.name) or _begins_with_requirement(path, text):
        return "requirements.txt"
    raise CaptureError(f"{path}: this kind of file is not known", hints=(_EXPECTED,), path=f"{path}")


def _by_content(text: str) -> FileFormat | None:
    for pattern, found in _CONTENT:
        if pattern.search(text):
            return found
    return None


def _begins_with_requirement(path: Path, text: str) -> bool:
    from condasync.capture.files.requirement import ListedText, listed
    from condasync.capture.files.requirements_line import logical_lines, parse_options

    first = next(logical_lines(text), None)
    if first is None:
        return path.suffix.lower() in {".txt", ".in"}
    try:
        options = parse_options(first.text)
        if options.requirement:
            listed(ListedText(text=options.requirement, place=Place(path, first.number), shown=first.shown))
    except (ValueError, CaptureError):
        return False
    return True
