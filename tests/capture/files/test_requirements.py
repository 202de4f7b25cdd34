"""Requirements files: one package per name with every line that lists it, and the files they include."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from condasync.errors import CaptureError, InputSyntaxError
from condasync.model.environment import Environment
from condasync.model.package import LocalPackage, PipPackage
from condasync.model.spec import PipRequirement

Capture = Callable[..., Environment]
Listing = Callable[[Environment], dict[str, tuple[str, ...]]]
Write = Callable[[str, str], Path]
Only = Callable[[Environment, type[PipPackage]], PipPackage]


def test_requirement_keeps_all_its_parts(capture: Capture, only: Only) -> None:
    """Name, specifier, extras, marker, hashes and place of a line are kept."""
    text = '# top\nDask[array,Frame]>=2024.1,<2025 ; python_version >= "3.10" --hash=sha256:aa --hash=sha256:bb\n'
    package = only(capture("requirements.txt", text), PipPackage)
    assert package == PipPackage(
        name="Dask",
        version=None,
        requested=True,
        requirements=(
            PipRequirement(
                name="Dask",
                specifier="<2025,>=2024.1",
                extras=("Frame", "array"),
                marker='python_version >= "3.10"',
                where="requirements.txt:2",
                hashes=("sha256:aa", "sha256:bb"),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("lines", "version"),
    [
        ("a==1.0", "1.0"),
        ("a===1.0-weird", "1.0-weird"),
        ("a==1.*", None),
        ("a>=1", None),
        ("a", None),
        ("a>=1\na==1.5", "1.5"),
        ("a==1.0\na==1.0.0", "1.0"),
        ("a==1.0\na==2.0", None),
        ('a==1.0; python_version<"3"\na==2.0; python_version>="3"', None),
        ("a==1!2.0.post1+cu121", "1!2.0.post1+cu121"),
        ("a==1.0,==2.0", None),
    ],
)
def test_version_is_what_exact_pins_agree_on(capture: Capture, only: Only, lines: str, version: str | None) -> None:
    """`version` is set only when the lines of a package state one exact version."""
    assert only(capture("requirements.txt", lines), PipPackage).version == version


def test_names_are_joined_as_normalised(capture: Capture, only: Only) -> None:
    """Spellings of one name are one package under its first spelling, with a line each (PEP 503)."""
    package = only(capture("requirements.txt", "Foo_Bar>=1\nfoo.bar<3\nFOO--BAR!=2\n"), PipPackage)
    assert package.name == "Foo_Bar"
    assert [(one.name, one.where) for one in package.requirements] == [
        ("Foo_Bar", "requirements.txt:1"),
        ("foo.bar", "requirements.txt:2"),
        ("FOO--BAR", "requirements.txt:3"),
    ]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("a==1\na==2", "==1 (requirements.txt:1) and ==2 (requirements.txt:2)"),
        ('a==1\na==2; sys_platform=="darwin"', "==1 (requirements.txt:1) and ==2 (requirements.txt:2)"),
        ('a==1; os_name=="nt"\na==2; os_name=="posix"', None),
        ("a==1\na==1.0", None),
        ("a==1\na>=1", None),
        ("a==1\nA==1", None),
    ],
)
def test_contradictory_pins_are_found(capture: Capture, lines: str, told: str | None) -> None:
    """Pins that cannot hold together are one finding with both places; alternatives by marker are none."""
    findings = capture("requirements.txt", lines).findings
    assert [one.text for one in findings] == ([f"a is listed with contradictory pins: {told}"] if told else [])
    assert all((one.code, one.severity) == ("duplicate-requirement", "warning") for one in findings)


def test_line_that_is_false_here_is_kept(capture: Capture, only: Only) -> None:
    """A marker is not evaluated: that is done for the target, later."""
    package = only(capture("requirements.txt", 'appnope; sys_platform == "darwin"\n'), PipPackage)
    assert package.requirements[0].marker == 'sys_platform == "darwin"'


def test_included_files_are_read_relative_to_their_own(capture: Capture, write: Write, listing: Listing) -> None:
    """-r and --requirement start at the including file's folder; places and inputs name each file."""
    write("base/core.txt", "numpy>=1\n-r more.txt\n")
    write("base/more.txt", "scipy\n")
    environment = capture("requirements.txt", "pandas\n--requirement=base/core.txt\n")
    assert listing(environment) == {"numpy": (">=1",), "pandas": ("",), "scipy": ("",)}
    assert [one.path for one in environment.inputs] == ["requirements.txt", "base/core.txt", "base/more.txt"]
    places = [one.where for package in environment.packages for one in getattr(package, "requirements", ())]
    assert places == ["base/core.txt:1", "requirements.txt:1", "base/more.txt:1"]


