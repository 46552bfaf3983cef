"""How far the disease improved over each course and each line of treatment, by the Total Improvement Score.

A score says what happened while a drug was taken, not that the drug did it: other drugs run beside it. Pure: what was
recorded up to `as_of` goes in; nothing dated later, and no order of rows, changes the answer.
"""

from datetime import date, timedelta

from patients.protocol.activity import ActivityProtocol
from patients.rules.reasons import FactReference
from patients.rules.vocabulary import DatePrecision
from patients.rules.wording import display_date
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.findings import LineFinding, PathwayFindings
from regimens.rules.maintenance import step_drugs
from regimens.rules.pathway import evaluate
from regimens.rules.record import Course, TreatmentRecord
from regimens.rules.response_findings import CourseResponse, LineResponse, Responses
from regimens.rules.response_span import History, Span
from regimens.rules.vocabulary import CourseRole, MilestoneKind

RATED = frozenset({CourseRole.IMMUNOSUPPRESSANT, CourseRole.IMMUNOGLOBULIN, CourseRole.CORTICOSTEROID})
_DAY = DatePrecision.DAY
_REMISSIONS = (MilestoneKind.REMISSION, MilestoneKind.DRUG_FREE_REMISSION)


def responses(
    record: TreatmentRecord,
    protocol: PathwayProtocol,
    activity: ActivityProtocol,
    as_of: date,
    pathway: PathwayFindings | None = None,
) -> Responses:
    """The response to each course given and to each line, as of the day. Total: any record gives findings.

    `pathway` are the findings of the same record, protocol and day, when the caller has them; they say which courses
    make a line.
    """
    given = [
        course
        for course in record.courses
        if course.start_on <= as_of and course.role in RATED and not course.never_given
    ]
    if not given:
        return Responses(as_of, protocol.version, activity.version, (), ())
    given.sort(key=_by_start)
    history = History(record, protocol, activity, as_of)
    rated = {course.id: _Rated(history, course) for course in given}
    pathway = pathway or evaluate(record, protocol, as_of)
    lines = [line for rungs in (pathway.lines, pathway.maintenance) for line in _line_responses(history, rungs, rated)]
    if len(lines) > 1:
        lines.sort(key=_by_line_start)
    courses = tuple([each.response(history) for each in rated.values()])
    return Responses(as_of, protocol.version, activity.version, courses, tuple(lines))


def _by_start(course: Course) -> tuple[date, str, str]:
    return course.start_on, course.drug, course.id


def _by_line_start(line: LineResponse) -> tuple[date, str]:
    return line.response.start_on, line.code


class _Rated:
    """One course with its span as of the day."""

    __slots__ = ("course", "fact", "name", "span", "stop_on")

    def __init__(self, history: History, course: Course) -> None:
        drug = history.protocol.drugs.get(course.drug)
        settings, as_of, stop_on = history.protocol.settings, history.as_of, course.stop_on
        self.course = course
        self.name = drug.name if drug is not None else course.drug_text or course.drug
        label = f"{self.name} from {display_date(course.start_on, course.start_precision)}"
        self.fact = FactReference("course", course.id, label)
        if stop_on is None or stop_on > as_of:
            self.stop_on = None
            self.span = Span(course.start_on, as_of, as_of, False)
            return
        # Pulses of a corticosteroid are given in cycles too, but go on acting no longer than any other.
        in_cycles = drug is not None and drug.given_in_cycles and course.role is not CourseRole.CORTICOSTEROID
        days = settings.response_days_after_stop_in_cycles if in_cycles else settings.response_days_after_stop
        ended_on = max(stop_on, course.start_on)
        until = as_of if (as_of - ended_on).days <= days else ended_on + timedelta(days=days)
        self.stop_on = stop_on
        self.span = Span(course.start_on, ended_on, until, in_cycles)

    def response(self, history: History) -> CourseResponse:
        course = self.course
        return CourseResponse(
            self.fact,
            course.drug,
            self.name,
            course.role,
            course.start_on,
            self.stop_on,
            history.response(self.span),
            course.start_precision,
            _DAY if self.stop_on is None else course.stop_precision,
        )


def _line_responses(history: History, rungs: tuple[LineFinding, ...], rated: dict[str, _Rated]) -> list[LineResponse]:
    """Each line that has courses, lowest first; one ends where a higher one begins, though its drugs may run on."""
    found: list[LineResponse] = []
    next_on: date | None = None
    for rung in reversed(rungs):
        on_line = [rated[standing.course.id] for standing in rung.courses if standing.course.id in rated]
        if on_line:
            line = _line_response(history, rung, on_line, next_on)
            found.append(line)
            start_on = line.response.start_on
            next_on = start_on if next_on is None else min(next_on, start_on)
    return found[::-1]


def _line_response(history: History, rung: LineFinding, on_line: list[_Rated], next_on: date | None) -> LineResponse:
    """A line from the first start of its courses; a maintenance step from the remission or from what came later."""
    start_on, precision = _line_start(history, rung.code, on_line)
    ending = max(on_line, key=_by_end)
    last = ending.span
    span = Span(start_on, max(last.ended_on, start_on), max(last.counted_until, start_on), last.in_cycles)
    if next_on is not None and start_on < next_on < span.counted_until:
        span = Span(start_on, min(span.ended_on, next_on), next_on, span.in_cycles, cut_short=True)
    return LineResponse(
        rung.code,
        rung.title,
        tuple([each.fact for each in on_line]),
        any(each.stop_on is None for each in on_line),
        history.response(span),
        precision,
        _DAY if ending.stop_on is None else ending.course.stop_precision,
    )


def _by_end(rated: _Rated) -> tuple[date, date, bool, str]:
    span = rated.span
    return span.counted_until, span.ended_on, span.in_cycles, rated.course.id


def _line_start(history: History, code: str, on_line: list[_Rated]) -> tuple[date, DatePrecision]:
    """The day and how exactly it is known."""
    starts = [_start(each) for each in on_line]
    if code == "b":
        together = [
            max(_start(one), _start(other), key=_by_day)
            for drugs in step_drugs(history.protocol).pairs
            for one in on_line
            for other in on_line
            if (one.course.drug, other.course.drug) == drugs
        ]
        starts = together or starts
    first = min(starts, key=_by_day)
    if code.isdigit():
        return first
    remissions = [
        (milestone.on, milestone.precision)
        for milestone in history.record.milestones
        if milestone.on <= history.as_of and milestone.kind in _REMISSIONS
    ]
    return max([first, *remissions], key=_by_day)


def _start(rated: _Rated) -> tuple[date, DatePrecision]:
    return rated.course.start_on, rated.course.start_precision


def _by_day(known: tuple[date, DatePrecision]) -> tuple[date, str]:
    return known[0], known[1].value
