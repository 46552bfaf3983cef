"""Two records of one person made one and taken apart again: nothing lost, nothing half-moved, nobody else's."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from django.apps import apps
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from monitoring.actions import raise_alerts, reconcile
from monitoring.models import Alert, AlertStep, DueItem, Result
from monitoring.rules.vocabulary import AlertStatus
from patients.actions import correct_weight, record_weight
from patients.errors import MergedAway, NotAllowed, NotFound, Refused, Stale
from patients.models import Patient, PatientMerge, Staff, Weight
from patients.rules.vocabulary import PatientStatus, Role
from patients.selectors import patient_for, search_patients
from tests.factories.rows import (
    a_clinic,
    a_contact,
    a_course,
    a_due_item,
    a_height,
    a_member,
    a_patient,
    a_patient_no_longer_under_care,
    a_result,
    a_weight,
    an_alert,
    an_assessment,
    an_outcome,
    clinic_of,
)
from tests.tracker.acts import NAMES, Act, Chart
from tracker.patient_life.merge_preview import preview_merge
from tracker.patient_life.merges import merge_patients, preview_unmerge, unmerge
from tracker.patient_life.tables import STAYS, moving_models, patient_columns, undecided

pytestmark = pytest.mark.django_db

WHY = "same person, seen with both letters"


def merge(by: Staff, kept: Patient, merged: Patient, **changed: Any) -> PatientMerge:
    seen = preview_merge(by=by, kept_id=kept.pk, merged_id=merged.pk).fingerprint
    return merge_patients(
        **{"by": by, "kept_id": kept.pk, "merged_id": merged.pk, "reason": WHY, "seen": seen} | changed
    )


def of(patient: Patient) -> dict[str, list[Any]]:
    """Every row of every table that moves, whole, without the patient that it names."""
    return {
        model._meta.label: sorted(
            repr(sorted((name, value) for name, value in row.items() if name != "patient_id"))
            for row in model._default_manager.filter(patient=patient).values()
        )
        for model in moving_models()
    }


def whose_children(patient: Patient) -> dict[str, int]:
    """How many rows lie under the patient's courses and assessments."""
    children = ("DosePeriod", "Outcome", "Infusion", "InfusionPlan", "TaperPlan", "TaperDecision", "DoseCheck")
    counted = {
        name: apps.get_model("regimens", name).objects.filter(course__patient=patient).count() for name in children
    }
    enzymes = apps.get_model("patients", "AssessmentEnzyme").objects.filter(assessment__patient=patient)
    return {**counted, "AssessmentEnzyme": enzymes.count()}


def identity(patient: Patient) -> dict[str, Any]:
    fresh = Patient.objects.filter(pk=patient.pk).values().get()
    fresh.pop("version")
    return fresh


def test_of_every_table_that_speaks_of_a_patient_somebody_has_decided() -> None:
    assert undecided() == []
    assert set(STAYS) <= {name for name, _ in patient_columns()}


def test_a_table_that_nobody_decided_on_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.patient_life.tables.MOVES", frozenset({"patients.Weight"}))
    assert "monitoring.Result.patient" in undecided()


def test_everything_recorded_goes_to_the_record_that_stays(doctor: Staff) -> None:
    kept, other = a_patient(doctor), a_patient(doctor)
    a_weight(kept, "70")
    a_weight(other, "71")
    course = a_course(other, dose="15")
    an_outcome(course)
    an_assessment(other, ck="400")
    alert = an_alert(other, result=a_result(other, "alt", "300"))
    merged = merge(doctor, kept, other)
    assert {str(row.kilograms) for row in Weight.objects.filter(patient=kept)} == {"70.00", "71.00"}
    assert [set(rows) for rows in of(other).values()] == [set()] * len(moving_models())
    course.refresh_from_db()
    alert.refresh_from_db()
    assert course.patient_id == alert.patient_id == kept.pk
    assert merged.moved["regimens.Course"] == [course.pk]
    other.refresh_from_db()
    assert (other.status, other.merged_into_id) == (PatientStatus.MERGED, kept.pk)


