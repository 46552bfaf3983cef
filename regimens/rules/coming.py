"""What is entered of the treatment for a coming day: starts, other doses, stops, and the steps of planned tapers.

Nothing of it is taken yet: what is taken on a day is told by the rules as of that day, and stays what it is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from patients.rules.vocabulary import DatePrecision, Vocabulary
from regimens.rules.doses import current_dose
from regimens.rules.record import Course, DosePeriod, TaperStep


class ComingKind(Vocabulary):
    """What is meant to happen on the day."""

    STOP = "stop", "stop"
    START = "start", "start"
    DOSE = "dose", "other dose"
    TAPER_STEP = "taper_step", "step of a planned taper"


# Of one day a stop is read before what begins on it, as when a drug is replaced by another.
_ORDER = {kind: rank for rank, kind in enumerate(ComingKind)}


@dataclass(frozen=True, slots=True)
class ComingChange:
    """One change of one course from a day on. `dose` is that of a start or of a change, `step` that of a taper.

    A start is told with the dose that it begins with. The day of a stop is the first one without the drug.
    """

    on: date
    kind: ComingKind
    course: Course
    dose: DosePeriod | None = None
    step: TaperStep | None = None
    precision: DatePrecision = DatePrecision.DAY

    @property
    def entry(self) -> tuple[str, str]:
        """Kind and id of the entry that says so, as a FactReference names them."""
        if self.step is not None:
            return "taper_step", self.step.id
        if self.kind is ComingKind.DOSE and self.dose is not None:
            return "dose", self.dose.id
        return "course", self.course.id


def coming_changes(courses: Iterable[Course], as_of: date) -> tuple[ComingChange, ...]:
    """Everything entered for a day after `as_of`, soonest first, in an order that the rows do not set.

    A drug that was never given has none, nor has a course from its stop on.
    """
    found = [change for course in courses if not course.never_given for change in _of(course, as_of)]
    return tuple(
        sorted(found, key=lambda each: (each.on, _ORDER[each.kind], each.course.drug, each.course.id, each.entry[1]))
    )


def _of(course: Course, as_of: date) -> Iterator[ComingChange]:
    begins = course.start_on > as_of
    if begins:
        first = current_dose(course, course.start_on)
        yield ComingChange(course.start_on, ComingKind.START, course, first, precision=course.start_precision)
    # The dose of the first day is told with the start.
    after = course.start_on if begins else as_of
    for dose in course.doses:
        if _comes(course, dose.from_on, after):
            yield ComingChange(dose.from_on, ComingKind.DOSE, course, dose)
    for step in course.taper:
        if _comes(course, step.on, as_of):
            yield ComingChange(step.on, ComingKind.TAPER_STEP, course, step=step)
    if course.stop_on is not None and course.stop_on > as_of:
        yield ComingChange(course.stop_on, ComingKind.STOP, course, precision=course.stop_precision)


def _comes(course: Course, on: date, after: date) -> bool:
    return on > after and (course.stop_on is None or on < course.stop_on)
