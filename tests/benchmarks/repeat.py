"""Twenty exports in a row: the same bytes, and no crash at the end of a process."""

from __future__ import annotations

from hashlib import sha256

from tests.benchmarks.material import Material
from tests.benchmarks.measure import once
from tests.benchmarks.report import Row, Section

TIMES = 20


def run(material: Material) -> Section:
    """Count exit codes other than 0, and different locks. Each run writes into an empty folder."""
    digests = [_digest(material, f"repeat-{at}") for at in range(TIMES)]
    bad, locks = digests.count(None), {one for one in digests if one is not None}
    return Section(
        title="Twenty runs in a row",
        about="A check, not a measurement.",
        command="condasync export -f environment.yml -c CHANNEL -o OUT --offline --solver rattler",
        rows=(
            Row(what="runs that did not end with exit code 0", measured=f"{bad} of {TIMES}", wanted="0", met=bad == 0),
            Row(what="different conda-lock.yml", measured=str(len(locks)), wanted="1", met=len(locks) == 1),
        ),
    )


def _digest(material: Material, out: str) -> str | None:
    """Return the digest of one run's lock, None when the run failed."""
    try:
        once(material.export(material.environment_yml(), out, "--solver", "rattler"))
    except RuntimeError:
        return None
    return sha256((material.folder(out) / "conda-lock.yml").read_bytes()).hexdigest()
