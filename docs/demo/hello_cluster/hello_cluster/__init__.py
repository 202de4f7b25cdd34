"""Count words on a Dask cluster."""

import dask.dataframe as dd
import pandas as pd


def count(words: list[str]) -> dict[str, int]:
    """Return how often each word occurs."""
    frame = dd.from_pandas(pd.DataFrame({"word": words}), npartitions=2)
    return frame.word.value_counts().compute().to_dict()


def main() -> None:
    """Count a few words."""
    print(count(["to", "be", "or", "not", "to", "be"]))  # noqa: T201 - this is its output
