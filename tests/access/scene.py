"""Two clinics alike, each with everybody and one of everything, and words in every text that give away whose it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import models, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from monitoring.actions.feeds import make_feed
from monitoring.actions.heartbeat import heartbeat
from monitoring.models import Contact, Mail, Pause, SavedView
from monitoring.rules.vocabulary import FeedContent, MailKind, MailStatus
from monitoring.selectors.heartbeats import jobs
from patients.models import (
    Autoantibody,
    Clinic,
    Draft,
    EmergencyAccess,
    Membership,
    Patient,
    PatientMerge,
    PatientTransfer,
    Staff,
)
from patients.rules.vocabulary import MrcGrade, PatientStatus, Role
from patients.stop_links import stop_token
from regimens.models import Course
from tests.factories import rows
from tests.factories.api import make_rows
from tracker.models import ReportChunk, ReportRun
from tracker.sign_in import start

NOW = "2026-06-01T10:00:00+01:00"
TODAY = date(2026, 6, 1)
RECOVERY_CODES = Authenticator.Type.RECOVERY_CODES
SIDES = ("north", "south")
# Columns of free text, which hold the side's mark in every row that has them.
_MARKED = {
    "reason", "note", "notes", "factors", "provider", "end_reason", "text", "advice", "detail", "label", "brand",
    "assay", "batch_numbers", "description", "subtype_note", "superseded_reason", "drug_text", "source",
}  # fmt: skip


@dataclass
class Side:
    """One clinic. `members` by role, and "lead": a nurse who leads it. `ids` by the name of an address's part."""

    name: str
    clinic: Clinic
    members: dict[str, Staff]
    patient: Patient
    ids: dict[str, Any] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        return mark_of(self.name)

    @property
    def marks(self) -> tuple[str, ...]:
        """Words that stand in this clinic's rows and nowhere else, as text and as an address holds them."""
        return (self.mark, self.patient.nhs_number, self.patient.hospital_number)


@dataclass
class Scene:
    """Both clinics, and who belongs to none."""

    north: Side
    south: Side
    outsider: Staff
    inactive: Staff
    inactive_token: str
    sessions: dict[int, str] = field(default_factory=dict)
    # By person and way in: what they have read there, and what that left in the access log.
    readings: dict[tuple[int, str], tuple[HttpResponseBase, list[tuple[str, list[int]]]]] = field(default_factory=dict)

    def client(self, staff: Staff | None, **options: Any) -> Client:
        """A browser in which they are signed in; None is signed out."""
        client = Client(raise_request_exception=False, **options)
        if staff is not None:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[staff.pk]
        return client


def mark_of(name: str) -> str:
    return f"Zq{name}zq"


def make_scene() -> Scene:
    """Takes a second or two; a module shares one and rolls back what each test does."""
    for job in jobs():
        heartbeat(job.name)
    north, south = (_a_side(name, number) for number, name in enumerate(SIDES))
    outsider = rows.a_stranger(username="belongs-nowhere", password=None)
    inactive = rows.a_member(Role.DOCTOR, north.clinic, username="no-longer-here", password=None)
    _, token = AuthToken.objects.create(user=inactive)
    scene = Scene(north, south, outsider, inactive, token)
    for staff in (*north.members.values(), *south.members.values(), outsider, inactive):
        scene.sessions[staff.pk] = _session_of(staff)
    for side in (north, south):
        doctor = side.members[Role.DOCTOR]
        row = UserSession.objects.create(user=doctor, session_key=scene.sessions[doctor.pk], ip="127.0.0.1", data={})
        side.ids["session_id"] = row.pk
    # Their session stays open.
    Staff.objects.filter(pk=inactive.pk).update(is_active=False)
    return scene


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is taken back; what waits for a commit never runs."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _a_side(name: str, number: int) -> Side:
    mark = mark_of(name)
    clinic = rows.a_clinic(name=f"{mark} clinic", slug=f"{name}-side", telephone=f"{mark} 01")
    members = {
        str(role): rows.a_member(role, clinic, username=f"{name}-{role}", password=None, last_name=f"{mark} {role}")
        for role in Role
    }
    members["lead"] = rows.a_member(Role.NURSE, clinic, username=f"{name}-lead", password=None, last_name=f"{mark} l")
    Membership.objects.filter(staff=members["lead"]).update(is_lead=True)
    patient = rows.a_patient(
        members[Role.DOCTOR],
        hospital_number=f"{mark}-{number}",
        nhs_number=("9990001239", "9990004564")[number],
        family_name=f"{mark} Family",
        given_names=f"{mark} Given",
        subtype_note=mark,
        born=date(1950 + number, 4, 5),
    )
    side = Side(name, clinic, members, patient)
    side.ids = {"clinics": clinic.pk, "clinic_id": clinic.pk, "patients": patient.pk, "patient_id": patient.pk}
    side.ids |= make_rows(patient) | _further_rows(side)
    side.ids |= _life_rows(side, number)
    _put_marks(side)
    return side


