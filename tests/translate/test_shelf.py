"""Questions about the names of an index: spellings, what counts as a Python package, which channel is meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from condasync.model.record import ChannelRecord
from condasync.seams import ChannelIndex
from condasync.translate.shelf import Shelf

MakeRecord = Callable[..., ChannelRecord]
MakeIndex = Callable[..., ChannelIndex]


def generic(make_record: MakeRecord, name: str, *depends: str) -> ChannelRecord:
    """Return a package without files that only depends on others."""
    return make_record(name, noarch="generic", depends=depends)


@pytest.mark.parametrize(
    ("pypi_name", "spelled"),
    [
        ("scikit-learn", ("scikit-learn",)),
        ("opt-einsum", ("opt_einsum",)),
        ("ruamel-yaml", ("ruamel.yaml",)),
        ("ruamel-yaml-clib", ("ruamel.yaml.clib",)),
        ("numpy", ()),
    ],
)
def test_spellings(pypi_name: str, spelled: tuple[str, ...], make_index: MakeIndex) -> None:
    """A PyPI name finds its conda spelling with `-`, `_` or `.`, mixed ones too."""
    shelf = Shelf(make_index("scikit-learn", "opt_einsum", "ruamel.yaml", "ruamel.yaml.clib"))
    assert shelf.spellings(pypi_name) == spelled


def test_the_likeliest_spelling_comes_first(make_record: MakeRecord, make_index: MakeIndex) -> None:
    """Python packages come first, then the name with more records: the other is an alias of former days."""
    shelf = Shelf(
        make_index(
            make_record("a_library", depends=()),
            "a-library",
            "sphinx-rtd-theme",
            make_record("sphinx_rtd_theme", "1.0"),
            make_record("sphinx_rtd_theme", "2.0"),
        )
    )
    assert shelf.spellings("a-library") == ("a-library", "a_library")
    assert shelf.spellings("sphinx-rtd-theme") == ("sphinx_rtd_theme", "sphinx-rtd-theme")


def test_a_metapackage_of_a_python_family_is_a_python_package(make_record: MakeRecord, make_index: MakeIndex) -> None:
    """`fastapi` has no files but depends on `fastapi-core`; `jsonschema-with-format` depends on `jsonschema`."""
    shelf = Shelf(
        make_index(
            generic(make_record, "fastapi", "fastapi-core ==1.0", "httpx"),
            generic(make_record, "typing-extensions", "typing_extensions ==1.0"),
            generic(make_record, "jsonschema-with-format", "jsonschema >=1.0,<1.1", "idna"),
            "fastapi-core",
            "typing_extensions",
            "jsonschema",
            "httpx",
            "idna",
        )
    )
    assert all(shelf.is_python(name) for name in ("fastapi", "typing-extensions", "jsonschema-with-format"))


def test_other_metapackages_are_none(make_record: MakeRecord, make_index: MakeIndex) -> None:
    """A package without files is no Python package because of any dependency, and a circle of them ends."""
    shelf = Shelf(
        make_index(
            generic(make_record, "tzdata"),
            generic(make_record, "compilers", "pip", "gcc"),
            generic(make_record, "ring", "ring-base"),
            generic(make_record, "ring-base", "ring"),
            "pip",
        )
    )
    assert not any(shelf.is_python(name) for name in ("tzdata", "compilers", "ring", "ring-base", "absent"))


def test_one_python_record_among_others_counts(make_record: MakeRecord, make_index: MakeIndex) -> None:
    """A name stays a Python package when its newer builds are self-contained programs."""
    shelf = Shelf(make_index(make_record("ty", "0.1"), make_record("ty", "0.2", depends=("libgcc >=14",))))
    assert shelf.is_python("ty")


def test_a_channel_is_known_by_name_and_url(make_index: MakeIndex) -> None:
    """A spec may name the channel in use by its name or its URL."""
    shelf = Shelf(make_index())
    assert shelf.channel_called("conda-forge") == "conda-forge"
    assert shelf.channel_called("https://example.org/conda-forge/") == "conda-forge"
    assert shelf.channel_called("bioconda") is None
    assert shelf.channel_called(None) is None
