from collections.abc import Callable
from datetime import date
from typing import Any

from django.urls import reverse

from monitoring.models import Contact
from tests.factories.rows import a_contact, a_due_item
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
    assert "Any of sore throat, mouth ulcers, bruising, fever or rash: urgent full blood count." in page


def test_such_a_symptom_is_answered_at_once(world: World) -> None:
    client = world.client(world.nurse)
    typed = {"on": "today", "channel": "telephone", "outcome": "will_attend", "symptoms_asked": "on"}
    address = reverse("record_contact", args=[world.patient.pk])
    page = text_of(client.post(address, {**typed, "symptoms": ["fever", "breathlessness"]}, follow=True))
    assert "Fever: urgent full blood count." in page
    page = text_of(client.post(address, {**typed, "symptoms": ["breathlessness"]}, follow=True))
    assert "urgent full blood count" not in page


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
