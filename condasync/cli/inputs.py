"""What `export` and `why` read before they start: settings, the environment, channels, adapters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from condasync import wiring
from condasync.channel.beside_lock import located_channels
from condasync.cli.progress import Display
from condasync.model.environment import Environment
from condasync.model.export import ExportQuestion, SystemScope
from condasync.model.solve import PinMode
from condasync.pipeline import Doors
from condasync.seams import SolverEngine
from condasync.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Hold the first values of a run."""

    environment: Environment
    question: ExportQuestion
    doors: Doors

    @classmethod
    def read(
        cls,
        settings: Settings,
        *,
        engine: SolverEngine,
        prefix: Path | None,
        files: Sequence[Path],
        channels: Sequence[str],
        platforms: Sequence[str],
        python: str | None,
        names: Path | None,
        offline: bool,
        shown: Display,
        cuda: str | None = None,
        virtual_packages: Sequence[str] = (),
        pin: PinMode = "relax",
        system: SystemScope = "needed",
    ) -> Inputs:
        """Return the inputs that the options name; capture happens here."""
        asked = wiring.subdirs_of(platforms)
        shown.tell("reading the environment")
        environment = wiring.captured(settings, prefix=prefix, files=files)
        subdirs = asked or wiring.subdirs_of(environment.platforms or ("linux-64",))
        stated = located_channels(environment.channels, [Path(one.path).parent for one in environment.inputs])
        found = wiring.channels_for(settings, stated, channels)
        question = ExportQuestion(
            platforms=subdirs,
            python=python,
            cuda=cuda,
            pin=pin,
            overrides=wiring.overrides_for(settings, virtual_packages, subdirs),
            channels=found,
            channels_from_command_line=bool(channels),
        )
        opened = wiring.open_channels(settings, found, offline=offline, downloaded=shown.downloaded)
        online = wiring.online_names(settings, found, offline=offline)
        wheels = wiring.wheels_for(settings, environment, offline=offline)
        doors = wiring.doors(settings, opened, online, wheels, engine=engine, names_file=names, system=system)
        return cls(environment=environment, question=question, doors=doors)
