"""The pages of a patient's life as a whole: who sees them, what they say, and how many queries they take."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import Patient, PatientMerge, PatientTransfer, Staff, Weight
from patients.rules.vocabulary import PatientStatus, Role
from tests.factories.rows import a_clinic, a_course, a_member, a_patient, a_weight, clinic_of, some_contact_details
from tests.tracker.pages import query_budget, text_of
from tracker.audit.accesses import accesses_of
from tracker.patient_life.merge_preview import preview_merge
from tracker.patient_life.merges import merge_patients, unmerge
from tracker.patient_life.transfers import ask_transfer, withdraw_transfer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


@pytest.fixture
def doctor(client: Client) -> Staff:
    doctor = a_member(password=None, first_name="Dora", last_name="Doctor")
    client.force_login(doctor)
    return doctor


@pytest.fixture
def admin(client: Client) -> Staff:
    admin = a_member(Role.ADMIN, password=None)
    client.force_login(admin)
    return admin


def merged_pair(by: Staff, **fields: Any) -> tuple[Patient, Patient, PatientMerge]:
    kept, merged = a_patient(by), a_patient(by, **fields)
    a_weight(merged, "71")
    seen = preview_merge(by=by, kept_id=kept.pk, merged_id=merged.pk).fingerprint
    made = merge_patients(by=by, kept_id=kept.pk, merged_id=merged.pk, reason="one person", seen=seen)
    return kept, merged, made


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


class TestMerging:
    def test_from_the_number_to_the_one_record(self, client: Client, doctor: Staff) -> None:
        kept, other = a_patient(doctor), a_patient(doctor, nhs_number="9990000018")
        a_weight(other, "71")
        address = reverse("merge_patient", args=[kept.pk])
        assert address in client.get(reverse("record", args=[kept.pk])).content.decode()
        chosen: Any = client.post(address, {"other": other.hospital_number.lower()})
        assert chosen.url == f"{address}?with={other.pk}"
        shown = client.get(chosen.url)
        page = text_of(shown)
        assert f"Everything in {other.hospital_number} comes over" in page
        assert "Weight 1" in page
        assert "999 000 0018" in page
        seen = preview_merge(by=doctor, kept_id=kept.pk, merged_id=other.pk).fingerprint
        done: Any = client.post(
            chosen.url,
            {"reason": "one person", "one_person": "on", "seen": seen},
        )
        assert done.url == reverse("record", args=[kept.pk])
        assert Weight.objects.get().patient_id == kept.pk

    def test_a_number_that_nobody_has(self, client: Client, doctor: Staff) -> None:
        stranger = a_patient(a_member())
        address = reverse("merge_patient", args=[a_patient(doctor).pk])
        for number in ("nothing", stranger.hospital_number):
            refused = client.post(address, {"other": number})
            assert refused.status_code == 422
            assert "No record of this clinic has this hospital number" in text_of(refused)
        assert client.get(f"{address}?with={stranger.pk}").status_code == 404

    def test_a_conflict_is_named_and_cannot_be_sent(self, client: Client, doctor: Staff) -> None:
        kept, other = a_patient(doctor), a_patient(doctor)
        for one in (kept, other):
            a_course(one)
        shown = client.get(f"{reverse('merge_patient', args=[kept.pk])}?with={other.pk}")
        assert "Both records have a course of one drug at the same time" in text_of(shown)
        assert 'name="one_person"' not in shown.content.decode()

    def test_what_changed_meanwhile_is_shown_again(self, client: Client, doctor: Staff) -> None:
        kept, other = a_patient(doctor), a_patient(doctor)
        seen = preview_merge(by=doctor, kept_id=kept.pk, merged_id=other.pk).fingerprint
        a_weight(other)
        address = f"{reverse('merge_patient', args=[kept.pk])}?with={other.pk}"
        typed = {"reason": "one person", "one_person": "on"}
        again = client.post(address, {**typed, "seen": seen})
        assert again.status_code == 409
        now = preview_merge(by=doctor, kept_id=kept.pk, merged_id=other.pk).fingerprint
        assert f'value="{now}"' in again.content.decode()
        assert client.post(address, {**typed, "seen": now}).status_code == 302

    def test_each_address_of_the_merged_record_says_where_it_went(self, client: Client, doctor: Staff) -> None:
        kept, merged, _ = merged_pair(doctor)
        for name in ("record", "algorithm_map", "response", "monitoring_plan", "add_weight", "merge_patient"):
            response = client.get(reverse(name, args=[merged.pk]))
            assert response.status_code == 200, name
            page = text_of(response)
            assert f"Record {merged.hospital_number} was merged" in page
            assert "by Dora Doctor: one person" in page
            assert reverse("record", args=[kept.pk]) in response.content.decode()
            assert response["Cache-Control"] == "no-store"
        written = client.post(reverse("add_weight", args=[merged.pk]), {"on": "today", "kilograms": "70"})
        assert written.status_code == 409

    def test_another_clinic_finds_neither(self, client: Client, doctor: Staff) -> None:
        _, merged, made = merged_pair(a_member())
        assert client.get(reverse("record", args=[merged.pk])).status_code == 404
        assert client.get(reverse("undo_merge", args=[made.pk])).status_code == 404
        assert merged.hospital_number not in text_of(client.get(reverse("merges")))

    def test_it_is_taken_back_from_the_list(self, client: Client, doctor: Staff) -> None:
        kept, merged, made = merged_pair(doctor)
        a_weight(kept, "90")
        address = reverse("undo_merge", args=[made.pk])
        assert address in client.get(reverse("merges")).content.decode()
        page = text_of(client.get(address))
        assert "Weight: 1" in page
        assert client.post(address, {"reason": "two sisters"}).url == reverse("merges")
        assert "taken back" in text_of(client.get(reverse("merges")))
        assert client.get(address).status_code == 404
        assert client.get(reverse("record", args=[merged.pk])).status_code == 200

    def test_looking_back_across_a_merge_says_so(self, client: Client, doctor: Staff) -> None:
        registered = "2026-01-01T10:00:00Z"
        kept, merged = a_patient(doctor, recorded_at=registered), a_patient(doctor, recorded_at=registered)
        a_weight(merged, "71", date(2026, 1, 5), recorded_at=registered)
        seen = preview_merge(by=doctor, kept_id=kept.pk, merged_id=merged.pk).fingerprint
        merge_patients(by=doctor, kept_id=kept.pk, merged_id=merged.pk, reason="one person", seen=seen)
        page = text_of(client.get(reverse("record", args=[kept.pk]), {"known_on": "2026-03-01"}))
        assert f"Record {merged.hospital_number} of the same person was merged into this one on 01-Jun-2026" in page

    @pytest.mark.parametrize("role", [Role.NURSE, Role.AUDITOR])
    def test_not_for_those_who_may_not(self, client: Client, role: Role) -> None:
        staff = a_member(role, password=None)
        client.force_login(staff)
        for address in (
            reverse("merge_patient", args=[a_patient(staff).pk]),
            reverse("merges"),
            reverse("duplicates", args=[clinic_of(staff).pk]),
            reverse("transfers"),
            reverse("hand_over", args=[a_patient(staff).pk]),
            reverse("subject_access", args=[a_patient(staff).pk]),
            reverse("retention", args=[clinic_of(staff).pk]),
        ):
            assert client.get(address).status_code == 403, address

    @pytest.mark.parametrize("page", ["merges", "duplicates"])
    def test_the_queries_do_not_grow(self, client: Client, doctor: Staff, page: str) -> None:
        address = reverse(page, args=[clinic_of(doctor).pk] if page == "duplicates" else [])
        merged_pair(doctor)
        a_patient(doctor, family_name="Same"), a_patient(doctor, family_name="Same")
        assert queries_of(client, address) <= query_budget(page)
        few = queries_of(client, address)
        for _ in range(12):
            merged_pair(doctor)
            a_patient(doctor, family_name="Same")
        assert queries_of(client, address) == few


class TestHandingOver:
    def test_from_the_record_to_the_other_clinic(self, client: Client, doctor: Staff) -> None:
        patient, receiver = a_patient(doctor, nhs_number="9990000018"), a_member(password=None)
        some_contact_details(patient, "private@example.org")
        address = reverse("hand_over", args=[patient.pk])
        assert address in client.get(reverse("record", args=[patient.pk])).content.decode()
        client.post(address, {"to_clinic": clinic_of(receiver).pk, "reason": "moved to the coast"})
        row = PatientTransfer.objects.get()
        assert "already being handed over" in text_of(client.get(address))
        client.force_login(receiver)
        accept = reverse("accept_transfer", args=[row.pk])
        page = text_of(client.get(reverse("transfers")))
        assert patient.family_name.upper() in page
        assert "moved to the coast" in page
        assert patient.hospital_number not in page
        assert "private@example.org" not in page
        assert client.get(reverse("record", args=[patient.pk])).status_code == 404
        assert client.post(accept, {"hospital_number": ""}).status_code == 422
        done: Any = client.post(accept, {"hospital_number": "COAST1"})
        assert done.url == reverse("record", args=[patient.pk])
        assert client.get(done.url).status_code == 200
        client.force_login(doctor)
        assert client.get(reverse("record", args=[patient.pk])).status_code == 404
        settled = text_of(client.get(reverse("transfers")))
        assert patient.hospital_number in settled
        assert "COAST1" not in settled
        assert patient.family_name.upper() not in settled

    def test_declined_with_a_reason_and_withdrawn(self, client: Client, doctor: Staff) -> None:
        patient, receiver = a_patient(doctor), a_member(password=None)
        row = ask_transfer(by=doctor, patient_id=patient.pk, to_clinic=clinic_of(receiver).pk, reason="moved")
        client.force_login(receiver)
        client.post(reverse("decline_transfer", args=[row.pk]), {"note": "no room this year"})
        client.force_login(doctor)
        assert "declined: no room this year" in text_of(client.get(reverse("transfers")))
        row = ask_transfer(by=doctor, patient_id=patient.pk, to_clinic=clinic_of(receiver).pk, reason="moved")
        client.post(reverse("withdraw_transfer", args=[row.pk]))
        row.refresh_from_db()
        assert row.status == "withdrawn"
        client.force_login(a_member(password=None))
        for name in ("accept_transfer", "decline_transfer"):
            assert client.get(reverse(name, args=[row.pk])).status_code == 404
        assert client.post(reverse("withdraw_transfer", args=[row.pk])).status_code == 404

    def test_the_queries_do_not_grow(self, client: Client, doctor: Staff) -> None:
        there = a_clinic()

        def hand_over() -> None:
            ask_transfer(by=doctor, patient_id=a_patient(doctor).pk, to_clinic=there.pk, reason="moved")

        hand_over()
        assert queries_of(client, reverse("transfers")) <= query_budget("transfers")
        few = queries_of(client, reverse("transfers"))
        for _ in range(12):
            hand_over()
        assert queries_of(client, reverse("transfers")) == few


class TestGivingOut:
    def test_the_file_is_downloaded_and_told(self, client: Client, admin: Staff) -> None:
        patient = a_patient(admin)
        address = reverse("subject_access", args=[patient.pk])
        assert address in client.get(reverse("record", args=[patient.pk])).content.decode()
        assert "Never." in text_of(client.get(address))
        refused = client.post(address, {"reason": ""})
        assert refused.status_code == 422
        made = client.post(address, {"reason": "the patient, in person"})
        assert made["Content-Type"] == "application/zip"
        assert patient.family_name not in made["Content-Disposition"]
        assert made.content.startswith(b"PK")
        assert "the patient, in person" in text_of(client.get(address))

    def test_another_clinics_patient_is_not_found(self, client: Client, admin: Staff) -> None:
        address = reverse("subject_access", args=[a_patient(a_member()).pk])
        assert client.get(address).status_code == 404
        assert client.post(address, {"reason": "x"}).status_code == 404


class TestRetention:
    def test_the_page_says_that_nothing_is_deleted(self, client: Client, admin: Staff) -> None:
        patient = a_patient(admin, recorded_at="2010-01-01T10:00:00Z")
        page = text_of(client.get(reverse("retention", args=[clinic_of(admin).pk])))
        assert "Nothing is deleted here" in page
        assert patient.hospital_number in page
        assert client.get(reverse("retention", args=[a_clinic().pk])).status_code == 404

    def test_the_queries_do_not_grow(self, client: Client, admin: Staff) -> None:
        address = reverse("retention", args=[clinic_of(admin).pk])
        a_patient(admin, recorded_at="2010-01-01T10:00:00Z")
        assert queries_of(client, address) <= query_budget("retention")
        few = queries_of(client, address)
        for _ in range(49):
            a_patient(admin, recorded_at="2010-01-01T10:00:00Z")
        assert queries_of(client, address) == few

    def test_how_long_is_set_within_bounds(self, client: Client, admin: Staff) -> None:
        clinic = clinic_of(admin)
        address = reverse("clinic_settings", args=[clinic.pk])
        shown = client.get(address)
        assert reverse("retention", args=[clinic.pk]) in shown.content.decode()
        typed = {
            name: value
            for name, value in shown.context["form"].initial.items()
            if name not in ("leads", "monitoring_schedule")
        }
        typed |= {"monitoring_schedule": "in_force", "digest_at": "07:30"}
        typed |= {"quiet_from": "20:00", "quiet_until": "07:00"}
        for years in ("0", "101", "many"):
            assert client.post(address, {**typed, "retention_years": years}).status_code == 422
        assert client.post(address, {**typed, "retention_years": "20"}).status_code == 302
        clinic.refresh_from_db()
        assert clinic.retention_years == 20


def test_a_status_is_not_set_to_merged(client: Client, doctor: Staff) -> None:
    patient = a_patient(doctor)
    address = reverse("change_status", args=[patient.pk])
    assert 'value="merged"' not in client.get(address).content.decode()
    typed = {"status": PatientStatus.MERGED.value, "on": "today", "reason": "x", "version": patient.version}
    assert client.post(address, typed).status_code == 422


def test_the_preview_reads_the_drugs_of_both_together(client: Client, doctor: Staff) -> None:
    kept, other = a_patient(doctor), a_patient(doctor)
    a_course(kept, "ciclosporin", start_on=date(2026, 5, 1))
    address = f"{reverse('merge_patient', args=[kept.pk])}?with={other.pk}"
    assert "read together" not in text_of(client.get(address))
    a_course(other, "tacrolimus", start_on=date(2026, 5, 1))
    page = text_of(client.get(address))
    assert "The drugs of both records, read together" in page
    assert f"ciclosporin ({kept.hospital_number})" in page
    assert f"tacrolimus ({other.hospital_number})" in page


def test_the_preview_says_that_the_two_were_taken_apart_before(client: Client, doctor: Staff) -> None:
    kept, other, made = merged_pair(doctor)
    unmerge(by=doctor, merge_id=made.pk, reason="two sisters")
    for one, two in ((kept, other), (other, kept)):
        page = text_of(client.get(f"{reverse('merge_patient', args=[one.pk])}?with={two.pk}"))
        assert "These two were merged before, and taken apart" in page
        assert "two sisters" in page
    third = a_patient(doctor)
    page = text_of(client.get(f"{reverse('merge_patient', args=[kept.pk])}?with={third.pk}"))
    assert "taken apart" not in page


def test_who_reads_of_a_settled_transfer_is_in_the_access_log(client: Client, admin: Staff) -> None:
    patient = a_patient(admin)
    row = ask_transfer(by=admin, patient_id=patient.pk, to_clinic=a_clinic().pk, reason="moved to the coast")
    withdraw_transfer(by=admin, transfer_id=row.pk)
    before = accesses_of(admin, patient).count()
    assert "moved to the coast" in text_of(client.get(reverse("transfers")))
    assert accesses_of(admin, patient).count() == before + 1
