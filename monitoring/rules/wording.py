"""What a due item, a visit or a quiet course says, and how figures and spans are written. Dates read 05-Apr-2026."""

from datetime import date
from decimal import Decimal
from functools import lru_cache

from patients.rules.vocabulary import DatePrecision
from patients.rules.wording import display_date as day

_UNITS = {
    "10*9/L": "×10⁹/L",
    "10*6/L": "×10⁶/L",
    "mm[Hg]": "mmHg",
    "umol/L": "µmol/L",
    "ukat/L": "µkat/L",
    "ug/L": "µg/L",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
}


def number(value: Decimal) -> str:
    """No trailing zeros, no exponent, a leading zero. What no measurement can be is shown as it was written."""
    if not value.is_finite() or abs(value.adjusted()) > 12:
        return str(value)
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def unit(code: str) -> str:
    """A unit as a person writes it; a unit without a code of its own is shown as it was given."""
    return _UNITS.get(code, code)


@lru_cache(maxsize=1024)
def span(days: int) -> str:
    """Whole weeks where they are whole, days otherwise."""
    weeks, rest = divmod(days, 7)
    if rest == 0 and weeks:
        return "week" if weeks == 1 else f"{weeks} weeks"
    return "day" if days == 1 else f"{days} days"


def amount_of_time(days: int) -> str:
    """As a length: 1 day, 1 week, 12 weeks."""
    text = span(days)
    return f"1 {text}" if text in ("day", "week") else text


def before_first_dose(drug: str, start: date, times: int, done: int) -> str:
    if times > 1:
        return f"needed {times} times before the first dose of {drug} on {day(start)}; {done} done"
    return f"needed before the first dose of {drug} on {day(start)}"


def once_after_start(drug: str, start: date, days: int) -> str:
    return f"needed once, {amount_of_time(days)} after {drug} was started on {day(start)}"


def first_review(drug: str, counted_from: date, days: int) -> str:
    return f"{drug}: first review of the risk {amount_of_time(days)} after {day(counted_from)}"


def next_review(drug: str, interval_days: int) -> str:
    return f"{drug}: review of the risk every {span(interval_days)}"


def risk_not_assessed() -> str:
    return "the risk is not assessed: taken as standard"


def risk_assessed(tier: str, on: date) -> str:
    return f"{tier}, assessed on {day(on)}"


def risk_outdated(on: date, holds_days: int) -> str:
    return f"the risk was last assessed on {day(on)}, more than {amount_of_time(holds_days)} ago: taken as standard"


def interval_decided(drug: str, interval_days: int, by: str, until: date, reason: str) -> str:
    who = f"decided by {by}" if by else "decided for this patient"
    return f"{drug}: every {span(interval_days)}, {who} until {day(until)}: {reason}"


def interval_decided_label(interval_days: int, on: date) -> str:
    return f"every {span(interval_days)}, decided from {day(on)}"


def decided_before(interval_days: int, on: date) -> str:
    return (
        f"every {span(interval_days)}, decided from {day(on)}, does not make this look later: the drug was begun, or "
        "its dose changed, after that"
    )


def not_needed(text: str, until: date | None, one_interval: bool) -> str:
    if until is None:
        return f"Not needed, for as long as nothing new asks for it: {text}"
    return f"Not needed until {day(until)}{' (one interval after it was recorded)' if one_interval else ''}: {text}"


def not_needed_before(text: str, made_on: date, until: date) -> str:
    return f"{text}; recorded on {day(made_on)} as not needed until {day(until)}"


def not_needed_label(on: date) -> str:
    return f"recorded as not needed on {day(on)}"


def visits_missed(count: int, since: date | None) -> str:
    visits = "1 booked visit was missed" if count == 1 else f"{count} booked visits were missed"
    looked_at = (
        f"the last look that the drugs ask for, on {day(since)}" if since else "the beginning: none was recorded"
    )
    return f"{visits} since {looked_at}"


