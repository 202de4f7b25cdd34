"""Real packages, built from source against Debian's libraries.

Wanted: gcc, dpkg, libpq-dev, libmariadb-dev, libldap2-dev, libsasl2-dev, libgraphviz-dev, graphviz, libmagic1,
tesseract-ocr and a package index. What is not there is a reason to skip.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from condasync.capture.prefixes.detect import source_for_prefix
from condasync.model.package import LocalPackage, PipPackage, SystemPackage
from condasync.model.translation import System
from condasync.system.machine import Machine
from condasync.system.scan_cache import ScanCache
from condasync.system.stage import SystemAccount, system_libraries
from tests.conftest import MakeIndex, MakeRecord
from tests.system.conftest import leftovers

BUILT = ("psycopg2", "mysqlclient", "python-ldap", "pygraphviz")
WHEELS = ("numpy", "pandas", "pyarrow", "python-magic", "pytesseract")
HEADERS = ("postgresql/libpq-fe.h", "mariadb/mysql.h", "ldap.h", "sasl/sasl.h", "graphviz/cgraph.h")
NAMES = (
    ("libpq", "15.4"),
    ("mariadb-connector-c", "3.3.10"),
    ("openldap", "2.6.9"),
    ("graphviz", "9.0.0"),
    ("libmagic", "5.45"),
    ("tesseract", "5.3.4"),
)

pytestmark = pytest.mark.apt


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an environment with packages built here and wheels."""
    missing = [each for each in HEADERS if not (Path("/usr/include") / each).is_file()]
    missing += [each for each in ("gcc", "dpkg-query", "dot", "tesseract") if shutil.which(each) is None]
    if missing:
        pytest.skip(f"not on this machine: {', '.join(missing)}")
    prefix = tmp_path_factory.mktemp("debian") / "venv"
    subprocess.run([sys.executable, "-m", "venv", prefix], check=True)
    pip = [str(prefix / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*pip, "--no-binary", ",".join(BUILT), *BUILT, *WHEELS], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"pip could not build them: {done.stderr.decode(errors='replace')[-300:]}")
    return prefix


@pytest.fixture(scope="module")
def account(venv: Path, make_record: MakeRecord, make_index: MakeIndex) -> SystemAccount:
    """Return what the environment uses of the system; the channel's records are synthetic."""
    environment = source_for_prefix(venv).capture()
    packages = [one for one in environment.packages if isinstance(one, (PipPackage, LocalPackage))]
    return system_libraries(
        environment,
        leftovers(*packages),
        make_index([make_record(*name) for name in NAMES]),
        machine=Machine(programs=tuple(map(Path, os.environ["PATH"].split(os.pathsep)))),
        scope="all",
        cache=ScanCache(None),
    )


@pytest.mark.parametrize(
    ("user", "conda", "strength"),
    [
        ("psycopg2", "libpq", "linked"),
        ("mysqlclient", "mariadb-connector-c", "linked"),
        ("python-ldap", "openldap", "linked"),
        ("pygraphviz", "graphviz", "linked"),
        ("python-magic", "libmagic", "loaded"),
        ("pytesseract", "tesseract", "called"),
    ],
)
def test_package_gives_its_library_with_proof(account: SystemAccount, user: str, conda: str, strength: str) -> None:
    """Each owned by apt with a version, the use proved by a file that exists."""
    found = [
        (one.package, use)
        for one in account.outcomes
        if isinstance(one, System) and conda in {spec.name for spec in one.specs}
        for use in one.package.uses
        if use.by == user and use.strength == strength
    ]
    assert found
    for package, use in found:
        assert package.owner == "apt"
        assert package.version
        assert use.path is not None
        assert Path(use.path).exists()


def test_wheels_of_the_index_use_nothing_of_the_system(account: SystemAccount) -> None:
    """They bring their libraries, and their calls of gcc and xclip are no need."""
    packages = (one.package for one in account.outcomes)
    users = {use.by for package in packages if isinstance(package, SystemPackage) for use in package.uses}
    assert users == {*BUILT, "python-magic", "pytesseract"}
