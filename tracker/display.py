"""How clinical facts are written, wherever they are shown. Plain text from plain values; no markup, no Django.

Written after the clinical display rules: dates as 05-Apr-2026, doses with a space before the unit and no trailing
zero, a weekly dose with its weekday, and what is missing said in words.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from monitoring.protocol.definitions import TroughWindow
from monitoring.rules.findings import DueStatus
from monitoring.rules.wording import unit as unit_as_read
from patients.rules.nhs_number import spaced
from patients.rules.vocabulary import DatePrecision
from patients.rules.wording import MONTHS, display_date
from regimens.rules.record import DosePeriod
from regimens.rules.vocabulary import DoseBasis, Frequency

NOT_RECORDED = "not recorded"
NO_BREAK = "\u00a0"

_BASIS_SUFFIX = {DoseBasis.FLAT: "", DoseBasis.PER_KILOGRAM: "/kg", DoseBasis.PER_SQUARE_METRE: "/m²"}


def month(value: date) -> str:
    """`Apr-2026`."""
    return f"{MONTHS[value.month - 1]}-{value.year:04d}"


def day(value: date | None, precision: str = DatePrecision.DAY) -> str:
    """`05-Apr-2026`; a date known only in part says so: `about Apr-2026`, `about 2026`, `about 05-Apr-2026`."""
    if value is None:
        return NOT_RECORDED
    return display_date(value, DatePrecision(precision))


def number(value: Decimal | int) -> str:
    """No trailing zero, a leading zero before the point, never an exponent: `7.5`, `0.5`, `1000`."""
    text = format(Decimal(value), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def quantity(value: Decimal | int | None, unit: str) -> str:
    """`7.5 mg`, the space unbreakable and the unit as a person writes it (`µkat/L`); `not recorded` for None."""
    if value is None:
        return NOT_RECORDED
    return f"{number(value)}{NO_BREAK}{unit_as_read(unit)}" if unit else number(value)


def dose_amount(dose: DosePeriod) -> str:
    """The amount with its unit and basis (`2 g/kg`), or `dose not recorded`."""
    if dose.amount is None or dose.unit is None:
        return "dose not recorded"
    return quantity(dose.amount, dose.unit.label + _BASIS_SUFFIX[dose.basis])


def dose_frequency(dose: DosePeriod) -> str:
    """How often, in words. A weekly dose always names its weekday or says that it is not recorded."""
    if dose.frequency is Frequency.ONCE_WEEKLY:
        weekday = f"on {dose.weekday.label}" if dose.weekday else "weekday not recorded"
        return f"{dose.frequency.label}, {weekday}"
    if dose.frequency is Frequency.AS_TEXT:
        return dose.frequency_text or Frequency.NOT_RECORDED.label
    if dose.frequency_text:
        return f"{dose.frequency.label} ({dose.frequency_text})"
    return dose.frequency.label


def dose(value: DosePeriod) -> str:
    """`15 mg once a week, on Monday`."""
    joint = ", " if value.frequency is Frequency.NOT_RECORDED or value.amount is None else " "
    return f"{dose_amount(value)}{joint}{dose_frequency(value)}"


def completed_years(born: date, on: date) -> int:
    """Birthdays passed. Somebody born on 29 February has it on 1 March in other years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def age(born: date | None, on: date, precision: str = DatePrecision.DAY) -> str:
    """`57 years`; under two years in months; `age not recorded` without a day of birth."""
    if born is None:
        return "age not recorded"
    if on < born:
        return "not yet born on this day"
    about = "" if precision == DatePrecision.DAY else "about "
    years = completed_years(born, on)
    if years >= 2:
        return f"{about}{years} years"
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    return f"{about}{months} {'month' if months == 1 else 'months'}"


def sorted_name(family_name: str, given_names: str) -> str:
    """`SURNAME, First`, as lists and the banner write it."""
    return f"{family_name.upper()}, {given_names}" if given_names else family_name.upper()


def nhs_number(number_digits: str) -> str:
    """`999 123 4567`, unbreakable, or `not recorded`."""
    return spaced(number_digits).replace(" ", NO_BREAK) if number_digits else NOT_RECORDED


def days(count: int) -> str:
    """`1 day`, `12 days`."""
    return f"{count} day" if count == 1 else f"{count} days"


def due_words(
    status: DueStatus,
    due_on: date,
    days_overdue: int,
    snoozed_until: date | None,
    as_of: date,
    *,
    waiting_until: date | None = None,
    paused_until: date | None = None,
) -> str:
    """How a due item stands, in words: `overdue by 12 days`, `due today`, `due in 5 days`, `put off until …`."""
    difference = (due_on - as_of).days
    if days_overdue > 0:
        when = f"overdue by {days(days_overdue)}"
    elif difference > 0:
        when = f"due in {days(difference)}"
    else:
        when = "due today" if difference == 0 else f"due for {days(-difference)}"
    held = {
        DueStatus.SNOOZED: f"put off until {day(snoozed_until)}, ",
        DueStatus.WAITING: f"sample taken, result expected before {day(waiting_until)}, ",
        DueStatus.PAUSED: f"paused until {day(paused_until)}, ",
    }
    return held.get(status, "") + when


def result_value(comparator: str, value: Decimal | None, unit: str, text: str) -> str:
    """`<5 U/L`, `1250 U/L`, or the finding in words."""
    if value is None:
        return text or NOT_RECORDED
    written = f"{comparator}{quantity(value, unit)}"
    return f"{written} ({text})" if text else written


def when_a_level_counts(windows: Sequence[TroughWindow]) -> str:
    """When a sample is a trough, and which time a dose is held to of which nobody recorded how often it is taken."""
    named = [window for window in windows if window.frequencies]
    rest = next((window for window in windows if not window.frequencies), windows[0])
    texts = [f"{_hours(rest)} after the dose"]
    for window in named:
        texts.append(f"{_hours(window)} when it is taken {' or '.join(word.label for word in window.frequencies)}")
    said = f"Counts as a trough {', '.join(texts)}."
    if named:
        unclear = Frequency.PER_DAY_TOTAL.label
        said += f" Where it is not recorded how often it is taken (“{unclear}”), {_hours(rest)} are asked for."
    return f"{said} Give the day and time of the last dose and the time of the sample, or the hours."


def _hours(window: TroughWindow) -> str:
    return f"{number(window.hours_from)} to {number(window.hours_to)} hours"


def subject_address(subject: str) -> str:
    """What a question is about, in an address: `course-12` for "course:12", `patient` for the patient as a whole."""
    return subject.replace(":", "-") or "patient"


def subject_of(address: str) -> str:
    """The way back from `subject_address`."""
    return "" if address == "patient" else address.replace("-", ":", 1)