def test_what_is_empty_is_filled_and_what_is_said_stays(doctor: Staff) -> None:
    kept = a_patient(doctor, born=None, subtype="not_recorded")
    other = a_patient(doctor, nhs_number="9990000018", subtype="polymyositis", sex="male", born_precision="month")
    merge(doctor, kept, other)
    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.nhs_number, other.nhs_number) == ("9990000018", "")
    assert (kept.born, kept.born_precision, kept.subtype, kept.sex) == (
        date(1970, 5, 4),
        "month",
        "polymyositis",
        "female",
    )


def test_the_preview_shows_where_the_two_disagree(doctor: Staff) -> None:
    kept, other = a_patient(doctor, nhs_number="9990000018"), a_patient(doctor, nhs_number="9990000026", sex="male")
    shown = preview_merge(by=doctor, kept_id=kept.pk, merged_id=other.pk)
    assert {each.label for each in shown.differences} == {"NHS number", "Family name", "Sex"}


@pytest.mark.parametrize(
    ("number", "born", "two_people"),
    [
        ("9990000026", date(1971, 2, 3), True),
        ("9990000018", date(1971, 2, 3), False),
        ("9990000026", date(1968, 4, 5), False),
        ("", date(1971, 2, 3), False),
        ("9990000026", None, False),
    ],
)
def test_another_number_and_another_birth_are_another_person(
    doctor: Staff, number: str, born: date | None, two_people: bool
) -> None:
    kept = a_patient(doctor, nhs_number="9990000018", born=date(1968, 4, 5))
    other = a_patient(doctor, nhs_number="" if number == kept.nhs_number else number, born=born)
    shown = preview_merge(by=doctor, kept_id=kept.pk, merged_id=other.pk)
    assert any("two people" in conflict.text for conflict in shown.conflicts) is two_people
    if two_people:
        with pytest.raises(Refused):
            merge(doctor, kept, other)


def test_taken_back_both_are_as_before(doctor: Staff) -> None:
    kept, other = a_patient(doctor, born=None), a_patient(doctor, nhs_number="9990000018")
    a_weight(other, "71")
    before = identity(kept), identity(other), of(kept), of(other)
    made = merge(doctor, kept, other)
    unmerge(by=doctor, merge_id=made.pk, reason="two sisters")
    assert (identity(kept), identity(other), of(kept), of(other)) == before
    made.refresh_from_db()
    assert (made.undone_by, made.undone_reason) == (doctor, "two sisters")


def test_a_status_of_before_comes_back(doctor: Staff) -> None:
    kept = a_patient(doctor)
    other = a_patient_no_longer_under_care(doctor, PatientStatus.DISCHARGED)
    before = identity(other)
    unmerge(by=doctor, merge_id=merge(doctor, kept, other).pk, reason="two sisters")
    assert identity(other) == before


def test_a_correction_made_since_goes_back_with_what_it_corrects(doctor: Staff) -> None:
    kept, other = a_patient(doctor), a_patient(doctor)
    row = a_weight(other, "71")
    made = merge(doctor, kept, other)
    correct_weight(by=doctor, entry_id=row.pk, on=row.on, kilograms=Decimal(72), reason="misread the scales")
    own = a_weight(kept, "70", row.on + timedelta(days=1))
    shown = preview_unmerge(by=doctor, merge_id=made.pk)
    assert [each.count for each in shown.counts_with_them] == [1]
    assert [(each.label, each.count) for each in shown.stays] == [("weight", 1)]
    unmerge(by=doctor, merge_id=made.pk, reason="two sisters")
    assert {str(w.kilograms) for w in Weight.objects.filter(patient=other)} == {"71.00", "72.00"}
    assert list(Weight.objects.filter(patient=kept)) == [own]


