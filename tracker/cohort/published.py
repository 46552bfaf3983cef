"""The published cases as records, moved in time as a whole so that each case's last event is recent.

`published_cases.json` tells each case as facts on numbered days, read as the replay of cases reads them. Nothing is
made up to fill a gap: a dose, a stop or a day that the report does not give stays open, and every date says that it
is estimated or known to the month.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from monitoring.rules.record import MonitoringRecord
from patients.rules.record import Assessment
from patients.rules.vocabulary import DatePrecision, PatientStatus, Subtype
from regimens.protocol.load import load
from regimens.rules.cases import Case, parse_cases
from regimens.rules.record import Course, DosePeriod, TreatmentRecord
from regimens.rules.vocabulary import CourseRole
from tracker.cohort.people import CohortPatient, Identity, Report

CASES = Path(__file__).with_name("published_cases.json")

# Words by which a report's dates betray that days were worked out and not read.
_ESTIMATES = ("approximate", "taken as", "placed at", "poor", "rebuilt")
# A frequency that the record's own word says in full.
_PLAIN_FREQUENCIES = ("once daily", "twice daily", "once weekly", "per day total")
_DAYS_BETWEEN_ENDINGS = 3


def published_cohort(today: date) -> Iterator[CohortPatient]:
    """The published cases as they would stand if their last event had been a few days before `today`."""
    entries: list[dict[str, Any]] = json.loads(CASES.read_text(encoding="utf-8"), parse_float=Decimal)
    for number, entry in enumerate(entries, start=1):
        day_0 = today - timedelta(days=_DAYS_BETWEEN_ENDINGS * number + last_day(entry))
        (case,) = parse_cases([entry], load(), epoch=day_0)
        yield _patient(case, entry, number, day_0)


def last_day(entry: Mapping[str, Any]) -> int:
    """The number of the last day on which the case reports anything."""
    days = [row["day"] for part in ("assessments", "milestones") for row in entry[part]]
    days += [row[key] for row in entry["conditions"] for key in ("from_day", "to_day")]
    days += [row[key] for row in entry["courses"] for key in ("start_day", "stop_day", "outcome_day")]
    days += [entry["status"]["day"]] if "status" in entry else []
    return int(max(day for day in days if day is not None))


def precision_of(dates: str) -> DatePrecision:
    """How exact a case's days are, from its own words about them."""
    if dates.startswith("month"):
        return DatePrecision.MONTH
    if dates.startswith("year"):
        return DatePrecision.YEAR
    return DatePrecision.ESTIMATED if any(word in dates for word in _ESTIMATES) else DatePrecision.DAY


def _patient(case: Case, entry: Mapping[str, Any], number: int, day_0: date) -> CohortPatient:
    precision = precision_of(case.dates)
    patient = case.record.patient
    status = entry.get("status")
    person = patient.person
    if status:
        status_on = day_0 + timedelta(days=status["day"])
        person = replace(person, status=PatientStatus(status["kind"]), status_on=status_on)
    treatment = TreatmentRecord(
        patient=replace(
            patient,
            person=person,
            conditions=tuple(replace(row, precision=precision) for row in patient.conditions),
            assessments=tuple(_assessment(row, precision) for row in patient.assessments),
        ),
        courses=tuple(_course(row, precision) for row in case.record.courses),
        milestones=tuple(replace(row, precision=precision) for row in case.record.milestones),
    )
    return CohortPatient(
        identity=Identity(f"PUB-{number:02d}", "", "Published", f"Case {number:02d}"),
        record=MonitoringRecord(treatment),
        status_reason=status["reason"] if status else "",
        subtype_note=_subtype_note(entry["patient"]["subtype"] or "", person.subtype),
        born_precision=DatePrecision.ESTIMATED,
        report=Report(
            title=case.title,
            url=case.url,
            dates=f"Moved in time as a whole: day 0 is {day_0:%d-%b-%Y} here. {case.dates}",
            outcome=case.ending,
        ),
    )


def _subtype_note(text: str, subtype: Subtype) -> str:
    """What the report says of the subtype beyond the record's own word for it."""
    return "" if text in ("", subtype.label) else text


def _assessment(row: Assessment, precision: DatePrecision) -> Assessment:
    """A strength total without its form cannot be recorded as a number, so it stays in words."""
    if row.mmt is not None and row.mmt_maximum is None:
        notes = "; ".join(part for part in (row.notes, f"MMT {row.mmt}, form not given") if part)
        row = replace(row, mmt=None, notes=notes)
    return replace(row, precision=precision)


def _course(row: Course, precision: DatePrecision) -> Course:
    """The course as it can be recorded: one name for its drug, and an outcome without its day as a note."""
    undated = f"reported as “{row.undated_outcome.label}”, day not given" if row.undated_outcome else ""
    return replace(
        row,
        drug_text="" if row.drug else row.drug_text,
        role=row.role if row.drug else CourseRole.OUTSIDE_PATHWAY,
        start_precision=precision,
        stop_precision=precision if row.stop_on else DatePrecision.DAY,
        note="; ".join(part for part in (row.note, undated) if part),
        doses=tuple(_dose(dose) for dose in row.doses),
        outcomes=tuple(replace(outcome, precision=precision) for outcome in row.outcomes),
        undated_outcome=None,
    )


def _dose(dose: DosePeriod) -> DosePeriod:
    return replace(dose, frequency_text="") if dose.frequency_text in _PLAIN_FREQUENCIES else dose
