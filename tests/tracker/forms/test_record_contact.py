from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from monitoring.actions import raise_alerts, withdraw_contact
from monitoring.models import Alert, Contact, DueItem
from monitoring.protocol.load import load
from monitoring.rules.vocabulary import AlertStatus, Symptom
from regimens.actions import stop_course
from regimens.rules.vocabulary import StopReason
from tests.factories.rows import a_contact, a_due_item, a_result
from tests.tracker.forms.conftest import World
from tests.tracker.pages import text_of

BACK = "?item=full_blood_count&next=/worklist/%3Fbucket%3Doverdue"


def told(world: World, query: str = "", **changed: Any) -> Any:
    typed = {"on": "20/11/2026", "channel": "telephone", "outcome": "message_left", **changed}
    return world.post("record_contact", world.patient.pk, query=query, by=world.nurse, **typed)


def test_a_contact_about_an_item_leads_back_to_the_list_and_can_be_undone(world: World) -> None:
    client = world.client(world.nurse)
    typed = {"on": "today", "channel": "letter", "outcome": "no_answer", "note": "second letter"}
    response = client.post(reverse("record_contact", args=[world.patient.pk]) + BACK, typed)
    assert response["Location"] == "/worklist/?bucket=overdue"
    row = Contact.objects.get()
    assert (row.item, row.on, row.note, row.recorded_by) == (
        "full_blood_count",
        date(2026, 11, 20),
        "second letter",
        world.nurse,
    )
    assert world.reconciled == [world.patient.pk]
    a_due_item(world.patient)
    page = client.get("/worklist/?bucket=overdue").content.decode()
    undo = reverse("undo_work", args=["contact", row.pk])
    assert f'action="{undo}"' in page
    undone = client.post(undo, {"next": "/worklist/?bucket=overdue"}, follow=True)
    assert undone.redirect_chain == [("/worklist/?bucket=overdue", 302)]
    assert "Undone. It stands as before." in text_of(undone)
    assert not Contact.objects.current().exists()


def test_the_page_says_which_symptoms_ask_for_action_at_once(world: World) -> None:
    page = text_of(world.get("record_contact", world.patient.pk, by=world.nurse))
    assert "Sore throat, mouth ulcers, bruising, fever or rash (urgent): Urgent full blood count." in page
    assert "Breathlessness on methotrexate (urgent): Possible pneumonitis" in page
    assert "Infection (needs action): See the patient" in page


@pytest.mark.parametrize("symptom", [symptom.value for symptom in Symptom])
def test_each_symptom_told_is_answered_at_once_with_an_alert_and_a_due_count(world: World, symptom: str) -> None:
    """The patient takes methotrexate, and a count of two days ago was normal."""
    for analyte, value in (("white_cells", "6"), ("neutrophils", "4"), ("platelets", "250"), ("haemoglobin", "130")):
        a_result(world.patient, analyte, value, date(2026, 11, 18), unit=load().analytes[analyte].units[0])
    typed = {"on": "today", "channel": "telephone", "outcome": "will_attend", "symptoms_asked": "on"}
    address = reverse("record_contact", args=[world.patient.pk])
    page = text_of(world.client(world.nurse).post(address, {**typed, "symptoms": [symptom]}, follow=True))
    label, counted = Symptom(symptom).label, symptom != "breathlessness"
    grade = "Needs action" if symptom == "infection" else "Urgent"
    assert f"{grade}: {label.capitalize()} told of on 20-Nov-2026." in page
    assert ("Full blood count: due since 20-Nov-2026. It stands on the worklist." in page) is counted
    assert ("Possible pneumonitis" in page) is (symptom == "breathlessness")
    assert world.reconciled == [world.patient.pk]
    alert = Alert.objects.get()
    assert (alert.subject, alert.status) == (f"contact:{Contact.objects.get().pk}", AlertStatus.OPEN)
    item = DueItem.objects.get(item="full_blood_count", status="open")
    assert (item.due_on == date(2026, 11, 20)) is counted
    listed = text_of(world.client(world.nurse).get("/worklist/?bucket=today"))
    assert ("full blood count for methotrexate" in listed) is counted


def test_after_a_stop_the_count_is_due_as_well_and_says_why(world: World) -> None:
    course, day = world.methotrexate, date(2026, 11, 9)
    stop_course(by=world.doctor, course_id=course.pk, on=day, reason=StopReason.INFECTION, version=course.version)
    typed = {"on": "today", "channel": "telephone", "outcome": "will_attend", "symptoms_asked": "on"}
    address = reverse("record_contact", args=[world.patient.pk])
    client = world.client(world.nurse)
    page = text_of(client.post(address, {**typed, "symptoms": ["fever"]}, follow=True))
    assert "Full blood count: due since 20-Nov-2026. It stands on the worklist." in page
    item = DueItem.objects.get(item="full_blood_count", status="open")
    assert (item.due_on, item.drug) == (date(2026, 11, 20), "methotrexate")
    assert "full blood count for methotrexate" in text_of(client.get("/worklist/?bucket=today"))
    assert "methotrexate was stopped on 09-Nov-2026 and may be the cause" in page


def test_a_contact_is_recorded_although_what_follows_from_it_cannot_be_worked_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **said: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("monitoring.tasks.reconcile", fail)
    done = told(world, symptoms_asked="on", symptoms=["fever"])
    assert done.status_code == 302
    assert Contact.objects.get().symptoms == ["fever"]
    assert world.reconciled == [world.patient.pk]


def test_symptoms_of_a_contact_that_was_taken_back_ask_for_nothing(world: World) -> None:
    row = a_contact(world.patient, date(2026, 11, 20), symptoms_asked=True, symptoms=["fever"])
    raise_alerts([world.patient.pk])
    withdraw_contact(by=world.nurse, entry_id=row.pk, reason="other patient")
    raise_alerts([world.patient.pk])
    assert Alert.objects.get().status == AlertStatus.CLOSED


def test_a_third_missed_visit_says_stop(world: World) -> None:
    for day in (2, 9):
        a_contact(world.patient, date(2026, 11, day), "did_not_attend")
    assert "2 booked visits were missed" in text_of(world.get("record_contact", world.patient.pk, by=world.nurse))
    client = world.client(world.nurse)
    typed = {"on": "16/11/2026", "channel": "visit", "outcome": "did_not_attend"}
    page = text_of(client.post(reverse("record_contact", args=[world.patient.pk]), typed, follow=True))
    assert "ot safe to continue" in page


def test_what_the_record_refuses_stands_beside_its_field(world: World, refused: Callable[..., str]) -> None:
    refused(told(world, on="21/11/2026"), "on", "in the future")
    refused(told(world, outcome="other"), "note", "Say what came of it")
    refused(told(world, symptoms="rash"), "symptoms", "asked about")


def test_no_way_back_leads_off_the_site(world: World) -> None:
    assert told(world, "?next=https://elsewhere.example/")["Location"] == reverse("record", args=[world.patient.pk])
    assert told(world, "?next=//elsewhere.example/", note="b")["Location"] == reverse("record", args=[world.patient.pk])


def test_an_item_that_the_protocol_does_not_know_is_not_found(world: World) -> None:
    assert world.get("record_contact", world.patient.pk, query="?item=nonsense").status_code == 404
