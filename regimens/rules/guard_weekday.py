"""Another weekday of a drug taken once a week: the first dose on it must not come within 7 days of the last one."""

from dataclasses import dataclass
from datetime import date, timedelta

from patients.rules.reasons import FactReference, Predicate, Truth
from patients.rules.wording import display_date
from regimens.rules.doses import current_dose
from regimens.rules.guard_findings import GuardCode, GuardFinding
from regimens.rules.guard_subject import Subject, course_fact, same_drug
from regimens.rules.infusion_plan import later
from regimens.rules.record import Course
from regimens.rules.vocabulary import Frequency, Weekday

_DAYS_OF_A_WEEK = 7
_DAY = timedelta(days=1)
_NUMBERS = {weekday: number for number, weekday in enumerate(Weekday)}


@dataclass(frozen=True, slots=True)
class _Taken:
    """The last day before the proposal's on which a weekly dose fell. `weekday` None: on which day is not recorded."""

    course: Course
    weekday: Weekday | None
    on: date | None = None


def weekday_findings(subject: Subject) -> list[GuardFinding]:
    """Once a week, by every route but the skin, for a dose change and for a start that follows another course.

    Not asked where the weekday stays the same, or stays unknown: nothing is moved.
    """
    weekday = subject.dose.weekday
    if subject.topical or subject.dose.frequency is not Frequency.ONCE_WEEKLY or weekday is None:
        return []
    last = _last_taken(subject)
    if last is None or last.weekday is weekday:
        return []
    if last.on is None:
        words = (
            f"on {weekday.label} from now on; the weekday so far is not recorded, so it cannot be told whether 7 days"
        )
        predicate = Predicate("7 days since the last dose", Truth.UNKNOWN, (_fact(subject, last),))
        text = f"{words} lie between the last dose and the first on {weekday.label}"
        return [subject.finding(GuardCode.WEEKDAY_CHANGED, text, "guard.weekday_changed", predicate)]
    first = _first_on(weekday, subject.on)
    if first is None or (first - last.on).days >= _DAYS_OF_A_WEEK:
        return []
    return [_too_soon(subject, last, last.on, first, weekday)]


def _too_soon(subject: Subject, last: _Taken, last_on: date, first: date, weekday: Weekday) -> GuardFinding:
    assert last.weekday is not None
    days = (first - last_on).days
    # The old weekday comes round on this day and is left out: the new dose begins here.
    safe_from = later(last_on, _DAYS_OF_A_WEEK)
    safe_first = _first_on(weekday, safe_from) or safe_from
    between = f"{days} day{'' if days == 1 else 's'}"
    said = (
        f"the last dose on {last.weekday.label} falls on {display_date(last_on)} and the first on {weekday.label} on "
        f"{display_date(first)}, {between} later"
    )
    text = (
        f"on {weekday.label} instead of {last.weekday.label}: {said}; two doses within 7 days are one too many. "
        f"The new weekday is safe from {display_date(safe_from)} on: the first {weekday.label} is then "
        f"{display_date(safe_first)}"
    )
    predicate = Predicate(said, Truth.TRUE, (_fact(subject, last),))
    return subject.finding(GuardCode.WEEKDAY_CHANGED, text, "guard.weekday_changed", predicate)


def _last_taken(subject: Subject) -> _Taken | None:
    """The latest weekly dose of this drug in the 7 days before the proposal's own; one of an unknown weekday counts."""
    courses = [one for one in subject.record.courses if not one.never_given and same_drug(subject, one)]
    for back in range(1, _DAYS_OF_A_WEEK + 1):
        on = _days_before(subject.on, back)
        if on is None:
            break
        for course in courses:
            if on < course.start_on or (course.stop_on is not None and on >= course.stop_on):
                continue
            dose = current_dose(course, on)
            if dose is None or dose.frequency is not Frequency.ONCE_WEEKLY:
                continue
            if dose.weekday is None:
                return _Taken(course, None)
            if _NUMBERS[dose.weekday] == on.weekday():
                return _Taken(course, dose.weekday, on)
    return None


def _first_on(weekday: Weekday, on: date) -> date | None:
    """The first such weekday on the day or after it; None beyond the last day that there is."""
    ahead = (_NUMBERS[weekday] - on.weekday()) % _DAYS_OF_A_WEEK
    return on + ahead * _DAY if ahead <= (date.max - on).days else None


def _days_before(on: date, days: int) -> date | None:
    return on - days * _DAY if (on - date.min).days >= days else None


def _fact(subject: Subject, last: _Taken) -> FactReference:
    return course_fact(last.course, subject.name)
