"""Requirements that name a URL, an archive or a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from condasync.capture.files.reference import direct_url
from condasync.errors import InputSyntaxError
from condasync.model.environment import Environment
from condasync.model.package import DirectUrl, LocalPackage, PipPackage
from condasync.model.url import Url

Capture = Callable[..., Environment]
Write = Callable[[str, str], Path]
Only = Callable[..., PipPackage]
OnlyLocal = Callable[..., LocalPackage]

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://example.org/a-1.0.zip#sha256=aa",
            DirectUrl(kind="archive", url=Url("https://example.org/a-1.0.zip")),
        ),
        (
            "https://example.org/a.zip#egg=a&subdirectory=sub",
            DirectUrl(kind="archive", url=Url("https://example.org/a.zip"), subdirectory="sub"),
        ),
        ("file:///srv/a", DirectUrl(kind="directory", url=Url("file:///srv/a"))),
        (
            f"git+https://example.org/a.git@{COMMIT}#egg=a",
            DirectUrl(kind="vcs", url=Url("https://example.org/a.git"), vcs="git", commit=COMMIT),
        ),
        (
            "git+https://example.org/a.git@v1.0",
            DirectUrl(kind="vcs", url=Url("https://example.org/a.git@v1.0"), vcs="git"),
        ),
        (
            "git+ssh://git@example.org/a.git",
            DirectUrl(kind="vcs", url=Url("ssh://git@example.org/a.git"), vcs="git"),
        ),
        (
            "hg+https://example.org/a#subdirectory=b",
            DirectUrl(kind="vcs", url=Url("https://example.org/a"), vcs="hg", subdirectory="b"),
        ),
    ],
)
def test_url_facts(url: str, expected: DirectUrl) -> None:
    """A URL is split as PEP 610 has it; only a full hash is a commit, a tag stays in the URL."""
    assert direct_url(url) == expected


@pytest.mark.parametrize(
    ("line", "name", "version", "kind"),
    [
        ("a @ https://example.org/a-1.0.zip", "a", "1.0", "archive"),
        ("a@https://example.org/files/a-1.0-py3-none-any.whl#sha256=aa", "a", "1.0", "archive"),
        ("a @ https://example.org/a-1.0%2Bcu121-cp311-cp311-linux_x86_64.whl", "a", "1.0+cu121", "archive"),
        ("a @ https://example.org/archive/main.zip", "a", None, "archive"),
        ("a @ https://example.org/other-1.0.zip", "a", None, "archive"),
        ("a @ git+https://example.org/a.git", "a", None, "vcs"),
        ("a[x,y] @ git+https://example.org/a.git ; os_name == 'posix'", "a", None, "vcs"),
        ("https://example.org/Big_Name-1.0-py3-none-any.whl", "big-name", "1.0", "archive"),
        ("https://example.org/big-name-1.0.tar.gz", "big-name", "1.0", "archive"),
        ("git+https://example.org/a.git#egg=Real_Name", "Real_Name", None, "vcs"),
        ("git+https://example.org/a.git@main#egg=a[x]&subdirectory=python", "a", None, "vcs"),
        ("https://example.org/a.zip#egg=a ; os_name == 'posix'", "a", None, "archive"),
    ],
)
def test_url_line_is_a_pip_package(
    *, capture: Capture, only: Only, line: str, name: str, version: str | None, kind: str
) -> None:
    """The name comes from before the `@`, from `#egg=` or from the file name; so does the version."""
    environment = capture("requirements.txt", line)
    package = only(environment, PipPackage)
    assert (package.name, package.version) == (name, version)
    assert package.direct_url is not None
    assert package.direct_url.kind == kind
    assert package.requirements[0].url is not None
    assert environment.findings == ()


def test_parts_around_a_url_are_kept(capture: Capture, only: Only) -> None:
    """Extras, marker and the fragment's hash of a URL requirement are kept beside the URL as written."""
    line = 'a[x] @ https://me:secret@example.org/a-1.0.zip#sha256=aa ; os_name == "posix"'
    (entry,) = only(capture("requirements.txt", line), PipPackage).requirements
    assert (entry.extras, entry.marker, entry.hashes) == (("x",), 'os_name == "posix"', ("sha256:aa",))
    assert entry.url == Url("https://me:secret@example.org/a-1.0.zip#sha256=aa")
    assert "secret" not in repr(entry)


