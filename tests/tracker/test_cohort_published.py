"""The published cases of the demo: as reported, moved in time as a whole, never more exact than their source."""

import json
from datetime import timedelta

import pytest

from patients.rules.vocabulary import DatePrecision, PatientStatus
from regimens.rules.vocabulary import Frequency
from tests.tracker.test_cohort import CHECKOUT, TODAY, courses_of, days_of
from tracker.cohort.people import CohortPatient
from tracker.cohort.published import CASES, last_day, precision_of, published_cohort


@pytest.fixture(scope="module")
def published() -> list[CohortPatient]:
    return list(published_cohort(TODAY))


def test_published_cases_are_those_that_the_rules_are_replayed_on() -> None:
    ours = json.loads(CASES.read_text(encoding="utf-8"))
    theirs = json.loads((CHECKOUT / "tests" / "cases" / "published.json").read_text(encoding="utf-8"))
    for case in ours:
        case.pop("status", None)  # a death that the report tells in words only
    for case in theirs:
        del case["expected"]
    assert ours == theirs


def test_each_published_case_ended_a_few_days_ago(published: list[CohortPatient]) -> None:
    assert len(published) == 8
    for number, patient in enumerate(published, start=1):
        assert max(days_of(patient)) == TODAY - timedelta(days=3 * number)


def test_a_published_case_is_moved_as_a_whole(published: list[CohortPatient]) -> None:
    case = json.loads(CASES.read_text(encoding="utf-8"))[0]
    day_0 = TODAY - timedelta(days=3 + last_day(case))
    starts = [(course.start_on - day_0).days for course in courses_of(published[0])]
    assert starts == [course["start_day"] for course in case["courses"]] == [0, 0, 450]
    assert [(a.on - day_0).days for a in published[0].record.treatment.patient.assessments] == [900]


def test_published_cases_keep_their_provenance_and_pretend_no_precision(published: list[CohortPatient]) -> None:
    for patient in published:
        report = patient.report
        assert report is not None
        assert report.title
        assert report.url.startswith("http")
        assert report.outcome
        assert "Moved in time as a whole" in report.dates
        assert max(len(text) for text in (report.title, report.url, report.dates, report.outcome)) <= 500
        assert patient.identity.given_names == "Published"
        body, courses = patient.record.treatment.patient, courses_of(patient)
        dated = (*body.conditions, *body.assessments, *patient.record.treatment.milestones)
        dated += tuple(outcome for course in courses for outcome in course.outcomes)
        precisions = {entry.precision for entry in dated} | {course.start_precision for course in courses}
        precisions |= {course.stop_precision for course in courses if course.stop_on}
        assert precisions == {precision_of(report.dates.partition(" here. ")[2])}
        assert DatePrecision.DAY not in precisions


@pytest.mark.parametrize(
    ("dates", "precision"),
    [
        ("month: day 0 = mid-November 1998", DatePrecision.MONTH),
        ("year; only years are printed", DatePrecision.YEAR),
        ("day 0 = first visit; prednisone start taken as day 7", DatePrecision.ESTIMATED),
        ("poor except the 8-year gap", DatePrecision.ESTIMATED),
        ("day 0 = first visit", DatePrecision.DAY),
    ],
)
def test_precision_follows_the_case_s_own_words(dates: str, precision: DatePrecision) -> None:
    assert precision_of(dates) is precision


def test_the_words_of_a_report_become_doses(published: list[CohortPatient]) -> None:
    doses = {(p.record.treatment.patient.person.id, c.drug): c.doses[0] for p in published for c in courses_of(p)}
    methotrexate = doses["imnm-srp-martinique-22f", "methotrexate"]
    assert (str(methotrexate.amount), methotrexate.unit, methotrexate.basis) == ("0.3", "mg", "per_kg")
    assert methotrexate.frequency is Frequency.ONCE_WEEKLY
    assert methotrexate.weekday is None
    tapered = doses["ard240498-p01", "prednisolone"]
    assert tapered.frequency is Frequency.ONCE_DAILY
    assert tapered.frequency_text == "once daily then tapered to 7.5 mg/day"
    unknown = doses["imnm-srp-martinique-22f", "rituximab"]
    assert (unknown.amount, unknown.unit, unknown.frequency_text) == (None, None, "not in excerpt")
    assert methotrexate.frequency_text == ""


def test_an_outcome_without_its_day_stays_a_note(published: list[CohortPatient]) -> None:
    rituximab = next(c for p in published for c in courses_of(p) if c.drug == "rituximab")
    assert (rituximab.outcomes, rituximab.undated_outcome) == ((), None)
    assert rituximab.note.endswith("; reported as “remission on this drug”, day not given")


def test_the_patient_who_died_is_recorded_so(published: list[CohortPatient]) -> None:
    persons = {p.record.treatment.patient.person.id: p.record.treatment.patient.person for p in published}
    assert persons["pm-dm-tb-44m-1998"].status is PatientStatus.DECEASED
    assert [person.id for person in persons.values() if person.status is not PatientStatus.ACTIVE] == [
        "pm-dm-tb-44m-1998"
    ]