def test_an_alert_raised_since_goes_back_with_its_result(doctor: Staff) -> None:
    kept, other = a_patient(doctor), a_patient(doctor)
    result = a_result(other, "alt", "300")
    made = merge(doctor, kept, other)
    about_result = an_alert(kept, result=result)
    contact = a_contact(kept)
    about_contact = an_alert(kept, subject=f"contact:{contact.pk}")
    unmerge(by=doctor, merge_id=made.pk, reason="two sisters")
    about_result.refresh_from_db()
    about_contact.refresh_from_db()
    assert (about_result.patient_id, about_contact.patient_id) == (other.pk, kept.pk)


def test_a_field_changed_since_is_left_alone(doctor: Staff) -> None:
    kept, other = a_patient(doctor, subtype="not_recorded"), a_patient(doctor, subtype="polymyositis")
    made = merge(doctor, kept, other)
    Patient.objects.filter(pk=kept.pk).update(subtype="dermatomyositis")
    assert preview_unmerge(by=doctor, merge_id=made.pk).keeps == ("Subtype",)
    unmerge(by=doctor, merge_id=made.pk, reason="two sisters")
    kept.refresh_from_db()
    assert kept.subtype == "dermatomyositis"


def test_a_chain_of_merges_is_taken_back_from_its_end(doctor: Staff) -> None:
    first, second, third = a_patient(doctor), a_patient(doctor), a_patient(doctor)
    a_weight(first, "71")
    one = merge(doctor, second, first)
    two = merge(doctor, third, second)
    first.refresh_from_db()
    assert first.merged_into_id == third.pk
    with pytest.raises(Refused, match="itself been merged"):
        unmerge(by=doctor, merge_id=one.pk, reason="two sisters")
    unmerge(by=doctor, merge_id=two.pk, reason="two sisters")
    first.refresh_from_db()
    assert first.merged_into_id == second.pk
    assert Weight.objects.get().patient_id == second.pk
    unmerge(by=doctor, merge_id=one.pk, reason="two sisters")
    assert Weight.objects.get().patient_id == first.pk


def test_a_longer_chain_leads_back_to_the_record_of_its_own_person(doctor: Staff) -> None:
    first, second, third, fourth = (a_patient(doctor) for _ in range(4))
    merge(doctor, second, first)
    merge(doctor, third, second)
    last = merge(doctor, fourth, third)
    unmerge(by=doctor, merge_id=last.pk, reason="two sisters")
    for each in (first, second, third):
        each.refresh_from_db()
    assert (first.merged_into, second.merged_into, third.merged_into) == (third, third, None)
    assert list(search_patients(doctor, first.hospital_number)) == [third]


def test_what_stayed_behind_because_of_another_record_comes_when_that_goes(doctor: Staff) -> None:
    """The copy in the kept record was the wrong person's: without it the right one's own would be in no record."""
    kept, wrong, right = (a_patient(doctor) for _ in range(3))
    count = {"analyte": "neutrophils", "value": "2.1", "unit": "10*9/L"}
    theirs = a_result(wrong, **count)
    misread = a_result(right, "neutrophils", "21", unit="10*9/L")
    Result.objects.filter(pk=misread.pk).update(
        superseded_at=misread.recorded_at, superseded_by=doctor, superseded_reason="typed wrong"
    )
    own = a_result(right, **count, replaces=misread)
    mistaken = merge(doctor, kept, wrong)
    true = merge(doctor, kept, right)
    own.refresh_from_db()
    assert own.patient == right  # it says the same as the other's
    assert [each.count for each in preview_unmerge(by=doctor, merge_id=mistaken.pk).counts_fetched] == [2]
    unmerge(by=doctor, merge_id=mistaken.pk, reason="two sisters")
    assert {row.pk: row.patient_id for row in Result.objects.all()} == {
        theirs.pk: wrong.pk, misread.pk: kept.pk, own.pk: kept.pk
    }  # fmt: skip
    unmerge(by=doctor, merge_id=true.pk, reason="three sisters")
    assert set(Result.objects.filter(patient=right)) == {misread, own}
    assert not Result.objects.filter(patient=kept).exists()


