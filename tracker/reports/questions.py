"""From what somebody chose to a question that can be answered, kept and answered again."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from patients.errors import Refused
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.rules.wording import display_date
from patients.selectors import clinic_for
from tracker.reports.definitions import AsOf, Question, Report, Row
from tracker.reports.registry import report_named
from tracker.reports.trail import as_of_now


def ask(
    staff: Staff,
    *,
    clinic_id: int,
    report: str,
    period_from: date,
    period_until: date,
    filters: Mapping[str, str] | None = None,
    as_of: AsOf | None = None,
    known_at: datetime | None = None,
) -> tuple[Report, Question]:
    """The report and the question, as the database stands now unless told when. Empty filters fall away.

    Raises NotFound (clinic, report), NotAllowed, Refused (a period that ends before it begins, an unknown filter, a
    `known_at` that has not come, lies before the period, or is asked of a report that has no such thing).
    """
    asked = report_named(report)
    clinic = clinic_for(staff, clinic_id, asked.permission)
    if period_until < period_from:
        raise Refused(
            f"The period ends on {display_date(period_until)}, before it begins on {display_date(period_from)}.",
            "period_until",
        )
    chosen = {name: value for name, value in (filters or {}).items() if value}
    question = Question(report, clinic, period_from, period_until, as_of or as_of_now(), chosen, known_at)
    _require_known_at(asked, question)
    words = filters_in_words(staff, asked, question)
    for name in chosen.keys() - words.keys():
        raise Refused(f"The report “{asked.title}” cannot be narrowed by “{name}” to “{chosen[name]}”.", name)
    return asked, question


def _require_known_at(report: Report, question: Question) -> None:
    known_at = question.known_at
    if known_at is None:
        return
    if not report.known_then:
        raise Refused(
            f"The report “{report.title}” reads the audit trail, where nothing is corrected. Leave “known at” out.",
            "known_at",
        )
    if known_at > question.as_of.moment:
        raise Refused("The moment whose knowledge is asked for has not come yet. Enter an earlier one.", "known_at")
    if known_at < question.begins:
        raise Refused(
            f"At that moment the period, which begins on {display_date(question.period_from)}, had not begun.",
            "known_at",
        )


def filters_in_words(staff: Staff, report: Report, question: Question) -> dict[str, str]:
    """What was narrowed, by the filter's name, with the words for what was chosen; unknown ones are left out."""
    found = {}
    for one in report.filters:
        value = question.filters.get(one.name)
        if value is None:
            continue
        if one.choices is None:
            found[one.name] = value
        elif value in (choices := dict(one.choices(staff, question.clinic))):
            found[one.name] = choices[value]
    return found


def rows_of(staff: Staff, report: Report, question: Question) -> Iterator[Row]:
    """Every row, streamed. Raises NotFound, NotAllowed for who may not run this report in this clinic."""
    clinic_for(staff, question.clinic.pk, report.permission)
    return report.rows(staff, question)


def count_of(staff: Staff, report: Report, question: Question) -> int:
    """How many rows it has. Raises NotFound, NotAllowed."""
    clinic_for(staff, question.clinic.pk, report.permission)
    return report.count(staff, question)


def kept(question: Question) -> dict[str, Any]:
    """The question as it is stored with a run, its clinic left out."""
    as_of = question.as_of
    return {
        "from": question.period_from.isoformat(),
        "until": question.period_until.isoformat(),
        "filters": dict(question.filters),
        "known_at": None if question.known_at is None else question.known_at.isoformat(),
        "as_of": kept_as_of(as_of),
    }


def kept_as_of(as_of: AsOf) -> dict[str, Any]:
    return {
        "moment": as_of.moment.isoformat(),
        "snapshot": as_of.snapshot,
        "transaction": as_of.transaction,
        "last_event": as_of.last_event,
    }


def as_of_kept(stored: Mapping[str, Any]) -> AsOf:
    return AsOf(
        datetime.fromisoformat(stored["moment"]), stored["snapshot"], stored["transaction"], stored["last_event"]
    )


def asked_again(staff: Staff, clinic_id: int, report: str, stored: Mapping[str, Any]) -> tuple[Report, Question]:
    """The same question as it was stored. Raises NotFound, NotAllowed where the person may no longer ask it."""
    known_at = stored.get("known_at")  # not there in questions stored before it could be chosen
    return ask(
        staff,
        clinic_id=clinic_id,
        report=report,
        period_from=date.fromisoformat(stored["from"]),
        period_until=date.fromisoformat(stored["until"]),
        filters=stored["filters"],
        as_of=as_of_kept(stored["as_of"]),
        known_at=datetime.fromisoformat(known_at) if known_at else None,
    )


REPORTING = Permission.RUN_AUDITS
"""What a person needs in a clinic to see its reports at all."""
