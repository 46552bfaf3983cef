"""The monitoring plan as read: who looks after each drug, what each asks for, levels, risk, and what still holds."""

from datetime import date, timedelta

import pytest

from monitoring.rules.vocabulary import MonitoredBy
from monitoring.selectors import MonitoringPlan, drugs_to_plan, plan_of
from patients.errors import NotAllowed
from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from regimens.rules.vocabulary import Frequency
from tests.factories import rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

TODAY = date(2026, 11, 20)
LATER = TODAY + timedelta(days=30)


@pytest.fixture
def patient(doctor: Staff) -> Patient:
    patient = rows.a_patient(doctor)
    rows.a_course(patient, "methotrexate", dose="15")
    rows.a_course(patient, "azathioprine", stop_on=date(2026, 3, 1))
    return patient


def plan(doctor: Staff, patient: Patient) -> MonitoringPlan:
    return plan_of(doctor, patient, TODAY)


def test_without_any_decision_this_clinic_looks_after_what_is_taken(doctor: Staff, patient: Patient) -> None:
    found = plan(doctor, patient)
    (drug,) = found.drugs
    assert (drug.course.drug, drug.monitored_by, drug.care, drug.paused) == (
        "methotrexate", MonitoredBy.US, None, None,
    )  # fmt: skip
    assert {item.driver.drug for item in drug.items} == {"methotrexate"}
    assert (found.risk, found.overrides, found.pauses, found.levels) == (None, (), (), ())


def test_each_demand_of_a_drug_is_there_though_another_drug_asks_sooner(doctor: Staff, patient: Patient) -> None:
    rows.a_course(patient, "leflunomide", TODAY - timedelta(days=3))
    found = {drug.course.drug: {item.due.item for item in drug.items} for drug in plan(doctor, patient).drugs}
    assert "full_blood_count" in found["methotrexate"] & found["leflunomide"]


def test_what_was_last_said_of_the_drug_says_who_looks_after_it(doctor: Staff, patient: Patient) -> None:
    rows.shared_care(patient, from_on=date(2026, 2, 1))
    own = rows.shared_care(patient, MonitoredBy.OTHER, date(2026, 3, 1), drug="methotrexate", provider="Rheumatology")
    rows.shared_care(patient, MonitoredBy.US, LATER, drug="methotrexate")
    (drug,) = plan(doctor, patient).drugs
    assert (drug.monitored_by, drug.care) == (MonitoredBy.OTHER, own)


def test_only_what_holds_or_will_hold_is_shown_as_such(doctor: Staff, patient: Patient) -> None:
    rows.an_interval_override(patient, TODAY)
    holds = rows.an_interval_override(patient, TODAY + timedelta(days=1), item="full_blood_count")
    rows.a_pause(patient, TODAY)
    rows.a_pause(patient, LATER, ended_on=date(2026, 2, 1), end_reason="discharged")
    ahead = rows.a_pause(patient, LATER, TODAY + timedelta(days=5), drug="methotrexate")
    found = plan(doctor, patient)
    assert (found.overrides, found.pauses) == ((holds,), (ahead,))
    assert found.drugs[0].paused is None


def test_the_risk_is_reviewed_within_a_year(doctor: Staff, patient: Patient) -> None:
    rows.a_risk_assessment(patient, date(2025, 11, 3))
    last = rows.a_risk_assessment(patient, date(2026, 6, 1))
    found = plan(doctor, patient)
    assert found.risk == last
    assert found.risk_review is not None
    assert last.on < found.risk_review.due_on <= last.on + timedelta(days=364)


def test_nobody_reviews_the_risk_of_no_drug(doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    rows.a_risk_assessment(patient, date(2026, 6, 1))
    found = plan(doctor, patient)
    assert (found.drugs, found.risk_review) == ((), None)
    assert found.risk is not None


def test_levels_with_their_range_and_which_of_them_count(doctor: Staff, patient: Patient) -> None:
    ciclosporin = rows.a_course(patient, "ciclosporin", date(2026, 9, 1))
    rows.a_dose(ciclosporin, "100", frequency=Frequency.TWICE_DAILY.value)
    rows.a_target_range(patient, from_on=date(2026, 9, 1))
    rows.a_target_range(patient, from_on=LATER, high=200)
    for day, value, hours in ((1, "160", "12"), (8, "160", "10.99"), (15, "150", "11"), (22, "120", None)):
        rows.a_result(patient, "ciclosporin_level", value, date(2026, 10, day), unit="ng/mL", hours_after_dose=hours)
    (level,) = plan(doctor, patient).levels
    assert level.target is not None
    assert (level.analyte.id, level.target.high) == ("ciclosporin_level", 150)
    assert [(read.result.sampled_on.day, bool(read.why_not), bool(read.outside)) for read in level.levels] == [
        (22, True, False), (15, False, False), (8, True, False), (1, False, True),
    ]  # fmt: skip


def test_a_drug_that_asks_for_levels_has_a_place_for_them_before_the_first(doctor: Staff, patient: Patient) -> None:
    rows.a_course(patient, "tacrolimus")
    assert [(level.analyte.id, level.levels) for level in plan(doctor, patient).levels] == [("tacrolimus_level", ())]


def test_withdrawn_decisions_decide_nothing(doctor: Staff, patient: Patient) -> None:
    gone = {"superseded_at": patient.recorded_at, "superseded_by": doctor, "superseded_reason": "wrong patient"}
    rows.an_interval_override(patient, LATER, **gone)
    rows.a_pause(patient, LATER, **gone)
    rows.a_risk_assessment(patient, **gone)
    rows.shared_care(patient, **gone)
    found = plan(doctor, patient)
    assert (found.risk, found.overrides, found.pauses, found.drugs[0].care) == (None, (), (), None)


def test_the_drugs_to_decide_about_are_those_taken_or_about_to_be_that_ask_for_anything(
    doctor: Staff, patient: Patient
) -> None:
    rows.a_course(patient, "folic_acid")
    rows.a_course(patient, "ciclosporin", LATER)
    rows.a_course(patient, "tacrolimus", stop_on=TODAY)
    rows.a_course(patient, "leflunomide", stop_on=TODAY + timedelta(days=1))
    rows.a_course(patient, "rituximab", never_given=True)
    drugs = [drug.id for drug in drugs_to_plan(doctor, patient, TODAY)]
    assert drugs == ["ciclosporin", "leflunomide", "methotrexate"]


def test_another_clinics_staff_read_no_plan(patient: Patient) -> None:
    stranger = rows.a_member(Role.DOCTOR, password=None)
    with pytest.raises(NotAllowed):
        plan_of(stranger, patient, TODAY)
    with pytest.raises(NotAllowed):
        drugs_to_plan(stranger, patient, TODAY)