def test_a_copy_that_the_kept_record_has_itself_stays_behind(doctor: Staff) -> None:
    kept, wrong, right = (a_patient(doctor) for _ in range(3))
    rows = [a_height(each, "165") for each in (kept, wrong, right)]
    mistaken = merge(doctor, kept, wrong)
    merge(doctor, kept, right)
    unmerge(by=doctor, merge_id=mistaken.pk, reason="two sisters")
    assert [type(row).objects.get(pk=row.pk).patient for row in rows] == [kept, wrong, right]


class TestAnAlertClosedByTheOthersResult:
    """A wrong merge lets one person's normal repeat answer for the other's: taken back, it asks again."""

    ASKED: ClassVar[dict[str, Any]] = {
        "status": AlertStatus.ACTED, "action": "repeat", "rule_id": "test.rule", "grade": "urgent",
    }  # fmt: skip

    def low(self, patient: Patient, days_ago: int = 3) -> Alert:
        today = timezone.localdate()
        result = a_result(patient, "neutrophils", "0.4", today - timedelta(days=days_ago), unit="10*9/L")
        return an_alert(patient, result=result, on=result.sampled_on, repeat_on=today, **self.ASKED)

    def normal(self, patient: Patient) -> Result:
        return a_result(patient, "neutrophils", "3.2", timezone.localdate() - timedelta(days=1), unit="10*9/L")

    @pytest.mark.parametrize("of_the_kept", [True, False])
    def test_is_open_again(self, doctor: Staff, of_the_kept: bool) -> None:
        kept, other = a_patient(doctor), a_patient(doctor)
        alert = self.low(kept if of_the_kept else other)
        self.normal(other if of_the_kept else kept)
        made = merge(doctor, kept, other)
        raise_alerts([kept.pk, other.pk])
        alert.refresh_from_db()
        assert alert.status == AlertStatus.CLOSED
        unmerge(by=doctor, merge_id=made.pk, reason="two sisters")
        raise_alerts([kept.pk, other.pk])
        alert.refresh_from_db()
        assert (alert.status, alert.action, alert.closed_at) == (AlertStatus.ACTED, "repeat", None)
        assert alert.patient == (kept if of_the_kept else other)
        assert "two sisters" in alert.steps.get(kind="reopened").note

    def test_stays_closed_where_their_own_answers(self, doctor: Staff) -> None:
        kept, other = a_patient(doctor), a_patient(doctor)
        alert = self.low(other)
        self.normal(other)
        made = merge(doctor, kept, other)
        raise_alerts([kept.pk])
        unmerge(by=doctor, merge_id=made.pk, reason="two sisters")
        raise_alerts([kept.pk, other.pk])
        alert.refresh_from_db()
        assert alert.status == AlertStatus.CLOSED

    def test_stays_closed_where_a_person_closed_it_or_before_the_merge(self, doctor: Staff) -> None:
        kept, other = a_patient(doctor), a_patient(doctor)
        by_hand, before = self.low(other), self.low(kept, days_ago=4)
        close(before, None)
        made = merge(doctor, kept, other)
        close(by_hand, doctor)
        unmerge(by=doctor, merge_id=made.pk, reason="two sisters")
        assert {row.status for row in Alert.objects.all()} == {AlertStatus.CLOSED}


def close(alert: Alert, by: Staff | None) -> None:
    Alert.objects.filter(pk=alert.pk).update(status=AlertStatus.CLOSED, closed_at=timezone.now())
    AlertStep.objects.create(alert=alert, kind="closed", level=alert.level, by=by, at=timezone.now())


