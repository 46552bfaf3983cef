"""Every page about access, the audit trail and a record's life, in every role that reaches it and at three widths."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from patients.clock import today_in
from patients.models import Clinic, EmergencyAccess, Staff
from patients.rules.vocabulary import Role
from tests.browser.test_read_pages import (  # noqa: F401 - fixtures
    NARROWEST,
    TELEPHONE,
    WIDE,
    complaints,
    open_everything,
    page,
    sideways,
    sign_in,
    violations,
)
from tests.factories import rows
from tests.tracker.pages import a_full_record
from tests.tracker.reports.asking import a_run
from tracker.patient_life.merge_preview import preview_merge
from tracker.patient_life.merges import merge_patients
from tracker.patient_life.transfers import ask_transfer
from tracker.reports.actions import make_report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


BORN = date(1970, 5, 4)


@dataclass(frozen=True, slots=True)
class Scene:
    """`ids` stand in the addresses of the pages."""

    clinic: Clinic
    admin: Staff
    ids: dict[str, object]


@pytest.fixture
def scene() -> Scene:
    """One of everything that the pages list."""
    clinic = rows.a_clinic(name="Eastmoor Myositis Clinic")
    admin = rows.a_member(Role.ADMIN, clinic, first_name="Ada", last_name="Admin")
    patient = a_full_record(admin, family_name="Quillfeather", nhs_number="9990000018", born=BORN)
    doctor = rows.a_member(Role.DOCTOR, clinic, first_name="Dora", last_name="Doctor")
    elsewhere = rows.a_member(Role.DOCTOR, rows.a_clinic(name="Westmoor Hospital"), first_name="Ewan", last_name="West")
    a_full_record(doctor, family_name="Quillfeather", given_names="Lindon", born=BORN)
    other = rows.a_patient(doctor, family_name="Quillfeather", born=BORN, nhs_number="")
    seen = preview_merge(by=doctor, kept_id=patient.pk, merged_id=other.pk).fingerprint
    merge_patients(by=doctor, kept_id=patient.pk, merged_id=other.pk, reason="one person, passport seen", seen=seen)
    leaving, coming = rows.a_patient(doctor), rows.a_patient(elsewhere)
    ask_transfer(by=doctor, patient_id=leaving.pk, to_clinic=rows.clinic_of(elsewhere).pk, reason="moved house")
    ask_transfer(by=elsewhere, patient_id=coming.pk, to_clinic=clinic.pk, reason="needs infusions")
    long_ago = patient.recorded_at - timedelta(days=40 * 365)
    died_on = today_in(clinic) - timedelta(days=39 * 365)
    rows.a_patient_no_longer_under_care(doctor, status_on=died_on, born=date(1920, 1, 1), recorded_at=long_ago)
    rows.an_emergency(elsewhere, patient, patient.recorded_at - timedelta(hours=3))
    assert make_report(a_run(admin).pk)
    ids = {
        "clinic": clinic.pk,
        "patient": patient.pk,
        "emergency": EmergencyAccess.objects.get().pk,
        "audit": "tests-in-date",
        "membership": doctor.memberships.get().pk,
    }
    return Scene(clinic, admin, ids)


OWN = ("/me/", "/me/password/", "/me/sessions/", "/me/second-factor/")
CLINICAL = ("/patients/{patient}/history/", *OWN)
OF_DOCTORS = ("/emergency/", "/clinics/{clinic}/duplicates/", "/merges/", "/transfers/", *CLINICAL)
OF_AUDITORS = (
    "/reports/",
    "/reports/?report=activity",
    "/reports/?report=audit-tests-in-date",
    "/clinics/{clinic}/audits/",
    "/clinics/{clinic}/audits/{audit}/",
    "/clinics/{clinic}/history/",
    "/patients/{patient}/access/",
    *CLINICAL,
)
OF_ADMINISTRATORS = (
    "/emergency/review/",
    "/emergency/review/{emergency}/",
    "/clinics/{clinic}/duplicates/",
    "/clinics/{clinic}/retention/",
    "/clinics/{clinic}/settings/",
    "/clinics/{clinic}/staff/",
    "/clinics/{clinic}/staff/{membership}/",
    "/merges/",
    "/transfers/",
    "/patients/{patient}/subject-access/",
    *OF_AUDITORS,
)


@pytest.mark.parametrize(
    ("role", "paths", "looked_at_by_axe"),
    [
        (Role.DOCTOR, OF_DOCTORS, (WIDE, NARROWEST)),
        (Role.NURSE, ("/emergency/", *CLINICAL), (TELEPHONE,)),
        (Role.ADMIN, OF_ADMINISTRATORS, (WIDE, NARROWEST)),
        (Role.AUDITOR, OF_AUDITORS, (TELEPHONE,)),
    ],
)
def test_every_page_in_every_role_that_reaches_it(
    page: Page,  # noqa: F811
    live_server: object,
    scene: Scene,
    role: Role,
    paths: tuple[str, ...],
    looked_at_by_axe: tuple[tuple[int, int], ...],
    complaints: list[str],  # noqa: F811
) -> None:
    member = scene.admin if role is Role.ADMIN else rows.a_member(role, scene.clinic, last_name="Example")
    sign_in(page, str(live_server), member)
    for path in paths:
        address = path.format(**scene.ids)
        response = page.goto(f"{live_server}{address}")
        assert response is not None
        assert response.status == 200, address
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        open_everything(page)
        for width, height in (WIDE, TELEPHONE, NARROWEST):
            page.set_viewport_size({"width": width, "height": height})
            assert sideways(page) == 0, address
            if (width, height) in looked_at_by_axe:
                assert violations(page) == [], (address, width)
    assert complaints == []
