"""The overview of the record: what asks for attention and what is taken; and the course on one time axis."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from monitoring.rules.findings import DueFinding, DueStatus
from monitoring.rules.record import MonitoringRecord
from regimens.protocol.load import load as load_pathway
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.findings import PathwayFindings
from regimens.rules.pathway import evaluate
from regimens.rules.record import TreatmentRecord
from tracker.presenters.record_courses import CourseShown, FailedDrug, TreatmentShown, present_treatment
from tracker.presenters.record_values import ResultShown, urgent_results
from tracker.presenters.timeline import names_for
from tracker.selectors import RecordPage
from tracker.timeline.layout import Window, lay_out, whole_axis
from tracker.timeline.marks import LaneKind, Timeline
from tracker.timeline.standing import standing_periods


@dataclass(frozen=True, slots=True)
class RecordShown:
    """Everything that the overview draws."""

    treatment: TreatmentShown
    urgent: tuple[ResultShown, ...]
    due: tuple[DueFinding, ...]
    later: tuple[DueFinding, ...]

    @property
    def active(self) -> tuple[CourseShown, ...]:
        return self.treatment.active

    @property
    def failed(self) -> tuple[FailedDrug, ...]:
        return self.treatment.failed

    @property
    def overdue_count(self) -> int:
        """Items overdue, those put off included: a snooze never hides how late an item is."""
        return sum(1 for due in self.due if due.days_overdue > 0)


def present(page: RecordPage) -> RecordShown:
    """The page's content from what the selectors read."""
    standing = page.standing
    attention = [due for due in standing.monitoring.due if due.status is not DueStatus.NOT_DUE]
    return RecordShown(
        treatment=present_treatment(page, names_for(standing.protocol, standing.as_of)),
        urgent=urgent_results(standing.record, standing.protocol, standing.as_of),
        due=tuple(sorted(attention, key=_by_due_day)),
        later=tuple(sorted(set(standing.monitoring.due) - set(attention), key=_by_due_day)),
    )


def timeline_of(page: RecordPage, lanes: frozenset[LaneKind], width: float) -> Timeline | None:
    """The whole course on one time axis, in these lanes; None while nothing dated is recorded."""
    standing, pathway = page.standing, load_pathway()
    record, as_of, names = standing.record, standing.as_of, names_for(standing.protocol, standing.as_of)
    axis = whole_axis(record, standing.monitoring, as_of, width, names, page.coming)
    if axis is None:
        return None
    return lay_out(
        record,
        standing_periods(record.treatment, as_of, _pathway_on(record.treatment, pathway)),
        standing.monitoring,
        names,
        as_of,
        width,
        window=Window(axis.first, axis.last, lanes),
        coming=page.coming,
    )


def recorded_later(record: MonitoringRecord, as_of: date) -> bool:
    """Whether the record holds facts from after the day, which a page as of that day leaves out."""
    treatment = record.treatment
    days = [course.start_on for course in treatment.courses]
    days += [assessment.on for assessment in treatment.patient.assessments]
    days += [result.sampled_on for result in record.results]
    return any(day > as_of for day in days)


def _pathway_on(record: TreatmentRecord, protocol: PathwayProtocol) -> Callable[[date], PathwayFindings]:
    return lambda day: evaluate(record, protocol, day)


def _by_due_day(due: DueFinding) -> tuple[date, str, str]:
    return due.due_on, due.name, due.occasion
