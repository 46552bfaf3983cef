"""What is said of infusions: cycles, plans, doses by weight and what is due around them."""

from datetime import date
from decimal import Decimal

from monitoring.rules.wording import amount_of_time, number, span
from patients.rules.wording import display_date as day


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


def rest_of_cycle(drug: str, first_on: date) -> str:
    return f"{drug}: the rest of the cycle that began on {day(first_on)}, by the plan"


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


def infusion_given(on: date) -> str:
    return f"infusion given on {day(on)}"


def no_infusion() -> str:
    return "no infusion is recorded"
