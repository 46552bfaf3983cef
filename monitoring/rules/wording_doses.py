"""What hangs on the dose: exposure to corticosteroids, tapers, and the screening of the eyes."""

from datetime import date
from decimal import Decimal

from monitoring.rules.wording import amount_of_time, number, span
from patients.rules.wording import display_date as day


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
