"""A record as it would be once what is proposed has been saved."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patients.rules.vocabulary import DatePrecision
from regimens.rules.proposals import ChangeDose, Proposal, StartDrug, StopDrug, Taper, applied, begun_by
from regimens.rules.record import DosePeriod, TreatmentRecord
from regimens.rules.vocabulary import CourseRole, DoseUnit, Frequency, Route, StopReason
from tests.factories.records import course, dose, on, taper, treatment, weekly
from tests.regimens.rules.strategies import records

NEW_DOSE = DosePeriod("", on(0), Decimal(20), DoseUnit.MILLIGRAM, frequency=Frequency.ONCE_DAILY)


def start(drug: str = "azathioprine", day: int = 10, **fields: Any) -> StartDrug:
    usual = {"on": on(day), "drug": drug, "role": CourseRole.IMMUNOSUPPRESSANT, "dose": NEW_DOSE}
    return StartDrug(**{**usual, **fields})


def test_a_start_adds_a_course_with_its_dose_from_that_day() -> None:
    before = treatment(course("methotrexate", doses=(weekly(),)))
    proposal = start(route=Route.ORAL, precision=DatePrecision.MONTH)
    old, new = applied(before, [proposal]).courses
    assert old == before.courses[0]
    assert (new.id, new.drug, new.role, new.route) == ("proposed-1", "azathioprine", proposal.role, Route.ORAL)
    assert (new.start_on, new.start_precision, new.stop_on) == (on(10), DatePrecision.MONTH, None)
    assert new.doses == (replace(NEW_DOSE, id="proposed-1-dose", from_on=on(10)),)


def test_a_drug_outside_the_catalogue_keeps_its_words() -> None:
    (new,) = applied(treatment(), [start("", drug_text="tofacitinib", role=CourseRole.OUTSIDE_PATHWAY)]).courses
    assert (new.drug, new.drug_text, new.role) == ("", "tofacitinib", CourseRole.OUTSIDE_PATHWAY)


def test_a_dose_change_adds_a_period_and_keeps_those_before() -> None:
    before = treatment(course("azathioprine", doses=(dose("50"),)))
    (after,) = applied(before, [ChangeDose(course=before.courses[0].id, on=on(28), dose=NEW_DOSE)]).courses
    assert after.doses[0] == before.courses[0].doses[0]
    assert after.doses[1] == replace(NEW_DOSE, id="proposed-1-dose", from_on=on(28))


def test_a_stop_ends_the_course_as_exactly_as_it_is_known() -> None:
    before = treatment(course("azathioprine"))
    stop = StopDrug(
        course=before.courses[0].id, on=on(28), reason=StopReason.INTOLERANT, precision=DatePrecision.ESTIMATED
    )
    (after,) = applied(before, [stop]).courses
    assert (after.stop_on, after.stop_reason, after.stop_precision) == (
        on(28),
        StopReason.INTOLERANT,
        DatePrecision.ESTIMATED,
    )
    assert replace(after, stop_on=None, stop_reason=None, stop_precision=DatePrecision.DAY) == before.courses[0]


def test_a_taper_takes_the_place_of_the_plan_before_it() -> None:
    before = treatment(course("prednisolone", taper=taper((10, "30"), (20, "20"))))
    plan = Taper(course=before.courses[0].id, steps=((on(14), Decimal(25)), (on(42), Decimal(0))))
    (after,) = applied(before, [plan]).courses
    assert [(step.id, step.on, step.milligrams_per_day) for step in after.taper] == [
        ("proposed-1-step-1", on(14), Decimal(25)),
        ("proposed-1-step-2", on(42), Decimal(0)),
    ]


def test_a_course_begun_here_can_be_changed_stopped_and_tapered_after_it() -> None:
    begun = begun_by(1)
    (new,) = applied(
        treatment(),
        [
            start("prednisolone", role=CourseRole.CORTICOSTEROID),
            ChangeDose(course=begun, on=on(20), dose=NEW_DOSE),
            Taper(course=begun, steps=((on(30), Decimal(5)),)),
            StopDrug(course=begun, on=on(60), reason=StopReason.PLANNED),
        ],
    ).courses
    assert [period.id for period in new.doses] == ["proposed-1-dose", "proposed-2-dose"]
    assert ([step.on for step in new.taper], new.stop_on) == ([on(30)], on(60))


def test_the_order_is_the_order_of_saving() -> None:
    begun = ChangeDose(course=begun_by(1), on=on(20), dose=NEW_DOSE)
    with pytest.raises(KeyError):
        applied(treatment(), [begun, start()])
    known = treatment(course("prednisolone"))
    identity = known.courses[0].id
    plans = [Taper(course=identity, steps=((on(day), Decimal(day)),)) for day in (10, 20)]
    (after,) = applied(known, plans).courses
    assert [step.on for step in after.taper] == [on(20)]
    (other,) = applied(known, reversed(plans)).courses
    assert [step.on for step in other.taper] == [on(10)]


@st.composite
def proposals_about(draw: st.DrawFn, record: TreatmentRecord, number: int) -> Proposal:
    day = on(draw(st.integers(0, 60)))
    known = [*(one.id for one in record.courses)]
    kinds = ["start", "dose", "stop", "taper"] if known else ["start"]
    kind = draw(st.sampled_from(kinds))
    if kind == "start":
        return start(draw(st.sampled_from(["azathioprine", "prednisolone"])), on=day)
    about = draw(st.sampled_from(known))
    if kind == "dose":
        return ChangeDose(course=about, on=day, dose=NEW_DOSE)
    if kind == "stop":
        return StopDrug(course=about, on=day, reason=draw(st.sampled_from(StopReason)))
    return Taper(course=about, steps=((day, Decimal(5)),))


@settings(max_examples=60, deadline=None)
@given(records)
def test_nothing_proposed_is_the_record_itself(record: TreatmentRecord) -> None:
    assert applied(record, ()) == record


@settings(max_examples=60, deadline=None)
@given(st.data(), records)
def test_each_proposal_changes_only_its_course(data: st.DataObject, record: TreatmentRecord) -> None:
    seen: list[Proposal] = []
    now = record
    for number in range(1, data.draw(st.integers(1, 4)) + 1):
        proposal = data.draw(proposals_about(now, number))
        seen.append(proposal)
        then = applied(record, seen)
        about = begun_by(number) if isinstance(proposal, StartDrug) else proposal.course
        before = {one.id: one for one in now.courses}
        after = {one.id: one for one in then.courses}
        assert {identity for identity in after if after[identity] != before.get(identity)} <= {about}
        assert [one.id for one in then.courses][: len(now.courses)] == [one.id for one in now.courses]
        assert replace(then, courses=()) == replace(record, courses=())
        now = then