def not_safe_to_continue(most: int, drugs: str) -> str:
    return f"More than {most} missed: not safe to continue {drugs} without asking the doctor"


def visit_missed(on: date) -> str:
    return f"visit of {day(on)} missed"


def repeats(drug: str, phase: str, interval_days: int) -> str:
    return f"{drug}, phase {phase}: every {span(interval_days)}"


def after_restart(drug: str, changed_on: date, change: str, days: int) -> str:
    return f"{drug}: {change} on {day(changed_on)}: due {amount_of_time(days)} after it"


def counted_from_last(on: date) -> str:
    return f"last done on {day(on)}"


def counted_from_start(start: date) -> str:
    return f"not done since {day(start)}"


def last_done_label(name: str, on: date) -> str:
    return f"{name}, {day(on)}"


def from_day_label(what: str, start: date, precision: DatePrecision = DatePrecision.DAY) -> str:
    return f"{what} from {day(start, precision)}"


def dose_increase() -> str:
    return "dose increased"


def dose_decrease() -> str:
    return "dose changed"


def brand_changed() -> str:
    return "another brand dispensed"


def dose_times_changed() -> str:
    return "the same dose taken at other times"


def dose_change_unknown() -> str:
    return "dose changed (whether it rose cannot be told from what is recorded)"


def drug_with_group(text: str, group: str) -> str:
    return f"{text}; asked of {group}"


def group_unknown() -> str:
    return "sex or age is not recorded: asked to be safe"


def value_shown(value: Decimal | None, comparator: str, code: str, text: str) -> str:
    """A result as a person reads it: comparator, number and unit, or its words."""
    if value is None:
        return text or "not recorded"
    return f"{comparator}{number(value)} {unit(code) or '(unit not recorded)'}"


def patient_left(label: str, on: date | None) -> str:
    return f"Nothing is due: {label} on {day(on)}." if on else f"Nothing is due: {label}, date not recorded."


def no_course() -> str:
    return "Nothing is due: no drug is recorded."


def course_stopped(drug: str, on: date, after_stop: str) -> str:
    text = f"{drug} was stopped on {day(on)}: nothing is due for it."
    return f"{text} {after_stop}" if after_stop else text


def course_stopped_still_asks(drug: str, on: date, after_stop: str) -> str:
    text = f"{drug} was stopped on {day(on)}: only what is asked for after its stop is still due."
    return f"{text} {after_stop}" if after_stop else text


def course_never_given(drug: str) -> str:
    return f"{drug} was never given: nothing is due for it."


def course_not_begun(drug: str, on: date) -> str:
    return f"{drug} begins on {day(on)}: nothing is due for it before."


def course_unknown(drug: str) -> str:
    return f"{drug or 'A drug without a name'} is not in the catalogue: this software knows no monitoring for it."


def course_needs_none(drug: str) -> str:
    return f"{drug} asks for nothing more now: its baseline is complete and nothing repeats."


def route_outside(drug: str, route: str) -> str:
    return f"{drug}: the 4-weekly cycle is for infusions into a vein; recorded here: {route}."


def calendar_assumption(from_on: date) -> str:
    return (
        f"Counted from {day(from_on)} as if everything due is done at its visit, every result is normal, infusions and "
        "taper steps are given as planned, and no dose changes beyond those recorded. What is overdue counts as done "
        "on the first day."
    )


def not_placed(name: str, on: date) -> str:
    return f"{name}: would still be due after the visit of {day(on)}; look at what is recorded"


def pulses_not_planned(drug: str) -> str:
    return f"{drug}: when the next pulse is given is a clinical decision; only what follows the recorded ones is listed"


def baseline_item(name: str, why: str, last: date | None) -> str:
    recorded = "nothing is recorded" if last is None else f"last recorded on {day(last)}"
    return f"{name}: {why}; {recorded}"
