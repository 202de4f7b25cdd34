"""Solve with libmambapy and nothing else."""

import json
import sys
from pathlib import Path

from libmambapy import solver, specs
from libmambapy.solver import libsolv


def main() -> None:
    """Solve the request that a file states and print the number of packages."""
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder = Path(request["channel"])
    alias = specs.CondaURL.parse("https://conda.anaconda.org")
    database = libsolv.Database(
        specs.ChannelResolveParams(
            platforms={"linux-64", "noarch"}, channel_alias=alias, home_dir="/", current_working_dir="/"
        )
    )
    for subdir in ("linux-64", "noarch"):
        repo = database.add_repo_from_repodata_json(
            path=str(folder / subdir / "repodata.json"), url=f"{folder.as_uri()}/{subdir}", channel_id="channel"
        )
        database.set_repo_priority(repo, libsolv.Priorities(priority=1, subpriority=0))
    virtual = [
        specs.PackageInfo(
            name=name,
            version=version,
            build_string=build,
            build_number=0,
            channel="@",
            platform="linux-64",
            filename=name,
        )
        for name, version, build in request["virtual_packages"]
    ]
    database.add_repo_from_packages(virtual, name="virtual")
    wanted = [*(name for name, _, _ in request["virtual_packages"]), *request["specs"]]
    jobs = [solver.Request.Install(specs.MatchSpec.parse(spec)) for spec in wanted]
    flags = solver.Request.Flags(strict_repo_priority=True)
    outcome = libsolv.Solver().solve(database, solver.Request(jobs, flags=flags))
    sys.stdout.write(f"{len(outcome.to_install()) - len(virtual)}\n")


main()