def test_url_without_a_name_goes_by_itself(capture: Capture, only: Only) -> None:
    """No name is invented for a URL that states none: its own text, without credentials, stands for it."""
    environment = capture("requirements.txt", "git+https://me:secret@example.org/o/tool.git")
    assert only(environment, PipPackage).name == "git+https://example.org/o/tool.git"
    (finding,) = environment.findings
    assert (finding.code, finding.where) == ("unnamed-reference", "requirements.txt:1")
    assert "secret" not in finding.text


def test_editable_repository_is_no_local_project(capture: Capture, only: Only) -> None:
    """`-e git+...` is a pip package whose direct URL is editable."""
    package = only(capture("requirements.txt", f"-e git+https://example.org/a.git@{COMMIT}#egg=a"), PipPackage)
    assert package.direct_url == DirectUrl(
        kind="vcs", url=Url("https://example.org/a.git"), editable=True, vcs="git", commit=COMMIT
    )


@pytest.mark.parametrize("line", ["./wheels/Foo-1.0-py3-none-any.whl", "Foo-1.0-py3-none-any.whl", "../foo-1.0.tar.gz"])
def test_archive_beside_the_file(capture: Capture, only: Only, line: str) -> None:
    """A wheel or sdist named by path is a pip package with the name and version of its file name."""
    package = only(capture("sub/requirements.txt", line), PipPackage)
    assert (package.name, package.version) == ("foo", "1.0")
    assert package.direct_url is not None
    assert package.direct_url.url.secret.startswith("file:///")


@pytest.mark.parametrize(
    ("url", "version"),
    [
        ("file:///home/conda/feedstock_root/build_artifacts/a_1700/work", None),
        ("file:///home/conda/feedstock_root/build_artifacts/a_1700/work/dist/a-1.2-py3-none-any.whl#sha256=aa", "1.2"),
        ("file:///croot/a_1690/work", None),
        ("file:///C:/b/abs_d01/croot/a_1690/work", None),
        ("file:///tmp/build/80754af9/a_1630/work", None),
        ("file:///opt/conda/conda-bld/a_1640/work", None),
    ],
)
def test_build_folder_of_conda_is_no_source(capture: Capture, only: Only, url: str, version: str | None) -> None:
    """`pip freeze` in a conda environment states folders of the build machine: the name counts, with a note."""
    environment = capture("requirements.txt", f"a @ {url}")
    package = only(environment, PipPackage)
    assert (package.direct_url, package.requirements[0].url, package.version) == (None, None, version)
    assert [(one.code, one.severity, one.package) for one in environment.findings] == [
        ("conda-build-path", "note", "a")
    ]


@pytest.mark.parametrize("line", ["./proj", "-e ./proj", "-e proj", "proj/", ".//proj", "file:proj", "a @ ./proj"])
def test_folder_is_a_local_project(capture: Capture, write: Write, only: OnlyLocal, line: str) -> None:
    """Every way to name a folder gives the project in it, with what its pyproject.toml states."""
    write(
        "proj/pyproject.toml",
        '[project]\nname = "a"\nversion = "0.1"\ndependencies = ["numpy>=1"]\n'
        "[project.optional-dependencies]\ntest = [\"pytest; os_name == 'posix'\"]\n",
    )
    package = only(capture("requirements.txt", line), LocalPackage)
    assert package == LocalPackage(
        name="a",
        version="0.1",
        path=str(Path.cwd() / "proj"),
        editable=line.startswith("-e"),
        requires=("numpy>=1", 'pytest; os_name == "posix" and extra == "test"'),
        where="requirements.txt:1",
    )


