"""The four outputs of `conda list`, and mamba's table."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from condasync.capture.files.conda_url import channel_of
from condasync.model.environment import Environment
from condasync.model.package import CondaPackage, LocalPackage, PipPackage
from condasync.model.spec import CondaSpec, PipRequirement

Capture = Callable[..., Environment]

TABLE = """\
# packages in environment at /opt/env:
#
# Name                    Version                   Build  Channel
_libgcc_mutex             0.1                 conda_forge    conda-forge
numpy                     1.26.4          py311h64a7726_0    conda-forge
python                    3.11.7          hab00c5b_1_cpython    conda-forge
absl-py                   2.1.0                    pypi_0    pypi
mytool                    0.2.dev1                  dev_0    <develop>
openssl                   3.0.13               h7f8727e_0
"""
MAMBA = """\
List of packages in environment: "/opt/env"

  Name       Version  Build               Channel
────────────────────────────────────────────────────
  numpy      1.26.4   py311h64a7726_0     conda-forge
  absl-py    2.1.0    pypi_0              pypi
"""
EXPORT = """\
# This file may be used to create an environment using:
# $ conda create --name <env> --file <this file>
# platform: osx-arm64
# created-by: conda 24.11.0
absl-py=2.1.0=pypi_0
numpy=1.26.4=py311h7125741_0
python=3.11.7=hdf0ec26_1_cpython
"""
EXPLICIT = """\
# platform: linux-64
@EXPLICIT
https://conda.anaconda.org/conda-forge/linux-64/numpy-1.26.4-py311h64a7726_0.conda#a502d7aad449a1206efb366d6a12c52d
https://conda.anaconda.org/conda-forge/label/dev/noarch/tqdm-4.66.1-pyhd8ed1ab_0.tar.bz2
https://conda.anaconda.org/t/secret-token/private/linux-64/ca-certificates-2024.2.2-hbcca054_0.conda
https://repo.anaconda.com/pkgs/main/linux-64/zlib-1.2.13-h5eee18b_0.conda
https://me:secret@example.org/ch/linux-64/abc-1.0-0.conda
/srv/pkgs/linux-64/def-2.0-h1_0.conda
# pip tool @ https://example.org/tool-1.0-py3-none-any.whl --hash=sha256:aa
"""


def _conda(environment: Environment) -> list[tuple[str, str | None, str | None, str | None, str | None]]:
    return [
        (one.name, one.version, one.build, one.channel, one.subdir)
        for one in environment.packages
        if isinstance(one, CondaPackage)
    ]


def test_table(capture: Capture) -> None:
    """Rows become conda packages; pip's rows pip packages; `<develop>` rows local ones; python the interpreter."""
    environment = capture("list.txt", TABLE)
    assert _conda(environment) == [
        ("_libgcc_mutex", "0.1", "conda_forge", "conda-forge", None),
        ("numpy", "1.26.4", "py311h64a7726_0", "conda-forge", None),
        ("openssl", "3.0.13", "h7f8727e_0", None, None),
        ("python", "3.11.7", "hab00c5b_1_cpython", "conda-forge", None),
    ]
    assert environment.packages[4:] == (
        LocalPackage(name="mytool", version="0.2.dev1", path="<develop>", editable=True, where="list.txt:8"),
        PipPackage(
            name="absl-py",
            version="2.1.0",
            requested=True,
            requirements=(PipRequirement(name="absl-py", specifier="==2.1.0", where="list.txt:7"),),
        ),
    )
    assert (environment.python, environment.channels) == ("3.11.7", ("conda-forge",))


def test_row_is_a_request_for_its_version(capture: Capture) -> None:
    """A row asks for its version on any platform; the build stands beside it, not in the spec."""
    package = capture("list.txt", TABLE).packages[1]
    assert isinstance(package, CondaPackage)
    assert (package.specs, package.where) == ((CondaSpec(name="numpy", version="==1.26.4"),), "list.txt:5")


def test_table_of_mamba(capture: Capture) -> None:
    """The table of mamba has another head and a rule, and the same rows."""
    environment = capture("list.txt", MAMBA)
    assert [(type(one), one.name) for one in environment.packages] == [(CondaPackage, "numpy"), (PipPackage, "absl-py")]


def test_old_table_marks_pip_rows_by_build(capture: Capture) -> None:
    """Old conda wrote `<pip>` where the build stands."""
    environment = capture("list.txt", "# packages in environment at /opt/env:\n#\nabsl-py   2.1.0   <pip>\n")
    assert [(type(one), one.name) for one in environment.packages] == [(PipPackage, "absl-py")]


