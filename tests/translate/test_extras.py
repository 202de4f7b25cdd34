"""Extras: rows of the tables, packages that the channel names after them, and what stays unknown."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from condasync.model.package import PipPackage
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.translation import Mapped, Translation
from condasync.pypi.names_reviewed import ReviewedNames
from condasync.seams import ChannelIndex

MakeRecord = Callable[..., ChannelRecord]
MakeIndex = Callable[..., ChannelIndex]
MakePip = Callable[..., PipPackage]
Translate = Callable[..., Translation]

DASK_STACK = ("dask", "dask-core", "distributed", "numpy", "pandas", "pyarrow", "bokeh", "jinja2")
DASK_REQUIRES = (
    "click>=8.1",
    'numpy>=1.21; extra == "array"',
    'pandas>=2.0; extra == "dataframe"',
    'distributed==2024.5.0; extra == "distributed"',
    'bokeh>=2.4.2; extra == "diagnostics"',
    'dask[array,dataframe,distributed,diagnostics]; extra == "complete"',
    'pyarrow>=7.0; extra == "complete"',
)


def asked(name: str, specifier: str, *extras: str) -> PipRequirement:
    """Return a listed requirement with extras."""
    return PipRequirement(name=name, specifier=specifier, extras=extras, where="requirements.txt:3")


def specs_of(result: Translation) -> tuple[CondaSpec, ...]:
    """Return the specs of the first outcome."""
    outcome = result.outcomes[0]
    assert isinstance(outcome, Mapped)
    return outcome.specs


@pytest.mark.parametrize(
    ("extras", "specs"),
    [
        ((), (CondaSpec(name="dask-core", version=">=2024"),)),
        (("complete",), (CondaSpec(name="dask", version=">=2024"),)),
        (("array",), (CondaSpec(name="dask-core", version=">=2024"), CondaSpec(name="numpy"))),
        (
            ("array", "distributed"),
            (CondaSpec(name="dask-core", version=">=2024"), CondaSpec(name="numpy"), CondaSpec(name="distributed")),
        ),
    ],
)
def test_listed_dask(
    extras: tuple[str, ...],
    specs: tuple[CondaSpec, ...],
    make_pip: MakePip,
    make_index: MakeIndex,
    translated: Translate,
) -> None:
    """`dask` is dask-core, `dask[complete]` is dask; other extras add their packages, without the version."""
    result = translated(
        make_pip("dask", asked("dask", ">=2024", *extras)), index=make_index(*DASK_STACK), names=(ReviewedNames(),)
    )
    assert specs_of(result) == specs
    assert result.findings == ()


@pytest.mark.parametrize(
    ("beside", "conda_name"),
    [
        (("numpy", "pandas", "distributed", "bokeh", "pyarrow"), "dask"),
        (("numpy", "pandas", "distributed", "bokeh"), "dask-core"),
        (("numpy",), "dask-core"),
        ((), "dask-core"),
    ],
)
def test_installed_dask(
    beside: tuple[str, ...], conda_name: str, make_pip: MakePip, make_index: MakeIndex, translated: Translate
) -> None:
    """An installed dask is conda's dask when all that its complete extra asks for is installed, else dask-core."""
    packages = [make_pip("dask", version="2024.5.0", requires=DASK_REQUIRES)]
    packages += [make_pip(name, version="1.0") for name in beside]
    result = translated(*packages, index=make_index(*DASK_STACK), names=(ReviewedNames(),))
    assert specs_of(result) == (CondaSpec(name=conda_name),)


def test_the_channel_names_packages_after_extras(
    make_record: MakeRecord, make_pip: MakePip, make_index: MakeIndex, translated: Translate
) -> None:
    """`uvicorn-standard` and `jsonschema-with-format` depend on the base package in their own version."""
    index = make_index(
        make_record("uvicorn-standard", "0.30", noarch="generic", depends=("uvicorn 0.30 pyh_0", "httptools")),
        make_record("jsonschema-with-format", "4.0", noarch="generic", depends=("jsonschema >=4.0,<4.0.1", "idna")),
        "uvicorn",
        "jsonschema",
    )
    result = translated(
        make_pip("uvicorn", asked("uvicorn", ">=0.30", "standard")),
        make_pip("jsonschema", asked("jsonschema", ">=4", "format")),
        index=index,
    )
    assert [outcome.specs for outcome in result.outcomes if isinstance(outcome, Mapped)] == [
        (CondaSpec(name="uvicorn-standard", version=">=0.30"),),
        (CondaSpec(name="jsonschema-with-format", version=">=4"),),
    ]
    assert result.outcomes[0].evidence[-1].detail.startswith("uvicorn[standard] -> uvicorn-standard")


def test_a_plugin_is_no_extra_of_its_base(
    make_record: MakeRecord, make_pip: MakePip, make_index: MakeIndex, translated: Translate
) -> None:
    """`thing-s3` has versions of its own: the base's version would be wrong for it."""
    index = make_index("thing", make_record("thing-s3", "3.2", depends=("thing >=3.60", "python >=3.9")))
    result = translated(make_pip("thing", asked("thing", ">=3.60", "s3")), index=index)
    assert specs_of(result) == (CondaSpec(name="thing", version=">=3.60"),)
    assert "extras-not-expanded" in [finding.code for finding in result.findings]


def test_unknown_extras_keep_the_base_and_are_told(
    make_pip: MakePip, make_index: MakeIndex, translated: Translate
) -> None:
    """Known extras are served, unknown ones named with their place; the base package stays."""
    package = make_pip("dask", asked("dask", ">=2024", "array", "nonsense"))
    result = translated(package, index=make_index(*DASK_STACK), names=(ReviewedNames(),))
    assert specs_of(result) == (CondaSpec(name="dask-core", version=">=2024"), CondaSpec(name="numpy"))
    (finding,) = result.findings
    assert (finding.code, finding.package, finding.where) == ("extras-not-expanded", "dask", "requirements.txt:3")
    assert "[nonsense]" in finding.text


def test_a_row_whose_packages_the_channel_lacks_is_not_used(
    make_pip: MakePip, make_index: MakeIndex, translated: Translate
) -> None:
    """`dask[complete]` on a channel without dask leaves dask-core and says that the extra is missing."""
    result = translated(
        make_pip("dask", asked("dask", "", "complete")), index=make_index("dask-core"), names=(ReviewedNames(),)
    )
    assert specs_of(result) == (CondaSpec(name="dask-core"),)
    assert [finding.code for finding in result.findings] == ["extras-not-expanded"]