@pytest.mark.parametrize("of_the_kept", [True, False])
def test_a_count_of_the_other_person_is_due_again(doctor: Staff, of_the_kept: bool) -> None:
    kept, other = a_patient(doctor), a_patient(doctor)
    on_drug, tested = (kept, other) if of_the_kept else (other, kept)
    today = timezone.localdate()
    a_course(on_drug, start_on=today - timedelta(days=200), dose="15")
    reconcile(patient_ids=[kept.pk, other.pk])

    def standing() -> set[tuple[str, date]]:
        rows = DueItem.objects.filter(patient=on_drug, status="open", item="full_blood_count")
        return set(rows.values_list("item", "due_on"))

    before = standing()
    for analyte, value in (("neutrophils", "3"), ("platelets", "250"), ("white_cells", "6"), ("haemoglobin", "130")):
        a_result(tested, analyte, value, today, unit="10*9/L")
    made = merge(doctor, kept, other)
    reconcile(patient_ids=[kept.pk, other.pk])
    unmerge(by=doctor, merge_id=made.pk, reason="two sisters")
    reconcile(patient_ids=[kept.pk, other.pk])
    assert before
    assert standing() == before


def test_what_was_done_for_a_merged_record_stays_done(doctor: Staff) -> None:
    kept, other = a_patient(doctor), a_patient(doctor)
    today = timezone.localdate()
    a_course(other, start_on=today - timedelta(days=200), dose="15")
    a_result(other, "alt", "20", today - timedelta(days=1))
    usual = {"status": "done", "done_on": today - timedelta(days=1), "closed_at": timezone.now()}
    done = a_due_item(other, "liver_enzymes", today - timedelta(days=2), **usual)
    reconcile(patient_ids=[other.pk])
    merge(doctor, kept, other)
    reconcile(patient_ids=[kept.pk, other.pk])
    done.refresh_from_db()
    assert (done.status, done.done_on) == ("done", today - timedelta(days=1))


class TestWhoMay:
    @pytest.mark.parametrize(
        ("role", "may"), [(Role.DOCTOR, True), (Role.ADMIN, True), (Role.NURSE, False), (Role.AUDITOR, False)]
    )
    def test_by_role(self, doctor: Staff, role: Role, may: bool) -> None:
        kept, other = a_patient(doctor), a_patient(doctor)
        by = a_member(role, clinic_of(doctor))
        if may:
            unmerge(by=by, merge_id=merge(by, kept, other).pk, reason="two sisters")
        else:
            made = merge(doctor, kept, other)
            for act in (
                lambda: preview_merge(by=by, kept_id=kept.pk, merged_id=a_patient(doctor).pk),
                lambda: merge_patients(by=by, kept_id=kept.pk, merged_id=a_patient(doctor).pk, reason=WHY, seen=""),
                lambda: unmerge(by=by, merge_id=made.pk, reason="two sisters"),
            ):
                with pytest.raises(NotAllowed):
                    act()

    def test_another_clinics_records_are_not_found(self, doctor: Staff) -> None:
        stranger = a_member()
        kept, other = a_patient(doctor), a_patient(doctor)
        made = merge(doctor, kept, other)
        with pytest.raises(NotFound):
            preview_merge(by=stranger, kept_id=a_patient(stranger).pk, merged_id=kept.pk)
        with pytest.raises(NotFound):
            unmerge(by=stranger, merge_id=made.pk, reason="two sisters")

    def test_two_clinics_of_one_person_are_not_joined(self, doctor: Staff) -> None:
        elsewhere = a_clinic()
        doctor.memberships.create(clinic=elsewhere, role=Role.DOCTOR)
        kept = a_patient(doctor, clinic=doctor.clinics.exclude(pk=elsewhere.pk).get())
        with pytest.raises(Refused, match="different clinics"):
            preview_merge(by=doctor, kept_id=kept.pk, merged_id=a_patient(doctor, clinic=elsewhere).pk)

    def test_a_reason_is_needed(self, doctor: Staff) -> None:
        kept, other = a_patient(doctor), a_patient(doctor)
        with pytest.raises(Refused):
            merge(doctor, kept, other, reason="  ")
        made = merge(doctor, kept, other)
        with pytest.raises(Refused):
            unmerge(by=doctor, merge_id=made.pk, reason="")

    def test_what_changed_since_the_preview_stops_the_merge(self, doctor: Staff) -> None:
        kept, other = a_patient(doctor), a_patient(doctor)
        seen = preview_merge(by=doctor, kept_id=kept.pk, merged_id=other.pk).fingerprint
        a_weight(other)
        with pytest.raises(Stale):
            merge(doctor, kept, other, seen=seen)

    def test_not_with_itself_nor_twice(self, doctor: Staff) -> None:
        kept, other = a_patient(doctor), a_patient(doctor)
        with pytest.raises(Refused, match="same record"):
            merge(doctor, kept, kept)
        made = merge(doctor, kept, other)
        with pytest.raises(Refused, match="already been merged"):
            merge(doctor, a_patient(doctor), other)
        unmerge(by=doctor, merge_id=made.pk, reason="two sisters")
        with pytest.raises(Refused, match="taken back"):
            unmerge(by=doctor, merge_id=made.pk, reason="two sisters")