def test_file_included_twice_counts_once(capture: Capture, write: Write, only: Only) -> None:
    """Two ways to the same file are no duplicate and no cycle."""
    write("a.txt", "-r c.txt\n")
    write("b.txt", "-r c.txt\n")
    write("c.txt", "numpy\n")
    package = only(capture("requirements.txt", "-r a.txt\n-r b.txt\n"), PipPackage)
    assert [one.where for one in package.requirements] == ["c.txt:1"]


def test_included_file_may_be_empty(capture: Capture, write: Write, listing: Listing) -> None:
    """An empty file may be included, as pip has it; only the file that was given must say something."""
    write("empty.txt", "")
    assert listing(capture("requirements.txt", "-r empty.txt\nnumpy\n")) == {"numpy": ("",)}


def test_constraints_list_no_package(capture: Capture, write: Write, listing: Listing) -> None:
    """Lines behind -c restrict and do not list, also those that a constraints file includes by -c."""
    write("c.txt", "numpy<2\nscipy==1.11.4\n-c d.txt\n")
    write("d.txt", "dask<2025\n")
    environment = capture("requirements.txt", "numpy\n-c c.txt\n")
    assert listing(environment) == {"numpy": ("",)}
    assert [(one.name, one.specifier, one.where) for one in environment.constraints] == [
        ("numpy", "<2", "c.txt:1"),
        ("scipy", "==1.11.4", "c.txt:2"),
        ("dask", "<2025", "d.txt:1"),
    ]
    assert [one.path for one in environment.inputs] == ["requirements.txt", "c.txt", "d.txt"]


def test_file_can_be_listing_and_constraint(capture: Capture, write: Write, listing: Listing) -> None:
    """The same file by -r and by -c does both, as pip has it."""
    write("both.txt", "numpy==1.26.4\n")
    environment = capture("requirements.txt", "-c both.txt\n-r both.txt\n")
    assert listing(environment) == {"numpy": ("==1.26.4",)}
    assert [one.name for one in environment.constraints] == ["numpy"]


def test_unreadable_include_names_both_places(capture: Capture) -> None:
    """The error for a missing included file tells the line that includes it."""
    with pytest.raises(CaptureError) as caught:
        capture("requirements.txt", "numpy\n-c missing.txt\n")
    assert caught.value.message == "requirements.txt:2: missing.txt: there is no such file"


def test_fault_in_an_included_file_keeps_its_type(capture: Capture, write: Write) -> None:
    """An included file that is no text is a syntax error with both places."""
    write("b.txt", "x").write_bytes(b"numpy\n\xff\n")
    with pytest.raises(InputSyntaxError, match=r"^requirements.txt:1: b.txt:2: this is not UTF-8 text"):
        capture("requirements.txt", "-r b.txt\n")


