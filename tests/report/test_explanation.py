"""Conflicts are told in a few plain lines, whichever engine found them."""

from __future__ import annotations

import pytest
from rich.console import Console

from condasync.model.package import PipPackage
from condasync.model.solve import Conflict, ConflictStep, Solution, Unsolvable
from condasync.model.spec import CondaSpec
from condasync.model.translation import Mapped
from condasync.report.explanation import conflict_hints, conflicts_of, explanation, names_as_installed
from condasync.report.spec_words import label_words, requirement_words


def conflict(packages: str, *steps: tuple[str, str, str | None], fits: tuple[str, ...] = ()) -> Conflict:
    """Return a conflict; a step is (package, requires, found)."""
    chain = tuple(ConflictStep(package=who, requires=what, found=found) for who, what, found in steps)
    return Conflict(packages=tuple(packages.split()), chain=chain, fits=fits)


PAIR = conflict(
    "dask-core distributed",
    ("request", "dask-core ==2022.1.1", "dask-core 2022.1.1"),
    ("request", "distributed ==2022.5.1", "distributed 2022.5.1"),
    ("distributed 2022.5.1", "dask-core 2022.5.1.*", "dask-core 2022.5.1"),
    fits=("dask-core ==2022.5.1", "distributed ==2022.1.1"),
)
LIBRARY = conflict(
    "fiona gdal",
    ("request", "fiona ==1.9.5", "fiona 1.9.5"),
    ("fiona 1.9.5", "libgdal >=3.7.2,<3.8.0a0|>=3.8.0,<3.9.0a0", "libgdal 3.7.2|3.7.3|...|3.8.5"),
    ("request", "gdal ==3.4.3", "gdal 3.4.3"),
    ("gdal 3.4.3", "libgdal 3.4.3 h56144a5_0", "libgdal 3.4.3"),
)
TEXTS: dict[str, tuple[Conflict, str]] = {
    "a pair": (PAIR, "distributed 2022.5.1 needs dask-core 2022.5.1, you have dask-core 2022.1.1"),
    "a pair as libmamba tells it, once for each side": (
        conflict(
            "dask-core distributed",
            ("request", "dask-core ==2022.1.1", "dask-core 2022.1.1"),
            ("request", "distributed", "distributed 2022.5.1"),
            ("distributed 2022.5.1", "dask-core 2022.5.1.*", "dask-core 2022.5.1"),
            ("request", "distributed", "distributed 2022.5.1"),
            ("distributed 2022.5.1", "dask-core 2022.5.1.*", "dask-core 2022.5.1"),
        ),
        "distributed 2022.5.1 needs dask-core 2022.5.1, you have dask-core 2022.1.1",
    ),
    "a listed range": (
        conflict(
            "numba numpy",
            ("request", "numpy >=2", "numpy 2.0|2.1"),
            ("request", "numba", "numba 0.58"),
            ("numba 0.58", "numpy <1.27.0a0", "numpy 1.25|1.26"),
        ),
        "numba 0.58 needs numpy <1.27, you ask for numpy >=2",
    ),
    "a library between": (
        LIBRARY,
        (
            "fiona 1.9.5 and gdal 3.4.3 do not go together:\n"
            "  fiona 1.9.5 needs libgdal >=3.7.2,<3.8 or >=3.8.0,<3.9\n"
            "  gdal 3.4.3 needs libgdal 3.4.3 h56144a5_0"
        ),
    ),
    "a missing version": (
        conflict("altair", ("request", "altair ==4.2.2", None), fits=("altair ==4.2.1", "altair ==5.0.0")),
        "not on the channels: altair 4.2.2 (nearest: 4.2.1 and 5.0.0)",
    ),
    "a missing requirement": (
        conflict("a", ("request", "a", "a 1.0"), ("a 1.0", "b >=2", None)),
        "a 1.0 needs b >=2, which the channels do not have",
    ),
    "a missing build": (
        conflict(
            "python scipy",
            ("request", "scipy ==1.7.0", "scipy 1.7.0"),
            ("scipy 1.7.0", "python 3.8.*|3.9.*", "python 3.8|3.9"),
            ("request", "python 3.12.*", "python 3.12"),
            fits=("scipy ==1.11.2",),
        ),
        "not built for this Python: scipy 1.7.0 needs Python 3.8 or 3.9, you ask for Python 3.12 (nearest: 1.11.2)",
    ),
    "an old C library": (
        conflict("new", ("request", "new", "new 1.0"), ("new 1.0", "__glibc >=2.28,<3.0.a0", "__glibc 2.17")),
        "new 1.0 needs __glibc >=2.28,<3, the target has __glibc 2.17",
    ),
    "no CUDA": (
        conflict("gpu", ("request", "gpu", "gpu 1.0"), ("gpu 1.0", "__cuda", None)),
        "gpu 1.0 needs __cuda, which the target does not have",
    ),
    "one request, several steps": (
        conflict(
            "flask python",
            ("request", "flask ==2.2.5", "flask 2.2.5"),
            ("flask 2.2.5", "celery >=5.2.7", "celery 5.3.6|5.4.0"),
            ("celery 5.3.6|5.4.0", "python 3.11.*|3.12.*", "python 3.11|3.12"),
            ("request", "python 3.10.*", "python 3.10"),
        ),
        (
            "flask 2.2.5 and Python 3.10 do not go together:\n"
            "  flask 2.2.5 needs celery >=5.2.7\n"
            "  celery 5.3.6, 5.4.0 needs Python 3.11 or 3.12, you ask for Python 3.10"
        ),
    ),
    "requests whose reason is not known": (
        conflict("x z", ("request", "x", "x 1.0"), ("request", "z >=2", "z 2.0")),
        "x 1.0 and z >=2 do not go together",
    ),
    "two requests for one name": (
        conflict("x", ("request", "x <2", "x 1.0"), ("request", "x >=2", "x 2.0")),
        "x <2 and x >=2 do not go together",
    ),
}


