"""What a flagged result, a trend, a level or an alert says."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from monitoring.rules.wording import amount_of_time, number, unit
from patients.rules.vocabulary import DatePrecision
from patients.rules.wording import display_date as day
from patients.rules.wording import joined


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


def more_than_its_whole(part: str, part_shown: str, whole: str, whole_shown: str, on: date) -> str:
    return (
        f"{part} {part_shown} is more than {whole} of the same sample, {whole_shown} on {day(on)}. Check both "
        "values and their units"
    )


def entered_as(analyte: str, shown: str, converted: str) -> str:
    return f"{analyte}: entered {shown} = {converted}."


def level_does_not_count(analyte: str, why: str) -> str:
    return f"{analyte}: {why} It is kept, but is not a trough and does not count: take another."


def level_without_course(analyte: str, on: date) -> str:
    return f"{analyte}: no course that asks for this level was running on {day(on)}, so nothing that is due counts it."


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


def asked_for_by_symptoms(told: str, stopped: str = "") -> str:
    text = f"asked for at once: {told[:1].lower()}{told[1:]}"
    return f"{text}; {stopped}" if stopped else text


def stopped_and_may_be_the_cause(drug: str, on: date, precision: DatePrecision, days: int) -> str:
    up_to = f"up to {amount_of_time(days)} after" if days else "up to the day of"
    return f"{drug} was stopped on {day(on, precision)} and may be the cause: asked for {up_to} a stop"


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