def test_indexes_and_links_never_print_a_password(
    capture: Capture, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Index URLs keep the name of a variable until a server is asked, a literal credential for use; neither prints."""
    monkeypatch.setenv("CONDASYNC_TEST_TOKEN", "geheim")
    write("wheels/README", "")
    lines = [
        "-i https://me:${CONDASYNC_TEST_TOKEN}@example.org/simple",
        "--extra-index-url https://other.example.org/simple",
        "-f https://me:geheim@example.org/links",
        "--find-links wheels",
        "numpy",
    ]
    environment = capture("requirements.txt", "\n".join(lines))
    assert [one.secret for one in environment.index_urls] == [
        "https://me:${CONDASYNC_TEST_TOKEN}@example.org/simple",
        "https://other.example.org/simple",
    ]
    assert environment.find_links[0].secret == "https://me:geheim@example.org/links"
    assert environment.find_links[1].secret == (Path.cwd() / "wheels").resolve().as_uri()
    assert "geheim" not in repr(environment)


@pytest.mark.parametrize(
    ("lines", "indexes", "hosts"),
    [
        (["--extra-index-url https://more.example.org/"], "beside", ["https://more.example.org/"]),
        (["-i https://own.example.org/"], "instead", ["https://own.example.org/"]),
        (["--pypi-url https://own.example.org/", "-f ."], "instead", ["https://own.example.org/"]),
        (
            ["--extra-index-url https://more.example.org/", "--index-url=https://own.example.org/"],
            "instead",
            ["https://more.example.org/", "https://own.example.org/"],
        ),
        (["--no-index", "-f ."], "none", []),
        (["--no-index", "-i https://own.example.org/"], "none", ["https://own.example.org/"]),
        ([], "beside", []),
    ],
)
def test_a_file_may_replace_the_indexes_of_pip(
    capture: Capture, lines: list[str], indexes: str, hosts: list[str]
) -> None:
    """As pip has it: `--index-url` stands instead of what is configured, `--no-index` forbids all of them."""
    environment = capture("requirements.txt", "\n".join(["numpy", *lines]))
    assert (environment.indexes, [one.secret for one in environment.index_urls]) == (indexes, hosts)
    assert environment.findings == ()


@pytest.mark.parametrize("value", ["https://example.org/simple", "--index-url https://example.org/simple"])
def test_a_variable_that_is_more_than_a_credential_is_filled_in(
    capture: Capture, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """A whole URL or option in a variable has no name to keep: pip's value counts at once."""
    monkeypatch.setenv("CONDASYNC_TEST_INDEX", value)
    option = "" if value.startswith("--") else "--index-url "
    environment = capture("requirements.txt", f"{option}${{CONDASYNC_TEST_INDEX}}\n")
    assert [one.secret for one in environment.index_urls] == ["https://example.org/simple"]


@pytest.mark.parametrize("option", ["--pre", "--prefer-binary", "--only-binary :all:", "--trusted-host example.org"])
def test_option_without_effect_is_told(capture: Capture, option: str) -> None:
    """An option that condasync accepts and does not use is a note with its line."""
    (finding,) = capture("requirements.txt", f"numpy\n{option}\n").findings
    assert (finding.code, finding.severity, finding.where) == ("option-ignored", "note", "requirements.txt:2")
    assert finding.text == f"{option.split(maxsplit=1)[0]} is accepted and changes nothing here"


def test_text_that_pip_ignores_is_told_but_not_repeated(capture: Capture) -> None:
    """Words after an option's value are ignored as pip does, with a warning that shows none of them."""
    findings = capture("requirements.txt", "numpy\n-i https://example.org/simple secret\n").findings
    assert [(one.code, one.severity) for one in findings] == [("text-ignored", "warning")]
    assert "secret" not in findings[0].text


def test_freeze_output_is_read(capture: Capture, write: Write) -> None:
    """The forms that `pip freeze` writes become a pip, an editable VCS and a local package, all requested."""
    write("work/mine/pyproject.toml", '[project]\nname = "mine"\nversion = "0.1"\n')
    text = (
        "certifi==2024.2.2\n"
        "-e git+https://example.org/o/tool.git@0123456789abcdef0123456789abcdef01234567#egg=tool\n"
        "# Editable install with no version control (mine==0.1)\n"
        "-e ./work/mine\n"
        "other @ file:///srv/other\n"
    )
    environment = capture("freeze.txt", text)
    assert [(type(one), one.name, one.version, one.requested) for one in environment.packages] == [
        (LocalPackage, "mine", "0.1", True),
        (LocalPackage, "other", None, True),
        (PipPackage, "certifi", "2024.2.2", True),
        (PipPackage, "tool", None, True),
    ]
