"""Requirements files: pip's format, with what they include, and the output of `pip freeze`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from os.path import exists, realpath
from pathlib import Path

from condasync.capture.files.merge import merge, strictest
from condasync.capture.files.reference import is_url
from condasync.capture.files.requirement import ListedText, listed
from condasync.capture.files.requirements_line import LineOptions, LogicalLine, logical_lines, parse_options
from condasync.capture.files.text_file import Place, read_text, syntax_error
from condasync.errors import CaptureError
from condasync.model.environment import Environment, InputFile
from condasync.model.finding import Finding
from condasync.model.package import PipPackage
from condasync.model.url import Url


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Say where a line is read: in which file, included by which (outermost first), and what was read before.

    In a constraints file (`-c`) lines restrict packages and list none.
    """

    path: Path
    chain: tuple[Path, ...] = ()
    constraint: bool = False
    seen: set[tuple[str, bool]] = field(default_factory=set)


def capture_requirements(path: Path, text: str) -> Environment:
    """Return what a requirements file lists, with every file that it includes.

    Raises InputSyntaxError with the line of a fault, CaptureError for an included file that cannot be read.
    """
    return _file(Reading(path=path), text)


def capture_lines(lines: Iterable[LogicalLine], reading: Reading) -> Environment:
    """Return what the given lines of a file list; relative paths start at the file's folder."""
    return merge([piece for line in lines for piece in _pieces(line, reading)])


def _file(reading: Reading, text: str) -> Environment:
    reading.seen.add((realpath(reading.path), reading.constraint))
    content = capture_lines(logical_lines(text), reading)
    return replace(content, inputs=(InputFile(path=f"{reading.path}", kind="requirements.txt"), *content.inputs))


def _pieces(line: LogicalLine, reading: Reading) -> Iterator[Environment]:
    place = Place(reading.path, line.number)
    try:
        options = parse_options(line.text)
    except ValueError as error:
        hint = "the options of a requirements file are listed in pip's documentation of the format"
        raise syntax_error(place, f"this line cannot be read ({error})", hint, shown=line.shown) from error
    texts = [
        ListedText(text=text, place=place, shown=line.shown, hashes=options.hashes, editable=editable)
        for text, editable in (*((options.requirement, False),), *((one, True) for one in options.editables))
        if text
    ]
    for text in texts:
        yield _constraint(text) if reading.constraint else listed(text)
    for name in options.requirements:
        yield _included(name, place, replace(reading, constraint=False))
    for name in options.constraints:
        yield _included(name, place, replace(reading, constraint=True))
    index_urls, find_links = _as_written(line, options)
    yield Environment(
        kind="files",
        index_urls=tuple(map(Url, index_urls)),
        indexes=strictest(options.indexes),
        find_links=tuple(_link(text, reading.path.parent) for text in find_links),
        findings=tuple(_ignored(options, place)),
    )


def _as_written(line: LogicalLine, options: LineOptions) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the indexes and links with the names of variables, which get their values when a server is asked.

    What is no URL without the value, or brings more than one value, is taken with it.
    """
    filled = options.index_urls, options.find_links
    if line.shown == line.text:
        return filled
    try:
        stated = parse_options(line.shown)
    except ValueError:
        return filled
    written = stated.index_urls, stated.find_links
    if list(map(len, written)) != list(map(len, filled)):
        return filled
    index_urls, find_links = (
        tuple(one if "://" in one else other for one, other in zip(ones, others, strict=True))
        for ones, others in zip(written, filled, strict=True)
    )
    return index_urls, find_links


def _constraint(text: ListedText) -> Environment:
    found = listed(text).packages[0]
    if not isinstance(found, PipPackage):
        raise syntax_error(
            text.place, "a constraint must name a package", "write name @ URL, or move it out", shown=text.shown
        )
    return Environment(kind="files", constraints=found.requirements)


def _included(name: str, place: Place, reading: Reading) -> Environment:
    if "://" in name and not name.lower().startswith("file:"):
        raise syntax_error(place, "files are not fetched", "download it, and include the copy by its path", shown=name)
    path = Path(Url(name).public.removeprefix("file://")) if is_url(name) else reading.path.parent / name
    chain = (*reading.chain, reading.path)
    if realpath(path) in map(realpath, chain):
        route = " -> ".join(f"{one}" for one in (*chain, path))
        raise syntax_error(place, f"these files include each other: {route}", "remove one of the -r or -c lines")
    if (realpath(path), reading.constraint) in reading.seen:
        return Environment(kind="files")
    try:
        text = read_text(path)
    except CaptureError as error:
        raise type(error)(f"{place}: {error.message}", hints=error.hints, **error.facts) from error
    return _file(replace(reading, path=path, chain=chain), text)


def _link(text: str, folder: Path) -> Url:
    beside = folder / text
    return Url(Path(realpath(beside)).as_uri() if not is_url(text) and exists(beside) else text)  # noqa: PTH110 -- Path.exists may raise


def _ignored(options: LineOptions, place: Place) -> Iterator[Finding]:
    for option in options.ignored:
        text = f"{option} is accepted and changes nothing here"
        yield Finding(code="option-ignored", severity="note", text=text, where=str(place))
    if options.stray:
        # The text itself may hold a credential: it is not repeated.
        text = "what follows the value of an option on this line is ignored, as pip does"
        yield Finding(code="text-ignored", severity="warning", text=text, where=str(place))
