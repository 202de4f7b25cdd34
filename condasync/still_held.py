"""An unchanged lock needs no solve: its records are the answer where they still meet what is asked, by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from condasync.convert.match import record_matches
from condasync.convert.matchspec import parse_spec
from condasync.engine_check import Checked, check_solution
from condasync.model.export import ExportQuestion
from condasync.model.record import ChannelRecord, RepodataFile
from condasync.model.solve import Answer, Solution, SolveRequest
from condasync.model.target import Target
from condasync.seams import SolverEngine, SolveSession
from condasync.verify.closure import check_closure


class SessionAtNeed:
    """Answer a request by what it prefers, else open the engine's session (a `seams.SolveSession`).

    The records that a request prefers are an answer when they are closed and consistent and meet every spec: an engine
    that keeps what is preferred has nothing else to give. `asked` tells whether an engine had to answer.
    """

    def __init__(self, opened: Callable[[], SolveSession], target: Target) -> None:
        self._opened = opened
        self._target = target
        self._session: SolveSession | None = None

    @property
    def asked(self) -> bool:
        """Return whether an engine was asked."""
        return self._session is not None

    def solve(self, request: SolveRequest) -> Answer:
        """Return the answer. Raises as the engine's session does."""
        held = None if self.asked else held_answer(request, self._target)
        if held is not None:
            return held
        if self._session is None:
            self._session = self._opened()
        return self._session.solve(request)


@contextmanager
def session_for(
    question: ExportQuestion, engine: SolverEngine, repodata: Sequence[RepodataFile], target: Target
) -> Iterator[SolveSession]:
    """Open a session; where the inputs are those of the earlier lock, its process starts only when it is asked."""
    if question.locked_by is None:
        with engine.open(repodata, target) as session:
            yield session
        return
    with ExitStack() as stack:
        yield SessionAtNeed(lambda: stack.enter_context(engine.open(repodata, target)), target)


def checked_in(
    session: SolveSession,
    records: Sequence[ChannelRecord],
    target: Target,
    *,
    question: ExportQuestion,
    engine: SolverEngine,
    reference: SolverEngine | None,
) -> Checked:
    """Return what is wrong with the records of an answer.

    Exactly the records of the lock that the same engine verified when it was made are not given to it again; the
    closure check, which knows the target of today, judges them anew.
    """
    last = reference or engine
    if (
        not was_asked(session)
        and question.locked_by == (last.name, last.version)
        and _are_locked(records, question, target)
    ):
        return Checked(engine=(last.name, last.version), findings=check_closure(records, target))
    return check_solution(records, target, solved_in=session, engine=engine, reference=reference)


def was_asked(session: SolveSession) -> bool:
    """Return whether an engine answered in a session."""
    return not isinstance(session, SessionAtNeed) or session.asked


def held_answer(request: SolveRequest, target: Target) -> Solution | None:
    """Return what a request's preferred records answer by themselves, None where an engine must say.

    With `only_preferred` it is the engine's own word that is wanted.
    """
    preferred = {record.name: record for record in request.preferred}
    if request.only_preferred or len(preferred) != len(request.preferred):
        return None
    if any(asked.spec.channel for asked in request.specs):
        return None
    found: dict[str, ChannelRecord] = {}
    for asked in request.specs:
        record = preferred.get(asked.spec.name)
        if record is None or not record_matches(asked.spec, record):
            return None
        found[record.name] = record
    todo = list(found.values())
    while todo:
        for name in _needed(todo.pop()):
            if name in found:
                continue
            if name not in preferred:
                return None
            found[name] = preferred[name]
            todo.append(preferred[name])
    records = tuple(found[name] for name in sorted(found))
    if any(finding.severity == "error" for finding in check_closure(records, target)):
        return None
    return Solution(records=records)


def _needed(record: ChannelRecord) -> Iterator[str]:
    for text in record.depends:
        try:
            name = parse_spec(text).name
        except ValueError:  # the closure check says so
            continue
        if not name.startswith("__"):
            yield name


def _are_locked(records: Sequence[ChannelRecord], question: ExportQuestion, target: Target) -> bool:
    rows = [row for row in question.locked if row.manager == "conda" and row.platform == target.subdir]
    locked = {(row.name, row.sha256 or row.md5) for row in rows}
    return locked == {(record.name, record.sha256 or record.md5) for record in records}
