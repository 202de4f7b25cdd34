"""What earlier answers tell of a request, and what must be solved all the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from condasync.convert.matchspec import parse_spec
from condasync.model.record import ChannelRecord
from condasync.model.solve import Answer, RequestedSpec, Solution, SolveRequest, Unsolvable
from condasync.solve.nearest.refute import Refuted
from condasync.solve.nearest.remembered import Remembered

MakeRecord = Callable[..., ChannelRecord]


@dataclass(slots=True)
class Counted:
    """Answer every request with the same answer; remembers what was asked."""

    answer: Answer
    asked: list[SolveRequest] = field(default_factory=list)

    def __call__(self, request: SolveRequest) -> Answer:
        """Return the answer."""
        self.asked.append(request)
        return self.answer


def request(*texts: str, because: str = "captured") -> SolveRequest:
    """Return a request for specs."""
    return SolveRequest(specs=tuple(RequestedSpec(spec=parse_spec(text), because=because) for text in texts))


def unknown(_: Sequence[RequestedSpec]) -> Refuted | None:
    """Refute nothing."""
    return None


def test_what_the_records_refute_is_not_solved() -> None:
    """The account of the refutation is the answer's explanation."""
    engine = Counted(Solution(records=()))
    answer = Remembered(engine).some(request("a"), lambda _: Refuted(names=("a",), because=("a 1 needs b",)))
    assert answer == Unsolvable(explanation="a 1 needs b")
    assert engine.asked == []


def test_an_equal_request_is_solved_once() -> None:
    """Neither the order nor the reasons of the specs make a request another one."""
    engine = Counted(Solution(records=()))
    remembered = Remembered(engine)
    assert remembered(request("a", "b")) == remembered(request("b", "a", because="wheel x needs it"))
    assert len(engine.asked) == 1


def test_preferred_records_make_another_request(make_record: MakeRecord) -> None:
    """What is preferred decides the answer, and may be in it without being on a channel."""
    engine = Counted(Solution(records=(make_record("a", "1"),)))
    remembered = Remembered(engine)
    remembered(request("a"))
    remembered.some(replace(request("a"), preferred=(make_record("a", "1"),)), unknown)
    assert len(engine.asked) == 2


def test_a_solution_that_meets_every_spec_is_an_answer(make_record: MakeRecord) -> None:
    """A known solution serves for what it meets; what it does not have or not meet is solved."""
    solution = Solution(records=(make_record("a", "1.5"), make_record("b", "2")))
    engine = Counted(solution)
    remembered = Remembered(engine)
    remembered(request("a", "b"))
    assert remembered.some(request("a 1.*"), unknown) is solution
    assert len(engine.asked) == 1
    remembered.some(request("a 2.*"), unknown)
    remembered.some(request("c"), unknown)
    assert len(engine.asked) == 3


def test_more_specs_do_not_make_a_request_solvable() -> None:
    """What holds no solution holds none with more specs; with fewer the engine is asked."""
    engine = Counted(Unsolvable(explanation="a and b clash"))
    remembered = Remembered(engine)
    remembered(request("a", "b"))
    assert isinstance(remembered.some(request("a", "b", "c"), unknown), Unsolvable)
    assert len(engine.asked) == 1
    remembered.some(request("a"), unknown)
    assert len(engine.asked) == 2


def test_a_spec_with_a_channel_opens_other_records(make_record: MakeRecord) -> None:
    """With strict priority a named channel lets in records that the same request without it cannot have."""
    engine = Counted(Solution(records=(make_record("a", "1"),)))
    remembered = Remembered(engine)
    remembered(request("other::a"))
    remembered.some(request("a"), unknown)
    assert len(engine.asked) == 2
