"""Both versions side by side: what was typed, what stands in the record now, and what the person can do about it."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from patients.actions import change_status, record_contact_details
from patients.models import ContactDetails, Draft
from patients.rules.vocabulary import PatientStatus
from regimens.actions import NewTaperStep, plan_taper
from regimens.models import Course
from tests.factories.rows import some_contact_details
from tests.tracker.forms.conftest import TODAY, World
from tests.tracker.pages import text_of
from tracker.presenters.typed import Compared


def rows(response: Any) -> dict[str, tuple[str, str | None, bool]]:
    """By the field's label: what was typed, what stands now, and whether the two are told apart."""
    assert response.status_code == 409, response.content.decode()[:300]
    found: list[Compared] = response.context["compared"]
    return {row.label: (row.typed, row.now, row.differs) for row in found}


def stale_status(world: World) -> Any:
    change_status(
        by=world.doctor,
        patient_id=world.patient.pk,
        status=PatientStatus.TRANSFERRED,
        on=date(2026, 4, 5),
        reason="moved to Leeds",
        version=1,
    )
    typed: dict[str, Any] = {
        "status": "deceased",
        "on": "5/4/2026",
        "reason": "pneumonia",
        "version": "1",
        "draft_version": "0",
    }
    return world.post("change_status", world.patient.pk, by=world.admin, **typed)


def test_field_by_field_with_the_difference_in_words_and_who_entered_it(world: World) -> None:
    response = stale_status(world)
    assert rows(response) == {
        "Status": ("deceased", "transferred to another service", True),
        "From": ("05-Apr-2026", "05-Apr-2026", False),
        "Reason": ("pneumonia", "moved to Leeds", True),
    }
    text = text_of(response)
    assert "moved to Leeds, entered by Dora Doctor on 20-Nov-2026 at 12:00" in text
    assert "From 05-Apr-2026 05-Apr-2026 the same" in text
    assert "Reason pneumonia moved to Leeds differs" in text
    for choice in ("Save mine over it", "Leave theirs, throw mine away", "Go on editing mine"):
        assert choice in text


def test_what_was_typed_is_kept_until_the_person_chooses(world: World) -> None:
    page = stale_status(world).content.decode()
    assert Draft.objects.get().typed["reason"] == ["pneumonia"]
    assert 'form="entry"' in page
    assert 'name="version" value="2"' in page
    left = world.post("change_status", world.patient.pk, by=world.admin, discard_draft="leave")
    assert left["Location"] == reverse("record", args=[world.patient.pk])
    assert not Draft.objects.exists()
    world.patient.refresh_from_db()
    assert world.patient.status == "transferred"


def test_contact_details(world: World) -> None:
    old = some_contact_details(world.patient, "old@example.org")
    typed: dict[str, Any] = {
        "email": "mine@example.org",
        "may_remind": "on",
        "agreed_on": "today",
        "version": str(old.pk),
    }
    record_contact_details(
        by=world.nurse, patient_id=world.patient.pk, email="theirs@example.org", may_remind=False, agreed_on=None,
        version=old.pk,
    )  # fmt: skip
    found = rows(world.post("contact_details", world.patient.pk, by=world.admin, **typed))
    assert found == {
        "E-mail address": ("mine@example.org", "theirs@example.org", True),
        "The patient agreed to reminders by e-mail": ("yes", "no", True),
        "Agreed on": ("20-Nov-2026", "nothing recorded", True),
    }
    assert ContactDetails.objects.current().get().email == "theirs@example.org"


def test_a_stop_meets_another_change_of_the_course(world: World) -> None:
    Course.objects.filter(pk=world.methotrexate.pk).update(version=2)
    typed: dict[str, Any] = {"on": "02/05/2026", "reason": "intolerant", "note": "rash", "version": "1"}
    found = rows(world.post("stop_course", world.methotrexate.pk, **typed))
    assert found["First day without the drug"] == ("02-May-2026", "not stopped", True)
    # What the record has no counterpart of is told as part of the person's own entry.
    assert found["Note"] == ("rash", None, False)


def test_a_taper_meets_another_plan(world: World) -> None:
    course = world.prednisolone
    step = NewTaperStep(on=date(2026, 12, 1), milligrams_per_day=Decimal(10))
    plan_taper(by=world.doctor, course_id=course.pk, steps=[step], version=1)
    typed: dict[str, Any] = {
        "step_1_0": "01/12/2026",
        "step_1_1": "7.5",
        "step_2_0": "1/1/2027",
        "step_2_1": "5",
        "version": "1",
    }
    found = rows(world.post("plan_taper", course.pk, **typed))
    assert found == {
        "Step 1": ("01-Dec-2026 7.5", "01-Dec-2026 10", True),
        "Step 2": ("01-Jan-2027 5", "nothing recorded", True),
    }


def test_the_settings_of_a_clinic(world: World) -> None:
    seen = world.get("clinic_settings", world.clinic.pk, by=world.admin).context["form"]["seen"].value()
    typed: dict[str, Any] = {
        "monitoring_schedule": "in_force", "telephone": "0131 496 0123", "digest_at": "07:30", "quiet_from": "21:00",
        "quiet_until": "07:00", "retention_years": "8", "seen": seen,
    }  # fmt: skip
    assert world.post("clinic_settings", world.clinic.pk, by=world.admin, **typed).status_code == 302
    response = world.post("clinic_settings", world.clinic.pk, by=world.admin, **typed | {"telephone": "0131 496 0199"})
    found = rows(response)
    assert found["Telephone for patients"] == ("0131 496 0199", "0131 496 0123", True)
    assert found["Daily digest at"][2] is False
    assert f"entered by {world.admin.username}" in text_of(response)
    assert TODAY.year == 2026
