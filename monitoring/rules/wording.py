"""Every sentence that a due item, a quiet course or a flagged result says. Dates read 05-Apr-2026."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from patients.rules.vocabulary import DatePrecision
from patients.rules.wording import display_date as day
from patients.rules.wording import joined

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


def not_a_trough(on: date, hours: Decimal | None, low: Decimal, high: Decimal) -> str:
    if hours is None:
        taken = "how long after the dose is not recorded"
    else:
        taken = f"taken {number(hours)} h after the dose"
    return f"The level of {day(on)} is not counted as a trough: {taken} ({number(low)} to {number(high)} h needed)."


def far_from_last(analyte: str, shown: str, last: str, on: date, times: Decimal, *, higher: bool) -> str:
    than = "higher" if higher else "lower"
    return (
        f"{analyte} {shown}: the last was {last} on {day(on)}; this is {number(times)} times {than}. Check the decimal "
        "point, the unit and the patient"
    )


def more_than_times_the_last(times: Decimal) -> str:
    return f"more than {number(times)} times as high or as low as the last one"


def entered_as(analyte: str, shown: str, converted: str) -> str:
    return f"{analyte}: entered {shown} = {converted}."


def level_does_not_count(analyte: str, why: str) -> str:
    return f"{analyte}: {why} It is kept, but is not a trough and does not count: take another."


def level_without_course(analyte: str, on: date) -> str:
    return f"{analyte}: no course that asks for this level was running on {day(on)}, so nothing that is due counts it."


def next_cycle(drug: str, interval_days: int) -> str:
    return f"{drug}: a cycle every {span(interval_days)}, counted from the first day of the last one"


def first_cycle(drug: str, start: date) -> str:
    return f"{drug}: no infusion recorded since the start on {day(start)}"


def planned_cycle(text: str) -> str:
    return f"{text}, by the plan of the course"


def planned_date(drug: str) -> str:
    return f"{drug}: a date of the plan of the course"


def dates_used_up(drug: str, interval_days: int) -> str:
    return (
        f"{drug}: the dates of its plan have passed, so {span(interval_days)} are counted from the first day of the "
        "last cycle again"
    )


def second_infusion(drug: str, days: int) -> str:
    return f"{drug}: a course has a second infusion, {amount_of_time(days)} after its first"


def before_infusion(drug: str, on: date) -> str:
    return f"{drug}: before the infusion of {day(on)}"


def infusion_plan_label(drug: str) -> str:
    return f"{drug}: infusion plan"


def course_dose(per_kilogram: Decimal, kilograms: Decimal, weighed_on: date, age_days: int) -> str:
    total = per_kilogram * kilograms
    age = "today" if age_days == 0 else f"{age_days} days ago" if age_days > 1 else "1 day ago"
    return (
        f"Course dose {number(per_kilogram)} g/kg × {number(kilograms)} kg "
        f"(weighed {day(weighed_on)}, {age}) = {number(total)} g"
    )


def course_dose_unknown(per_kilogram: Decimal) -> str:
    return f"Course dose {number(per_kilogram)} g/kg: weight not recorded, so no amount is given"


def over_days(days_from: int, days_to: int) -> str:
    return f"over {days_from} to {days_to} consecutive days"


def after_cycle(drug: str, cycle_on: date, days: int) -> str:
    return f"{drug}: due {amount_of_time(days)} after the infusion of {day(cycle_on)}"


def after_no_cycle(drug: str, counted_from: str, base: date, days: int) -> str:
    due = f"due {amount_of_time(days)} after {day(base)}"
    return f"{drug}: no infusion recorded, so counted from the {counted_from}: {due}"


def cycle_review(drug: str, cycles: int, counted_since: date, first: int, latest: int) -> str:
    return f"{drug}: {cycles} cycles given since {day(counted_since)}; review after {first} to {latest} cycles"


def exposure_reached(limit: Decimal, days: int, since: date) -> str:
    return f"{number(limit)} mg or more of prednisolone equivalent a day for {days} days, counted from {day(since)}"


def exposure_again(interval_days: int) -> str:
    return f"again {amount_of_time(interval_days)} after it was last done"


def exposure_unknown(since: date) -> str:
    return f"dose not recorded (from {day(since)}): treated as reaching the limit, to be safe"


def planned_step(on: date, milligrams: Decimal) -> str:
    if milligrams == 0:
        return f"planned taper: stop on {day(on)}"
    return f"planned taper: {number(milligrams)} mg a day from {day(on)}"


def exposure_so_far(limit: Decimal, days: int, so_far: int) -> str:
    return f"{number(limit)} mg a day or more for {days} days ({so_far} so far)"


def dose_below(limit: Decimal) -> str:
    return f"below {number(limit)} mg of prednisolone equivalent a day"


def dose_above_per_kilogram(limit: Decimal) -> str:
    return f"dose above {number(limit)} mg/kg a day"


def kidney_risk(limit: Decimal) -> str:
    return f"eGFR below {number(limit)} or chronic kidney disease"


def counted_to_be_safe(text: str, missing: str) -> str:
    return f"{text}: {missing} not recorded, counted as so to be safe"


def infusion_given(on: date) -> str:
    return f"infusion given on {day(on)}"


def no_infusion() -> str:
    return "no infusion is recorded"


def value_shown(value: Decimal | None, comparator: str, code: str, text: str) -> str:
    """A result as a person reads it: comparator, number and unit, or its words."""
    if value is None:
        return text or "not recorded"
    return f"{comparator}{number(value)} {unit(code) or '(unit not recorded)'}"


def taper_decided(on: date, choice: str) -> str:
    return f"taper checkpoint of {day(on)}: {choice}"


def next_check_set(due_on: date, decided_on: date, choice: str) -> str:
    return f"next taper checkpoint on {day(due_on)}, set on {day(decided_on)} ({choice})"


def exposure_short_of(limit: Decimal, days: int, so_far: int) -> str:
    reached = "not at that dose now" if so_far == 0 else f"{so_far} of {days} days so far"
    return f"asked for after {days} days at {number(limit)} mg of prednisolone equivalent a day or more: {reached}"


def no_taper_planned(after: date | None) -> str:
    return "no taper planned" if after is None else f"no taper planned after {day(after)}"


def taper_interval(drug: str, interval_days: int) -> str:
    return f"{drug}: a checkpoint every {span(interval_days)} while no step is planned"


def eye_screening(drug: str, start: date, from_days: int, interval_days: int, early: bool) -> str:
    why = "at higher risk" if early else "at usual risk"
    return (
        f"{drug}: retinal screening {why} from {amount_of_time(from_days)} after the start on {day(start)}, "
        f"then every {span(interval_days)}"
    )


def together(name: str) -> str:
    return f"{name}: both are taken, so the stricter schedule holds"


def patient_left(label: str, on: date | None) -> str:
    return f"Nothing is due: {label} on {day(on)}." if on else f"Nothing is due: {label}, date not recorded."


def no_course() -> str:
    return "Nothing is due: no drug is recorded."


def course_stopped(drug: str, on: date, after_stop: str) -> str:
    text = f"{drug} was stopped on {day(on)}: nothing is due for it."
    return f"{text} {after_stop}" if after_stop else text


def course_stopped_still_asks(drug: str, on: date, after_stop: str) -> str:
    text = f"{drug} was stopped on {day(on)}: only what follows its last infusions is still due."
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


def band(lower: Decimal | None, lower_included: bool, upper: Decimal | None, upper_included: bool, measure: str) -> str:
    """The band in words: below 3.5, above 100, from 0.5 to 1."""
    low = "" if lower is None else f"{'at least' if lower_included else 'above'} {number(lower)}"
    high = "" if upper is None else f"{'at most' if upper_included else 'below'} {number(upper)}"
    return f"{' and '.join(part for part in (low, high) if part)} {measure}".rstrip()


def flagged(analyte: str, shown: str, limit: str) -> str:
    return f"{analyte} {shown}: {limit}"


def cannot_tell(analyte: str, shown: str, limit: str, why: str) -> str:
    return f"{analyte} {shown}: whether it is {limit} cannot be told ({why})"


def unit_unknown(code: str) -> str:
    return f"the unit {code!r} is not one that can be compared" if code else "its unit is not recorded"


def comparator_open() -> str:
    return "it was reported as a bound, not as a number"


def nothing_before() -> str:
    return "nothing of the 12 months before to compare it with, so taken as a fall"


def fall(highest: Decimal, on: date) -> str:
    return f"down from {number(highest)} on {day(on)}, the highest of the 12 months before"


def no_fall(highest: Decimal, on: date) -> str:
    return f"no fall: the highest of the 12 months before is {number(highest)} on {day(on)}"


def trend(analyte: str, direction: str, steps: Sequence[tuple[str, date]], percent: Decimal) -> str:
    shown = ", ".join(f"{value} on {day(on)}" for value, on in steps)
    return f"{analyte} {direction} twice in a row, each time by at least {number(percent)}%: {shown}"


def target_range(low: Decimal, high: Decimal, code: str, from_on: date) -> str:
    return f"{number(low)} to {number(high)} {unit(code)}".rstrip() + f", set on {day(from_on)}"


def outside_target(analyte: str, shown: str, target: str, *, known: bool) -> str:
    if known:
        return f"{analyte} {shown}: outside the patient's range ({target})"
    return f"{analyte} {shown}: whether it lies in the patient's range ({target}) cannot be told"


def other_brand(brand: str, last: str, on: date) -> str:
    return (
        f"This level is of {brand or 'a brand not recorded'}, the one of {day(on)} of "
        f"{last or 'a brand not recorded'}: the two are not compared."
    )


def entered_late(days: int, grade: str) -> str:
    return f"Entered {days} days after its day, so it is opened to be looked at; otherwise it would be: {grade}."


def entered_long_ago(days: int) -> str:
    return f"No alert: entered more than {days} days ago."


def late_and_not_the_newest(days: int) -> str:
    return f"No alert: entered {days} days after its day, and a newer sample of the test is here."


def symptoms_told(symptoms: Sequence[str], on: date) -> str:
    text = joined(tuple(symptoms), "and")
    return f"{text[:1].upper()}{text[1:]} told of on {day(on)}"


def after_missed_visits() -> str:
    return "Not safe to continue unseen: decide whether the drug goes on, and call the specialist."


def positive() -> str:
    return "positive"


def limit_after_stop(drug: str, days: int) -> str:
    when = "on the day of the sample" if days == 0 else f"{days} day{'' if days == 1 else 's'} before the sample"
    return f"{drug} was stopped {when}: its limits still hold."


def deficient(*, little: bool) -> str:
    return "low or deficient" if little else "less than normal"


def words_unknown() -> str:
    return "its words are none that can be read for certain"


def no_upper_limit() -> str:
    return "the laboratory's upper limit is not recorded"


def no_number() -> str:
    return "it has no number that can be read"


def below_zero() -> str:
    return "it is below 0: check the number"


def outside_possible(low: str, high: str) -> str:
    return f"it lies outside what is possible ({low} to {high}): check the number and its unit"


def rise(percent: Decimal, lowest: Decimal, on: date) -> str:
    return f"up {number(percent)}% on the lowest of the 12 months before, {number(lowest)} on {day(on)}"


def may_be_muscle(shown: str, on: date) -> str:
    return (
        f"May be muscle: CK {shown} on {day(on)} is above its upper limit. "
        "GGT, bilirubin and albumin help to tell liver from muscle."
    )


def muscle_unlikely(shown: str, on: date) -> str:
    return f"CK {shown} on {day(on)} is not above its upper limit: muscle is a less likely cause."


def muscle_unknown(within_days: int) -> str:
    return (
        f"Muscle cannot be told from liver: no CK with its upper limit within {within_days} days. "
        "Check CK, GGT and bilirubin."
    )


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
