"""Build a recipe with rattler-build from local channels only; a process of its own, as its runtime may not end well."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

import rattler_build

VARIANTS = "python:\n  - '{python}'\n"


def main(recipe: str, output: str, channel: str, python: str) -> int:
    """Build and return 0, or tell why not."""
    variants = rattler_build.VariantConfig.from_yaml(VARIANTS.format(python=python))
    results = rattler_build.Stage0Recipe.from_file(recipe).run_build(
        variant_config=variants, output_dir=output, channels=[Path(channel).resolve().as_uri()], no_build_id=True
    )
    for result in results:
        for package in result.packages:
            sys.stdout.write(f"{package}\n")
    return 0


if __name__ == "__main__":
    code = 1
    try:
        code = main(*sys.argv[1:])
    except Exception:  # noqa: BLE001 - the process must leave by os._exit
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