def _further_rows(side: Side) -> dict[str, Any]:
    """What the addresses of pages name beyond the API's lists."""
    patient, doctor = side.patient, side.members[Role.DOCTOR]
    prednisolone = rows.a_course(patient, "prednisolone", date(2026, 1, 6), "60")
    rows.a_taper(prednisolone, (date(2026, 7, 1), "10"), (date(2026, 8, 1), "0"))
    infused = rows.a_course(patient, "normal_immunoglobulin", date(2026, 5, 4), route="intravenous")
    stopped = rows.a_course(patient, "azathioprine", date(2026, 1, 7), "50", stop_on=date(2026, 3, 2))
    rows.a_course(patient, "", date(2026, 1, 8), drug_text=side.mark, role="outside_pathway")
    on_trial = rows.a_course(patient, "mycophenolate_mofetil", date(2026, 1, 20), "1000")
    folic_acid = rows.a_course(patient, "folic_acid", date(2026, 1, 12), "5")
    outcome = rows.an_outcome(prednisolone, on=date(2026, 4, 1))
    details = rows.some_contact_details(patient, f"{side.name}-reader@example.org")
    mail = Mail.objects.create(
        key=f"{side.name}-1",
        kind=MailKind.STAFF_DIGEST.value,
        clinic=side.clinic,
        staff=side.members[Role.ADMIN],
        for_day=TODAY,
        status=MailStatus.GIVEN_UP.value,
        not_before=timezone.now(),
        message_id=f"<{side.name}@example.org>",
    )
    draft = Draft.objects.create(
        staff=doctor, patient=patient, address=f"/patients/{patient.pk}/weights/new/", typed={}, saved_at=timezone.now()
    )
    # What a course is started from at the last step: more often than it may be taken, so that it asks for a reason.
    dose = {"amount": ["10"], "unit": ["mg"], "basis": ["flat"], "frequency": ["once_daily"], "route": ["oral"]}
    Draft.objects.create(
        staff=doctor,
        patient=patient,
        address=f"/patients/{patient.pk}/courses/new/",
        typed={"drug": ["methotrexate"], "on": [f"{TODAY:%d/%m/%Y}"], "note": [side.mark], **dose},
        saved_at=timezone.now(),
    )
    view = SavedView.objects.create(staff=doctor, name=f"{side.mark} view", query="bucket=overdue")
    feed, token = make_feed(by=doctor, content=FeedContent.BOTH, label=f"{side.mark} feed")
    factor = Authenticator.objects.create(user=doctor, type=RECOVERY_CODES, data={"migrated_codes": []})
    beginner = rows.a_member(Role.NURSE, side.clinic, username=f"{side.name}-new", password=None)
    newcomer = Membership.objects.get(staff=beginner)
    pause = rows.a_pause(patient, TODAY + timedelta(days=20), TODAY - timedelta(days=3), drug="prednisolone")
    override = rows.an_interval_override(patient, TODAY + timedelta(days=60), item="lipids", drug="")
    # A weakness of which nobody said in which group: the pathway asks.
    weak = rows.a_patient(doctor, family_name=f"{side.mark} Weak", given_names=side.mark)
    rows.an_assessment(weak, TODAY, lowest_mrc=MrcGrade.THREE.value)
    contact = Contact.objects.filter(patient=patient).order_by("pk").first()
    assert contact is not None
    return {
        "course_id": _course(patient, "methotrexate"),
        "prednisolone": prednisolone.pk,
        "infused": infused.pk,
        "stopped": stopped.pk,
        "conditions": rows.a_condition(patient, "other", date(2026, 1, 12), description=side.mark).pk,
        "question": f"course-{on_trial.pk}",
        "folic_acid": folic_acid.pk,
        "outcome": outcome.pk,
        "dose": prednisolone.doses.get().pk,
        "mail_id": mail.pk,
        "view_id": view.pk,
        "draft_id": draft.pk,
        "feed_id": feed.pk,
        "feed_token": token,
        "factor_id": factor.pk,
        "stop_token": stop_token(details),
        "pause_id": pause.pk,
        "override_id": override.pk,
        "contact": contact.pk,
        "doctor": doctor.pk,
        "nurse": side.members[Role.NURSE].pk,
        "membership_id": Membership.objects.get(staff=doctor, clinic=side.clinic).pk,
        "newcomer": newcomer.pk,
        "start_token": start.token_for(newcomer.staff),
        "hospital_number": patient.hospital_number,
    }


