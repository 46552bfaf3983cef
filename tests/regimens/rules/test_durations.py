"""How long people were on a drug or a line: both sides of each limit, each way to end, what holds for any record."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.rules.record import Person
from patients.rules.vocabulary import DatePrecision, PatientStatus
from regimens.protocol.cohort import load_cohort
from regimens.rules.cases import parse_cases
from regimens.rules.durations import (
    Ending,
    Followed,
    drug_followed,
    first_spells,
    followed_until,
    lines_by_course,
    lines_followed,
    months_after,
    spells,
)
from regimens.rules.pathway import evaluate
from regimens.rules.record import TreatmentRecord
from regimens.rules.vocabulary import MilestoneKind, StopReason
from tests.factories import records as made
from tests.regimens.rules.build import PROTOCOL
from tests.regimens.rules.strategies import days, records
from tests.regimens.rules.test_properties import EXAMPLES, known_by, shuffled

FILE = load_cohort()
RESTART = FILE.settings.restart_days
COUNTING = FILE.stops_that_count
TODAY = made.on(1000)
CASES = Path(__file__).parents[2] / "cases"


def stopped(drug: str, day: int, stop: int, reason: StopReason | None = StopReason.INEFFECTIVE, **fields: Any):
    return made.course(drug, day, stop, stop_reason=reason, **fields)


def followed(reason: StopReason | None = None, person: Person | None = None, as_of: date = TODAY) -> Followed | None:
    course = made.course("methotrexate", 0) if reason is None else stopped("methotrexate", 0, 300, reason)
    (spell,) = spells([course], as_of, RESTART)
    return drug_followed(spell, person or made.person(), as_of, COUNTING)


@pytest.mark.parametrize(("gap", "count"), [(0, 1), (RESTART, 1), (RESTART + 1, 2)])
def test_a_restart_within_the_days_goes_on(gap: int, count: int) -> None:
    courses = [stopped("methotrexate", 0, 100), made.course("methotrexate", 100 + gap)]
    found = spells(courses, TODAY, RESTART)
    assert len(found) == count
    assert found[0].stop_on == (None if count == 1 else made.on(100))
    assert found[0].start_on == made.on(0)


def test_the_gap_is_counted_from_the_last_stop_of_all_that_went_before() -> None:
    long = stopped("azathioprine", 0, 200, StopReason.INTOLERANT)
    short = stopped("azathioprine", 10, 20)
    (spell,) = spells([long, short, stopped("azathioprine", 200 + RESTART, 300)], TODAY, RESTART)
    assert (spell.start_on, spell.stop_on, spell.stop_reason) == (made.on(0), made.on(300), StopReason.INEFFECTIVE)
    assert len(spell.courses) == 3


def test_other_drugs_never_given_and_drugs_beside_treatment_are_apart() -> None:
    courses = [
        made.course("methotrexate", 0),
        made.course("azathioprine", 0),
        made.never_given("tacrolimus"),
        made.course("folic_acid", 0),
        made.course("", 0, drug_text="a study drug"),
    ]
    assert [spell.drug for spell in spells(courses, TODAY, RESTART)] == ["azathioprine", "methotrexate"]


def test_what_lies_after_the_day_is_not_there() -> None:
    courses = [stopped("methotrexate", 0, 101), made.course("azathioprine", 101)]
    (spell,) = spells(courses, made.on(100), RESTART)
    assert (spell.drug, spell.stop_on, spell.stop_reason) == ("methotrexate", None, None)
    assert spells(courses, made.on(101), RESTART)[0].stop_on == made.on(101)


def test_each_drug_counts_with_its_first_spell() -> None:
    courses = [stopped("methotrexate", 0, 100), stopped("methotrexate", 300, 400), made.course("rituximab", 350)]
    found = first_spells(spells(courses, TODAY, RESTART))
    assert [(spell.drug, spell.start_on) for spell in found] == [
        ("methotrexate", made.on(0)),
        ("rituximab", made.on(350)),
    ]


@pytest.mark.parametrize("reason", list(StopReason))
def test_a_stop_counts_by_its_reason(reason: StopReason) -> None:
    found = followed(reason)
    assert found is not None
    assert (found.days, found.ending, found.reason) == (300, Ending.STOPPED, reason)
    assert found.event == (reason in COUNTING)


def test_a_stop_without_a_reason_counts_as_one_not_recorded() -> None:
    (spell,) = spells([stopped("methotrexate", 0, 300, None)], TODAY, RESTART)
    found = drug_followed(spell, made.person(), TODAY, COUNTING)
    assert found is not None
    assert (found.event, found.reason) == (True, StopReason.NOT_RECORDED)


def test_whoever_takes_it_still_is_censored_on_the_day() -> None:
    found = followed()
    assert found is not None
    assert (found.days, found.event, found.ending) == (1000, False, Ending.STILL)


@pytest.mark.parametrize(
    ("left", "ending", "days"),
    [(299, Ending.LEFT, 299), (300, Ending.STOPPED, 300), (301, Ending.STOPPED, 300)],
)
def test_whoever_leaves_before_the_stop_is_censored(left: int, ending: Ending, days: int) -> None:
    person = made.person(status=PatientStatus.DECEASED, status_on=made.on(left))
    found = followed(StopReason.INEFFECTIVE, person)
    assert found is not None
    assert (found.ending, found.days) == (ending, days)


def test_whoever_left_before_the_start_is_not_counted() -> None:
    person = made.person(status=PatientStatus.TRANSFERRED, status_on=made.on(-1))
    assert followed(person=person) is None


def test_whoever_leaves_after_the_day_is_there_on_it() -> None:
    person = made.person(status=PatientStatus.DISCHARGED, status_on=made.on(51))
    assert followed_until(person, made.on(50)) == (made.on(50), False)
    assert followed_until(person, made.on(51)) == (made.on(51), True)


def test_without_a_day_of_leaving_nothing_is_counted() -> None:
    assert followed(person=made.person(status=PatientStatus.DISCHARGED)) is None


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 3, 1), -3, date(2025, 12, 1)),
        (date(2026, 5, 4), 12, date(2027, 5, 4)),
    ],
)
def test_months_keep_the_day_or_the_last_of_the_month(day: date, months: int, then: date) -> None:
    assert months_after(day, months) == then


def lines_of(*courses: Any, as_of: date = TODAY, **parts: Any):
    return lines_followed(made.treatment(*courses, **parts), PROTOCOL, as_of)


def test_line_1_begins_with_the_corticosteroid_and_ends_with_a_higher_line() -> None:
    first, second = lines_of(
        made.course("prednisolone", 0), made.course("methotrexate", 20), made.course("rituximab", 200)
    )
    assert (first.line, first.followed.days, first.followed.event) == (1, 200, True)
    assert first.next_line == second.line > 1
    assert (second.followed.ending, second.followed.days, second.next_line) == (Ending.STILL, 800, 0)


def test_remission_off_treatment_ends_the_watching() -> None:
    (found,) = lines_of(
        stopped("prednisolone", 0, 300, StopReason.REMISSION),
        milestones=(made.milestone(MilestoneKind.DRUG_FREE_REMISSION, 400),),
    )
    assert (found.followed.days, found.followed.event, found.followed.ending) == (400, False, Ending.OFF_TREATMENT)


def test_a_new_course_of_treatment_is_not_followed() -> None:
    found = lines_of(
        stopped("prednisolone", 0, 300, StopReason.REMISSION),
        made.course("rituximab", 600),
        milestones=(made.milestone(MilestoneKind.DRUG_FREE_REMISSION, 400), made.milestone(MilestoneKind.RELAPSE, 590)),
    )
    assert [(one.line, one.followed.ending) for one in found] == [(1, Ending.OFF_TREATMENT)]


def test_a_drug_begun_in_remission_reaches_no_line() -> None:
    (found,) = lines_of(
        made.course("prednisolone", 0),
        made.course("rituximab", 500),
        milestones=(made.milestone(MilestoneKind.REMISSION, 400),),
    )
    assert (found.line, found.followed.ending) == (1, Ending.STILL)


@pytest.mark.parametrize(("start", "lines"), [(0, [3]), (1, [1, 3])])
def test_a_line_begun_with_a_higher_one_has_no_time_of_its_own(start: int, lines: list[int]) -> None:
    found = lines_of(made.course("prednisolone", 0), made.course("rituximab", start))
    assert [one.line for one in found] == [lines_by_rituximab() if line == 3 else line for line in lines]


def lines_by_rituximab() -> int:
    """The line that the pathway puts rituximab on."""
    course = made.course("rituximab", 0)
    return lines_by_course(made.treatment(course), PROTOCOL, TODAY)[course.id]


def test_a_start_known_to_the_month_is_said() -> None:
    course = made.course("methotrexate", 0, start_precision=DatePrecision.MONTH)
    (spell,) = spells([course], TODAY, RESTART)
    assert spell.estimated
    assert lines_of(course)[0].estimated


def all_of(treatment: TreatmentRecord, day: date) -> tuple[object, ...]:
    found = spells(treatment.courses, day, RESTART)
    person = treatment.patient.person
    kept = tuple(drug_followed(spell, person, day, COUNTING) for spell in found)
    return found, kept, lines_followed(treatment, PROTOCOL, day)


@EXAMPLES
@given(records, days, st.integers(0, 10_000))
def test_the_order_of_rows_has_no_meaning(treatment: TreatmentRecord, day: date, seed: int) -> None:
    assert all_of(shuffled(treatment, seed), day) == all_of(treatment, day)


@EXAMPLES
@given(records, days)
def test_nothing_after_the_day_changes_the_answer(treatment: TreatmentRecord, day: date) -> None:
    assert all_of(known_by(treatment, day), day) == all_of(treatment, day)


@EXAMPLES
@given(records, days)
def test_nobody_is_watched_for_less_than_no_time_or_beyond_the_day(treatment: TreatmentRecord, day: date) -> None:
    spell_list = spells(treatment.courses, day, RESTART)
    person = treatment.patient.person
    kept = [drug_followed(spell, person, day, COUNTING) for spell in spell_list]
    kept += [one.followed for one in lines_followed(treatment, PROTOCOL, day)]
    for one in kept:
        if one is not None:
            assert one.days >= 0
            assert one.end_on <= day
    every_course = [course for spell in spell_list for course in spell.courses]
    assert len(every_course) == len(set(every_course))


@EXAMPLES
@given(records, days)
def test_spells_of_one_drug_lie_apart(treatment: TreatmentRecord, day: date) -> None:
    found = spells(treatment.courses, day, RESTART)
    for one in found:
        for other in found:
            if one.drug == other.drug and one.start_on < other.start_on:
                assert one.stop_on is not None
                assert (other.start_on - one.stop_on).days > RESTART


@pytest.mark.parametrize(
    "case", parse_cases(json.loads((CASES / "published.json").read_text()), PROTOCOL), ids=lambda case: case.id
)
def test_published_cases_reach_the_lines_that_the_pathway_says(case) -> None:
    """The highest line watched is the highest ever reached, as long as nobody began anew off treatment."""
    treatment = case.record
    day = max((course.start_on for course in treatment.courses), default=date(2026, 1, 1))
    found = lines_followed(treatment, PROTOCOL, day)
    findings = evaluate(treatment, PROTOCOL, day)
    if not any(row.kind is MilestoneKind.DRUG_FREE_REMISSION for row in treatment.milestones):
        assert max((one.line for one in found), default=0) == findings.line_ever_reached
    assert all(one.next_line > one.line for one in found if one.followed.event)


def test_a_record_left_alone_is_not_changed() -> None:
    treatment = made.treatment(made.course("methotrexate", 0))
    before = replace(treatment)
    lines_followed(treatment, PROTOCOL, TODAY)
    assert treatment == before
