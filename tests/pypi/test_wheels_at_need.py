"""A source of wheels that is made at the first question."""

from __future__ import annotations

from condasync.model.finding import Finding
from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Reason
from condasync.model.wheel import DistributionMetadata, Wheel
from condasync.pypi.wheels_at_need import WheelsAtNeed

TARGET = Target(subdir="linux-64", python="3.12", virtual_packages=())
NOTE = Finding(code="index-unreachable", severity="note", text="asked")


class Empty:
    """Find nothing, and say so."""

    def __init__(self) -> None:
        self.questions = 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return one finding."""
        return (NOTE,)

    def find(self, requirement: PipRequirement, target: Target, *, near: str | None = None) -> Wheel | Reason:
        """Return what was asked as the reason."""
        return Reason(code="no-wheel", text=f"{requirement.name} {target.python} {near}")

    def metadata(
        self, requirement: PipRequirement, target: Target, *, near: str | None = None
    ) -> DistributionMetadata | Reason:
        """Return what was asked as the reason."""
        self.questions += 1
        return Reason(code="no-metadata", text=f"{requirement.name} {target.python} {near}")


def test_the_source_is_made_once_and_only_when_asked() -> None:
    """Prove that findings need no source, and that questions reach one source unchanged."""
    made: list[Empty] = []

    def make() -> Empty:
        made.append(Empty())
        return made[-1]

    wheels = WheelsAtNeed(make)
    assert not wheels.findings
    assert made == []
    answers = [wheels.find(PipRequirement(name=name), TARGET, near="1.0") for name in ("a", "b")]
    assert answers == [Reason(code="no-wheel", text="a 3.12 1.0"), Reason(code="no-wheel", text="b 3.12 1.0")]
    assert len(made) == 1
    assert wheels.findings == (NOTE,)


def test_a_question_about_metadata_is_asked_once() -> None:
    """Prove that the same question gets the same answer without asking again, and another one its own."""
    empty = Empty()
    wheels = WheelsAtNeed(lambda: empty)
    for near in ("1.0", "1.0", None):
        answer = wheels.metadata(PipRequirement(name="a"), TARGET, near=near)
        assert answer == Reason(code="no-metadata", text=f"a 3.12 {near}")
    assert empty.questions == 2
