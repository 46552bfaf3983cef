"""Why an alert was closed, opened again or sent on by the software, in the sentences that its steps keep."""

from datetime import date

from monitoring.models import Contact, Result
from monitoring.rules import record
from monitoring.rules.wording import value_shown
from patients.clock import day_in
from patients.models import Patient, Staff
from patients.rules.wording import display_date


def corrected(old: Result, new: Result, patient: Patient) -> str:
    shown = value_shown(new.value, new.comparator, new.unit, new.text)
    when = f", sampled {display_date(new.sampled_on)}" if new.sampled_on != old.sampled_on else ""
    return f"The value was corrected to {shown}{when} {_on_by(old, patient)}."


def withdrawn(what: str, row: Result | Contact, patient: Patient) -> str:
    return f"The {what} was withdrawn {_on_by(row, patient)}: {row.superseded_reason}"


def died(on: date | None) -> str:
    return f"The patient died on {display_date(on)}." if on else "The patient has died."


def rested_on() -> str:
    return "Another value that it rested on was corrected or withdrawn: the rules no longer find it."


def read_again(text: str) -> str:
    return f"Read again with what is recorded now: {text}"


def taken_apart(why: str) -> str:
    return f"Closed while this record was one with another, which was taken back: {why}"


def repeat_was_normal(result: record.Result) -> str:
    shown = value_shown(result.value, result.comparator, result.unit, result.text)
    return f"The repeat of {display_date(result.sampled_on)} was {shown} and asks for nothing."


def repeat_is_back(result: record.Result) -> str:
    shown = value_shown(result.value, result.comparator, result.unit, result.text)
    return f"The repeat of {display_date(result.sampled_on)} was {shown}: as good as before the trend, or better."


def nothing_decided(hours: int) -> str:
    return f"Acknowledged, but nothing was decided within {hours} hours."


def no_repeat(on: date) -> str:
    return f"The repeat was due on {display_date(on)}, and no result of it is here."


def held_first(by: Staff) -> str:
    return f"Held by {_name(by)} as first aid: a doctor decides how it goes on."


def _on_by(row: Result | Contact, patient: Patient) -> str:
    if row.superseded_at is None or row.superseded_by is None:
        return ""
    return f"on {display_date(day_in(patient.clinic, row.superseded_at))} by {_name(row.superseded_by)}"


def _name(staff: Staff) -> str:
    return staff.get_full_name() or staff.username