@pytest.mark.parametrize("case", TEXTS)
def test_each_kind_in_words(case: str) -> None:
    """One line where a pair clashes, one per requirement else; nothing that only solvers need."""
    told, text = TEXTS[case]
    assert explanation([told]).plain == text


def test_names_as_installed() -> None:
    """Who installed dask learns what dask-core is."""
    text = explanation([PAIR], {"dask-core": "dask", "numpy-base": "numpy"}).plain
    assert text.splitlines()[1:] == ["(dask-core is the conda package of dask)"]


def test_many_conflicts_stay_short() -> None:
    """What clashes comes first; long lists are cut and say by how much."""
    missing = [conflict(f"p{number}", ("request", f"p{number} ==1", None)) for number in range(100)]
    clashing = [
        conflict(f"a{number} b", ("request", "b ==1", "b 1"), (f"a{number} 1", "b 2", "b 2")) for number in range(20)
    ]
    lines = explanation([*missing, *clashing]).plain.splitlines()
    assert lines[0] == "a0 1 needs b 2, you have b 1"
    assert lines[12] == "... and 8 more clashes; --json lists all"
    assert lines[13] == "not on the channels (100):"
    assert lines[-1] == "  ... and 92 more; --json lists all"
    assert len(lines) == 23


def test_long_chain_is_cut() -> None:
    """A conflict of very many requirements takes a bounded number of lines."""
    steps = [(f"a{number} 1", f"a{number + 1} 1", f"a{number + 1} 1") for number in range(30)]
    lines = explanation([conflict("a0 z", ("request", "a0", "a0 1"), *steps)]).plain.splitlines()
    assert len(lines) == 10
    assert lines[-1] == "  ... and 22 more requirements"


def test_colour_only_on_a_terminal() -> None:
    """The same text has colours on a terminal and none elsewhere."""
    for terminal in (True, False):
        console = Console(force_terminal=terminal, color_system="standard" if terminal else None, width=200)
        with console.capture() as shown:
            console.print(explanation([PAIR]))
        assert ("\x1b[" in shown.get()) is terminal
        assert "dask-core 2022.5.1" in shown.get()


def test_hints_name_what_to_loosen() -> None:
    """One conflict gets the versions that would end it; of many the way out is the same for all."""
    relax = "--pin relax finds the nearest environment that works"
    assert conflict_hints([PAIR], exact=True) == (relax, "ask for dask-core 2022.5.1 or distributed 2022.1.1")
    assert conflict_hints([PAIR, LIBRARY], exact=True) == (relax,)
    assert conflict_hints([LIBRARY], exact=True) == (relax,)
    assert conflict_hints([PAIR], exact=False) == ("ask for dask-core 2022.5.1 or distributed 2022.1.1",)
    assert conflict_hints([LIBRARY], exact=False) == (
        "loosen what clashes in the inputs, or name another Python with --python",
    )


def test_conflicts_of_an_answer() -> None:
    """A solution has none."""
    assert conflicts_of(Unsolvable(explanation="", conflicts=(PAIR,))) == (PAIR,)
    assert conflicts_of(Solution(records=())) == ()


def test_names_that_differ_by_more_than_spelling() -> None:
    """Only what conda-forge calls otherwise needs a word."""
    outcomes = [
        Mapped(
            package=PipPackage(name=name, version="1", requested=True),
            specs=tuple(CondaSpec(name=conda) for conda in conda_names),
        )
        for name, *conda_names in (("dask", "dask-core"), ("ruamel.yaml", "ruamel.yaml"), ("Jinja2", "jinja2"))
    ]
    assert names_as_installed(outcomes) == {"dask-core": "dask"}


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("numpy", "numpy"),
        ("numpy ==1.26.4", "numpy 1.26.4"),
        ("numpy 1.26.*", "numpy 1.26"),
        ("libgdal >=3.7.2,<3.8.0a0", "libgdal >=3.7.2,<3.8"),
        ("x <1.0.0a0", "x <1.0"),
        ("x <2a0", "x <2"),
        ("x >=1.0a0", "x >=1.0a0"),
        ("x !=1.4.*", "x !=1.4.*"),
        ("b >=1,<2|>=3,<4|...|>=9", "b >=1,<2 or >=3,<4 ... >=9"),
        ("python 3.9.*|3.10.*", "Python 3.9 or 3.10"),
        ("python", "Python"),
        ("python_abi 3.9.* *_cp39", "python_abi 3.9 *_cp39"),
        ("conda-forge::numpy ==1", "conda-forge::numpy 1"),
    ],
)
def test_requirements_in_words(spec: str, words: str) -> None:
    """What stays is what a person would say, and it means the same."""
    assert requirement_words(spec) == words


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("scipy 1.9.0|1.9.1", "scipy 1.9.0, 1.9.1"),
        ("scipy 1.7|1.8|...|1.11", "scipy 1.7 ... 1.11"),
        ("llvmlite 0.41.1 (some builds)", "llvmlite 0.41.1 (some builds)"),
        ("python 3.9|3.10", "Python 3.9, 3.10"),
        ("scipy", "scipy"),
    ],
)
def test_versions_in_words(label: str, words: str) -> None:
    """Several versions are a list, or the ends of one."""
    assert label_words(label) == words