def _life_rows(side: Side, number: int) -> dict[str, Any]:
    """What happens to whole records: merged, handed over, opened in an emergency, reported on. The others are west."""
    doctor, admin, mark = side.members[Role.DOCTOR], side.members[Role.ADMIN], side.mark
    west = rows.a_member(Role.DOCTOR, username=f"west-{number}", password=None)
    theirs = rows.a_patient(west, family_name=f"{mark} handed over", hospital_number=f"W{number}")
    twin = rows.a_patient(doctor, family_name=f"{mark} Family", given_names="Twin", hospital_number=f"{mark}-T")
    rows.a_patient(doctor, family_name=f"{mark} Family", given_names=f"{mark} Given", born=side.patient.born)
    rows.a_patient(doctor, family_name=f"{mark} Long Ago", recorded_at=datetime(2001, 5, 7, 9, tzinfo=UTC))
    gone = {"status": PatientStatus.MERGED.value, "status_on": TODAY, "status_reason": "merged"}
    Patient.objects.filter(pk=twin.pk).update(merged_into=side.patient, **gone)
    moment = timezone.now()
    merge = PatientMerge.objects.create(kept=side.patient, merged=twin, reason=mark, merged_by=admin)
    here, away = (
        PatientTransfer.objects.create(
            patient=patient,
            from_clinic=patient.clinic,
            to_clinic=to_clinic,
            reason=mark,
            hospital_number_before=patient.hospital_number,
            asked_by=by,
        )
        for patient, to_clinic, by in (
            (theirs, side.clinic, west),
            (side.patient, theirs.clinic, doctor),
        )
    )
    opened = {"reason": f"{mark} found unconscious", "opened_at": moment, "ends_at": moment + timedelta(hours=1)}
    emergency_here = EmergencyAccess.objects.create(staff=west, patient=side.patient, **opened)
    emergency = EmergencyAccess.objects.create(staff=doctor, patient=theirs, **opened)
    return {
        "merge_id": merge.pk,
        "transfer_here": here.pk,
        "transfer_away": away.pk,
        "emergency_here": emergency_here.pk,
        "emergency_id": emergency.pk,
        **_reports(side),
    }


def _reports(side: Side) -> dict[str, Any]:
    """A report that waits and one that is ready, both of the administrator."""
    admin = side.members[Role.ADMIN]
    period = {"from": "2026-05-01", "until": "2026-05-31"}
    asked = {"asked_by": admin, "clinic": side.clinic, "report": "activity", "format": "csv", "parameters": period}
    waiting = ReportRun.objects.create(**asked)
    later = timezone.now() + timedelta(hours=5)
    pack = f"{side.mark} report".encode()
    ready = ReportRun.objects.create(
        **asked,
        status=ReportRun.Status.DONE,
        finished_at=timezone.now(),
        expires_at=later,
        file_name="report.zip",
        size=len(pack),
        sha256=sha256(pack).hexdigest(),
    )
    ReportChunk.objects.create(run=ready, number=0, content=pack)
    return {"waiting_run": waiting.pk, "run_id": ready.pk, "audit": "tests-in-date"}


def _course(patient: Patient, drug: str) -> int:
    return int(Course.objects.values_list("pk", flat=True).get(patient=patient, drug=drug))


def _put_marks(side: Side) -> None:
    """Every free text of every row about the patient says whose it is."""
    for model in _models_about_patients():
        names = [
            found.name
            for found in model._meta.concrete_fields
            if isinstance(found, models.CharField | models.TextField) and found.name in _MARKED and not found.choices
        ]
        if model is Autoantibody:
            names.append("name")
        for name in names:
            about = model._default_manager.filter(**{_path_to_patient(model): side.patient})
            longest = model._meta.get_field(name).max_length or 200  # type: ignore[union-attr]  # a text, see above
            text = f"{side.mark} {name}"[:longest]
            if model is Pause and name == "end_reason":
                continue  # only a pause that ended has one
            about.exclude(**{name: ""}).update(**{name: text})
            if name in ("note", "notes", "reason", "subtype_note"):
                about.update(**{name: text})


def _models_about_patients() -> list[type[models.Model]]:
    from django.apps import apps

    found = [model for app in ("patients", "regimens", "monitoring") for model in apps.get_app_config(app).get_models()]
    return [model for model in found if _path_to_patient(model)]


def _path_to_patient(model: type[models.Model]) -> str:
    names = {found.name for found in model._meta.concrete_fields if isinstance(found, models.ForeignKey)}
    if "patient" in names:
        return "patient"
    return "course__patient" if "course" in names else ""


def _session_of(staff: Staff) -> str:
    client = Client()
    client.force_login(staff, "django.contrib.auth.backends.ModelBackend")
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)
