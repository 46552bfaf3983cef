"""A dose many times the present one, where no printed maximum holds it: only the step itself can show a slip then.

Corticosteroids of the catalogue are left out. A relapse raises them many times over at once, and the guard knows the
highest dose of each; one that the catalogue does not have is asked about like any other drug.
"""

from decimal import ROUND_HALF_UP, Decimal

from patients.rules.entry_order import entry_order
from patients.rules.reasons import Predicate, Truth
from patients.rules.record import Weight
from patients.rules.wording import display_number
from regimens.rules.doses import current_dose, milligrams
from regimens.rules.guard_findings import GuardCode, GuardFinding
from regimens.rules.guard_subject import Subject, course_fact, dose_words, printed_rule, same_drug, sound
from regimens.rules.raising import dose_before, was_and_now
from regimens.rules.record import Course, DosePeriod
from regimens.rules.vocabulary import CourseRole, Frequency

_TENTH = Decimal("0.1")


def present_findings(subject: Subject) -> list[GuardFinding]:
    """For a dose change, and for a start beside or right after a course of the same drug."""
    if subject.topical or subject.dose.amount is None or _is_known_corticosteroid(subject) or _is_held(subject):
        return []
    found = _present(subject)
    if found is None:
        return []
    course, before = found
    times = _times(before, subject.dose, subject.weight)
    limit = subject.protocol.file.guard.times_present
    if times is None or times <= limit:
        return []
    words = f"{_told(subject.dose)} is {_in_words(times, limit)} the present dose of {_told(before)}"
    predicate = Predicate(words, Truth.TRUE, (course_fact(course, subject.name),))
    return [subject.finding(GuardCode.TIMES_PRESENT, words, "guard.many_times_present", predicate)]


def _is_known_corticosteroid(subject: Subject) -> bool:
    return subject.drug is not None and subject.drug.role is CourseRole.CORTICOSTEROID


def _is_held(subject: Subject) -> bool:
    """Whether the dose can be held against a printed maximum: not under 18, nor per kg without a dated weight."""
    rule = printed_rule(subject)
    if rule is None or subject.minor:
        return False
    return rule.maximum is not None or (rule.maximum_per_kilogram is not None and subject.weight is not None)


def _present(subject: Subject) -> tuple[Course, DosePeriod] | None:
    """The dose that held until the day: of the course itself, or at a start of the latest one until then."""
    if subject.course is not None:
        before = dose_before(subject.course, subject.on)
        return None if before is None else (subject.course, before)
    running = [
        course
        for course in subject.record.courses
        if same_drug(subject, course)
        and not course.never_given
        and course.start_on <= subject.on
        and (course.stop_on is None or course.stop_on >= subject.on)
    ]
    latest = max(running, key=lambda course: (course.start_on, entry_order(course.id)), default=None)
    dose = None if latest is None else current_dose(latest, subject.on)
    return None if latest is None or dose is None else (latest, dose)


def _times(before: DosePeriod, after: DosePeriod, weight: Weight | None) -> Decimal | None:
    """How many times as much is taken over a week; one dose beside one dose where how often is not known."""
    was, now = was_and_now(before, after, weight)
    if (was is None or now is None) and before.basis is after.basis:
        was, now = milligrams(before), milligrams(after)
    was, now = sound(was), sound(now)
    return None if was is None or now is None else now / was


def _in_words(times: Decimal, limit: int) -> str:
    short = times.quantize(_TENTH, ROUND_HALF_UP) if times < Decimal("1e20") else times
    if short == limit:
        return f"just over {limit} times"
    return f"{'' if short == times else 'about '}{display_number(short)} times"


def _told(dose: DosePeriod) -> str:
    """A weekly dose always with its weekday."""
    if dose.frequency is not Frequency.ONCE_WEEKLY:
        return dose_words(dose)
    return f"{dose_words(dose)}, {f'on {dose.weekday.label}' if dose.weekday else 'weekday not recorded'}"