def test_size_column_is_ignored(capture: Capture) -> None:
    """Columns behind the channel change nothing."""
    text = "# Name  Version  Build  Channel  Size\nnumpy  1.26.4  py311_0  conda-forge  7MB\n"
    assert _conda(capture("list.txt", text)) == [("numpy", "1.26.4", "py311_0", "conda-forge", None)]


def test_export(capture: Capture) -> None:
    """`--export` states name, version and build; the platform stands in its head."""
    environment = capture("package-list.txt", EXPORT)
    assert _conda(environment) == [
        ("numpy", "1.26.4", "py311h7125741_0", None, None),
        ("python", "3.11.7", "hdf0ec26_1_cpython", None, None),
    ]
    assert isinstance(environment.packages[2], PipPackage)
    assert (environment.platform, environment.python) == ("osx-arm64", "3.11.7")


def test_export_row_with_channel_or_without_build(capture: Capture) -> None:
    """`channel::name=version=build` and `name=version` are read, too."""
    environment = capture("package-list.txt", "conda-forge::numpy=1.26.4=py311_0\nscipy=1.11.4\n")
    assert _conda(environment) == [
        ("numpy", "1.26.4", "py311_0", "conda-forge", None),
        ("scipy", "1.11.4", None, None, None),
    ]


def test_explicit(capture: Capture) -> None:
    """URLs state name, version, build, subdir and channel; no credential of a URL is kept."""
    environment = capture("spec.txt", EXPLICIT)
    assert _conda(environment) == [
        ("abc", "1.0", "0", "https://example.org/ch", "linux-64"),
        ("ca-certificates", "2024.2.2", "hbcca054_0", "private", "linux-64"),
        ("def", "2.0", "h1_0", None, "linux-64"),
        ("numpy", "1.26.4", "py311h64a7726_0", "conda-forge", "linux-64"),
        ("tqdm", "4.66.1", "pyhd8ed1ab_0", "conda-forge/label/dev", "noarch"),
        ("zlib", "1.2.13", "h5eee18b_0", "defaults", "linux-64"),
    ]
    assert environment.platform == "linux-64"
    assert "secret" not in repr(environment)


def test_pip_comments_of_an_explicit_file_are_packages(capture: Capture) -> None:
    """conda-lock writes the pip rows of an explicit file as `# pip` comments: they are not lost."""
    package = capture("spec.txt", EXPLICIT).packages[-1]
    assert isinstance(package, PipPackage)
    assert (package.name, package.version, package.requirements[0].hashes) == ("tool", "1.0", ("sha256:aa",))


@pytest.mark.parametrize(
    ("base", "name"),
    [
        ("https://conda.anaconda.org/conda-forge", "conda-forge"),
        ("https://repo.anaconda.com/pkgs/r", "defaults"),
        ("https://repo.continuum.io/pkgs/main", "defaults"),
        ("https://example.org/t/token/ch", "https://example.org/ch"),
        ("file:///srv/channel", "file:///srv/channel"),
    ],
)
def test_channel_of_a_url(base: str, name: str) -> None:
    """Known hosts give the channel's usual name, others the URL without credentials."""
    assert channel_of(base) == name


def test_json(capture: Capture) -> None:
    """`--json` states every field; pip's rows have the platform and channel pypi."""
    numpy = {"name": "numpy", "version": "1.26.4", "build_string": "py311_0", "build_number": 0}
    numpy |= {"channel": "conda-forge", "platform": "osx-64", "dist_name": "numpy-1.26.4-py311_0"}
    tqdm = {"name": "tqdm", "version": "4.66.1", "build_string": "pyhd8ed1ab_0"}
    tqdm |= {"channel": "conda-forge", "platform": "noarch"}
    rows = [
        numpy,
        tqdm,
        {"name": "absl-py", "version": "2.1.0", "build_string": "pypi_0", "channel": "pypi", "platform": "pypi"},
        {"name": "odd", "version": "0+unknown.odd", "channel": "pypi", "platform": "pypi"},
        {"name": "older", "version": "2004d", "channel": "pypi"},
    ]
    environment = capture("list.json", json.dumps(rows))
    assert _conda(environment) == [
        ("numpy", "1.26.4", "py311_0", "conda-forge", "osx-64"),
        ("tqdm", "4.66.1", "pyhd8ed1ab_0", "conda-forge", "noarch"),
    ]
    assert [(one.name, one.version) for one in environment.packages if isinstance(one, PipPackage)] == [
        ("absl-py", "2.1.0"),
        ("odd", "0+unknown.odd"),
        ("older", "2004d"),
    ]
    assert (environment.platform, environment.channels) == ("osx-64", ("conda-forge",))