def test_extras_of_a_project_are_kept(capture: Capture, write: Write, only: OnlyLocal) -> None:
    """`-e .[test,docs]` keeps which extras were asked for; two lines join them."""
    write(
        "setup.cfg",
        "[metadata]\nname = mine\nversion = attr: mine.__version__\n[options]\ninstall_requires =\n  numpy\n",
    )
    package = only(capture("requirements.txt", "-e .[test,docs]\n.[lint]\n"), LocalPackage)
    assert (package.name, package.version, package.extras) == ("mine", None, ("docs", "lint", "test"))
    assert (package.requires, package.editable) == (("numpy",), True)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pyproject.toml", "[project\n"),
        ("pyproject.toml", "[build-system]\n"),
        ("pyproject.toml", "[project]\nname = 3\n"),
        ("setup.cfg", "name = x\n"),
        ("setup.cfg", "[metadata]\nname = file: NAME\n"),
        ("setup.py", "raise SystemExit('never run')\n"),
    ],
)
def test_project_without_a_literal_name_goes_by_its_path(
    capture: Capture, write: Write, only: OnlyLocal, file: str, text: str
) -> None:
    """A project that states no name, or states it brokenly, is listed by its path; nothing of it is run."""
    write(f"proj/{file}", text)
    assert only(capture("requirements.txt", "./proj"), LocalPackage).name == "./proj"


def test_poetry_project_has_a_name(capture: Capture, write: Write, only: OnlyLocal) -> None:
    """A project that states its name in poetry's table only is still known by it."""
    write("pyproject.toml", '[tool.poetry]\nname = "mine"\nversion = "2"\n')
    package = only(capture("requirements.txt", "."), LocalPackage)
    assert (package.name, package.version) == ("mine", "2")


@pytest.mark.parametrize("line", ["./gone", "-e ../gone", "/srv/gone", "gone/", r"-e c:\users\me\gone"])
def test_missing_folder_is_listed_with_a_finding(capture: Capture, only: OnlyLocal, line: str) -> None:
    """A folder that is not on this machine is still listed, by its path."""
    environment = capture("requirements.txt", line)
    assert only(environment, LocalPackage).name == line.removeprefix("-e ")
    assert [one.code for one in environment.findings] == ["local-path-missing"]


def test_paths_without_names_stay_apart(capture: Capture) -> None:
    """`./a`, `../a` and `a/` are different projects although their names normalise alike."""
    assert len(capture("requirements.txt", "./a\n../a\na/\n").packages) == 3


def test_two_projects_of_one_name_are_told(capture: Capture, write: Write, only: OnlyLocal) -> None:
    """Only one of two folders that hold the same project can be taken: the first, with a finding."""
    for folder in ("one", "two"):
        write(f"{folder}/pyproject.toml", '[project]\nname = "mine"\n')
    environment = capture("requirements.txt", "./one\n./two\n")
    assert only(environment, LocalPackage).path == str(Path.cwd() / "one")
    assert [one.code for one in environment.findings] == ["duplicate-project"]


def test_path_may_start_at_the_working_directory(capture: Capture, write: Write, only: OnlyLocal) -> None:
    """A path that is not beside its file is looked up from the working directory, as pip does."""
    write("proj/pyproject.toml", '[project]\nname = "mine"\n')
    assert only(capture("ci/requirements.txt", "-e proj"), LocalPackage).path == str(Path.cwd() / "proj")


def test_marker_of_a_project_is_told(capture: Capture, write: Write) -> None:
    """A local package has no marker field: that the marker is not evaluated is a note."""
    write("proj/pyproject.toml", '[project]\nname = "mine"\n')
    environment = capture("requirements.txt", './proj ; python_version < "3"')
    assert [one.code for one in environment.findings] == ["marker-ignored"]


@pytest.mark.parametrize(
    "line",
    ["gopher+x://example.org/a", "a @ gopher+x://me:secret@example.org/a", "-e gopher+x://me:secret@example.org/a"],
)
def test_unknown_scheme_is_refused(capture: Capture, line: str) -> None:
    """A URL of a scheme that pip does not know is an error, not a folder, and is shown without its password."""
    with pytest.raises(InputSyntaxError) as caught:
        capture("requirements.txt", line)
    assert caught.value.message.startswith("requirements.txt:1: ")
    assert "secret" not in caught.value.message