class TestTheMergedRecord:
    def test_is_read_and_written_no_more(self, doctor: Staff) -> None:
        kept, other = a_patient(doctor), a_patient(doctor)
        merge(doctor, kept, other)
        with pytest.raises(MergedAway):
            patient_for(doctor, other.pk)
        with pytest.raises(NotFound):
            record_weight(by=doctor, patient_id=other.pk, on=date(2026, 1, 1), kilograms=Decimal(70))

    def test_its_numbers_find_the_one_that_holds(self, doctor: Staff) -> None:
        kept = a_patient(doctor, nhs_number="9990000018")
        other = a_patient(doctor, nhs_number="9990000026", family_name="Otherwise")
        merge(doctor, kept, other)
        for text in (other.hospital_number, other.hospital_number[:4], "999 000 0026", "999 000 0018", ""):
            assert list(search_patients(doctor, text)) == [kept], text
        assert list(search_patients(doctor, "Otherwise")) == []

    def test_nothing_is_due_and_no_alert_is_raised(self, doctor: Staff) -> None:
        kept, other = a_patient(doctor), a_patient(doctor)
        a_course(other, start_on=date(2026, 1, 1), dose="15")
        reconcile(patient_ids=[other.pk])
        assert DueItem.objects.filter(patient=other, status="open").exists()
        twin = a_result(kept, "neutrophils", "0.2", unit="10*9/L"), a_result(other, "neutrophils", "0.2", unit="10*9/L")
        merge(doctor, kept, other)
        assert Result.objects.get(pk=twin[1].pk).patient_id == other.pk
        both = [kept.pk, other.pk]
        reconcile(patient_ids=both)
        raise_alerts(both, twin[0].sampled_on)
        assert not DueItem.objects.filter(patient=other, status="open").exists()
        assert DueItem.objects.filter(patient=kept, status="open").exists()
        assert not Alert.objects.filter(patient=other).exclude(status=AlertStatus.CLOSED).exists()


ACTS = st.lists(
    st.builds(Act, st.sampled_from(NAMES), st.integers(0, 5), st.integers(1, 20), st.integers(0, 400)), max_size=12
)


class MergedAndTakenApart(TestCase):
    @settings(max_examples=25)
    @given(ACTS, ACTS)
    def test_gives_the_same_rows(self, of_one: list[Act], of_other: list[Act]) -> None:
        doctor = a_member(password=None)
        one, other = a_patient(doctor), a_patient(doctor)
        for patient, acts in ((one, of_one), (other, of_other)):
            chart = Chart(patient, doctor)
            for act in acts:
                chart.perform(act)
        raise_alerts([one.pk, other.pk])
        before = [(identity(each), of(each), whose_children(each)) for each in (one, other)]
        try:
            made = merge(doctor, one, other)
        except Refused:
            assert [(identity(each), of(each), whose_children(each)) for each in (one, other)] == before
            return
        joined = of(one)
        for label, rows in before[0][1].items():
            assert set(rows) <= set(joined[label])
        reconcile(patient_ids=[one.pk, other.pk])
        unmerge(by=doctor, merge_id=made.pk, reason="two sisters")
        assert [(identity(each), of(each), whose_children(each)) for each in (one, other)] == before
