"""Save as you go: kept at the form's own address, offered and never filled in unasked, gone with the entry."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from patients.acting import because
from patients.actions import change_status, record_body_measures
from patients.models import ContactDetails, Draft, Membership, Weight
from patients.rules.vocabulary import PatientStatus, Role
from tests.factories.rows import a_weight
from tests.tracker.forms.conftest import TODAY, World
from tests.tracker.forms.test_change_dose import TEN
from tests.tracker.pages import text_of
from tracker.models import Event

QUIET = {"X-Draft": "quiet"}


def keep(world: World, page: str = "add_weight", *args: Any, by: Any = None, query: str = "", **typed: Any) -> Any:
    """As forms.js does, some seconds after the last keystroke."""
    client = world.client(by)
    address = reverse(page, args=args or [world.patient.pk]) + query
    return client.post(address, {"keep_draft": "yes", **typed}, headers=QUIET)


def weight(world: World, query: str = "", **typed: Any) -> Any:
    return world.post("add_weight", world.patient.pk, query=query, **typed)


def test_what_is_typed_is_kept_and_says_when_by_the_clinics_clocks(world: World) -> None:
    answer = keep(world, kilograms="71", on="tod", draft_version="0")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (answer["X-Draft-Version"], answer["X-Draft-Kept-At"]) == ("1", "12:00:00")
    row = Draft.objects.get()
    assert (row.staff, row.patient, row.address) == (
        world.doctor,
        world.patient,
        f"/patients/{world.patient.pk}/weights/new/",
    )
    assert row.typed == {"kilograms": ["71"], "on": ["tod"]}
    assert keep(world, kilograms="72", draft_version="1")["X-Draft-Version"] == "2"
    assert not Weight.objects.exists()
    assert world.reconciled == []
    # It is no reading of a record that the access log would have to tell every few seconds.
    assert not Event.objects.filter(kind="access", actor=world.doctor, new__method="POST").exists()


def test_an_untouched_form_is_not_kept(world: World) -> None:
    answer = keep(world, draft_version="0")
    assert (answer.status_code, answer["X-Draft-Version"]) == (204, "0")
    assert not Draft.objects.exists()


def test_what_belongs_to_one_sending_and_what_is_not_of_the_form_is_not_kept(world: World) -> None:
    page = "stop_course"
    typed = {"on": "today", "seen": "abc", "csrfmiddlewaretoken": "x", "other": "y", "note": "n", "version": "1"}
    keep(world, page, world.methotrexate.pk, draft_version="0", **typed)
    assert set(Draft.objects.get().typed) == {"on", "note", "version"}


def test_parts_of_a_value_are_kept_under_their_own_names(world: World) -> None:
    keep(world, "add_assessment", ck_0="900", ck_1="U/L", ck_9x="no", haq_0="no", draft_version="0")
    assert set(Draft.objects.get().typed) == {"ck_0", "ck_1"}


def test_opened_again_the_form_offers_it_and_fills_nothing_in(world: World) -> None:
    keep(world, kilograms="71.5", draft_version="0")
    response = world.get("add_weight", world.patient.pk)
    text = text_of(response)
    assert "You began this form and did not save it" in text
    assert "It was kept on 20-Nov-2026 at 12:00" in text
    assert "Nothing was entered in the record since then." in text
    assert "71.5" not in response.content.decode()
    assert 'name="draft_version" value="0"' in response.content.decode()


def test_going_on_fills_it_in_without_judging_it(world: World) -> None:
    keep(world, kilograms="71.5", on="4/2", draft_version="0")
    response = world.get("add_weight", world.patient.pk, query="?draft=go-on")
    page = response.content.decode()
    assert response.status_code == 200
    assert 'value="71.5"' in page
    assert 'value="4/2"' in page
    assert "This was not saved" not in page
    assert 'name="draft_version" value="1"' in page
    assert "This is what you typed earlier" in page
    # What is sent from there goes to the form's own address.
    assert f'action="/patients/{world.patient.pk}/weights/new/"' in page


def test_it_is_never_shown_as_markup(world: World) -> None:
    keep(world, "change_status", reason="<script>alert(1)</script>", draft_version="0")
    page = world.get("change_status", world.patient.pk, query="?draft=go-on").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_saving_lets_go_of_it_in_the_same_breath(world: World) -> None:
    keep(world, kilograms="71", draft_version="0")
    assert weight(world, kilograms="71", on="today", draft_version="1").status_code == 302
    assert Weight.objects.count() == 1
    assert not Draft.objects.exists()


def test_when_the_entry_is_refused_what_was_typed_is_kept(world: World) -> None:
    response = weight(world, kilograms="7100", on="today", draft_version="0")
    assert response.status_code == 422
    assert Draft.objects.get().typed == {"kilograms": ["7100"], "on": ["today"]}
    page = response.content.decode()
    assert 'name="draft_version" value="1"' in page
    assert f'data-resume="/patients/{world.patient.pk}/weights/new/?draft=go-on"' in page
    assert "data-answered" in page
    assert weight(world, kilograms="71", on="today", draft_version="1").status_code == 302
    assert not Draft.objects.exists()


def test_an_empty_form_that_is_refused_keeps_nothing(world: World) -> None:
    assert weight(world, draft_version="0").status_code == 422
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        ("add_assessment", {"ck_1": "U/L", "ldh_1": "U/L", "lowest_mrc_group": "not_recorded", "lowest_mrc": ""}),
        ("change_status", {"version": "7"}),
        ("add_condition", {"kind": ""}),
    ],
)
def test_what_a_list_holds_by_itself_is_not_typed(world: World, page: str, typed: dict[str, str]) -> None:
    assert keep(world, page, draft_version="0", **typed).status_code == 204
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        ("add_assessment", {"ck_1": "ukat/L"}),
        ("add_assessment", {"severe_features": "myocarditis"}),
        ("change_status", {"status": "deceased"}),
        ("contact_details", {"may_remind": "on"}),
    ],
)
def test_whatever_was_chosen_is_kept(world: World, page: str, typed: dict[str, str]) -> None:
    assert keep(world, page, draft_version="0", **typed)["X-Draft-Version"] == "1"
    assert Draft.objects.get().typed == {name: [value] for name, value in typed.items()}


def test_a_window_that_never_had_the_draft_neither_overwrites_nor_ends_it(world: World) -> None:
    keep(world, kilograms="71", draft_version="0")
    answer = keep(world, kilograms="80", draft_version="0")
    assert (answer.status_code, answer["Content-Type"]) == (409, "text/plain; charset=utf-8")
    assert "from another window or an earlier time" in answer.content.decode()
    assert weight(world, kilograms="80", on="today", draft_version="0").status_code == 302
    assert Draft.objects.get().typed == {"kilograms": ["71"]}


# One page of each base that keeps what is typed: of a patient, of a course, of a plan, with a dose, of the settings.
OTHER_FORMS = {
    "add_weight": {"kilograms": "71", "on": "today"},
    "record_outcome": {"kind": "ineffective", "on": "today", "reason": "weak"},
    "share_care": {"drug": "methotrexate", "monitored_by": "us", "from_on": "today"},
    "change_dose": TEN | {"on": "today"},
}


@pytest.mark.parametrize("page", OTHER_FORMS)
def test_saving_never_ends_what_another_window_typed_on(world: World, page: str) -> None:
    about = world.methotrexate.pk if page in ("record_outcome", "change_dose") else world.patient.pk
    typed = OTHER_FORMS[page]
    assert keep(world, page, about, draft_version="0", **typed)["X-Draft-Version"] == "1"
    # given a second window that went on with the same draft
    assert (
        keep(world, page, about, draft_version="1", **typed | {"on": "4/2", "from_on": "4/2"})["X-Draft-Version"] == "2"
    )
    saved = world.post(page, about, draft_version="1", **typed)
    if saved.status_code == 200:  # the dose guard has something to say first
        saved = world.post(page, about, draft_version="1", **typed, seen=saved.context["form"].data["seen"])
    assert saved.status_code == 302, text_of(saved)
    assert Draft.objects.get().version == 2


def test_throwing_away_never_ends_what_another_window_typed_on(world: World) -> None:
    keep(world, kilograms="71", draft_version="0")
    assert 'name="draft_version" value="1"' in world.get("add_weight", world.patient.pk).content.decode()
    keep(world, kilograms="72", draft_version="1")
    client = world.client()
    address = reverse("add_weight", args=[world.patient.pk])
    answer = client.post(address, {"discard_draft": "leave", "draft_version": "1"}, follow=True)
    assert "typed on in another window" in text_of(answer)
    assert Draft.objects.get().typed == {"kilograms": ["72"]}
    client.post(address, {"discard_draft": "leave", "draft_version": "2"})
    assert not Draft.objects.exists()


def test_a_draft_that_another_window_saved_does_not_come_back(world: World) -> None:
    keep(world, kilograms="71", draft_version="0")
    weight(world, kilograms="71", on="today", draft_version="1")
    answer = keep(world, kilograms="72", draft_version="1")
    assert answer.status_code == 409
    assert "saved or thrown away in another window" in answer.content.decode()
    assert not Draft.objects.exists()


def test_a_draft_says_what_changed_in_the_record_since(world: World) -> None:
    keep(world, kilograms="71", draft_version="0")
    with time_machine.travel("2026-11-20 13:00:00+00:00", tick=False):
        for kilograms in range(60, 67):
            record_body_measures(
                by=world.nurse, patient_id=world.patient.pk, on=TODAY - timedelta(days=kilograms), kilograms=kilograms,
                centimetres=None,
            )  # fmt: skip
        text = text_of(world.get("add_weight", world.patient.pk))
    assert "The record has changed since then:" in text
    assert "66 kg" in text
    assert "and 2 more" in text


def test_throwing_away_is_asked_at_the_form(world: World) -> None:
    keep(world, kilograms="71", draft_version="0")
    response = world.post("add_weight", world.patient.pk, discard_draft="stay")
    assert (response.status_code, response["Location"]) == (302, f"/patients/{world.patient.pk}/weights/new/")
    assert not Draft.objects.exists()
    keep(world, kilograms="71", draft_version="0")
    response = world.post("add_weight", world.patient.pk, discard_draft="leave")
    assert response["Location"] == reverse("record", args=[world.patient.pk])


def test_without_a_script_a_button_keeps_it_and_leads_on(world: World) -> None:
    client = world.client()
    response = client.post(
        reverse("add_weight", args=[world.patient.pk]),
        {"keep_draft": "yes", "kilograms": "71", "draft_version": "0"},
        follow=True,
    )
    assert "What you typed is kept for you until 04-Dec-2026." in text_of(response)
    assert Draft.objects.get().typed == {"kilograms": ["71"]}
    again = weight(world, keep_draft="yes", kilograms="80", draft_version="0")
    assert again.status_code == 409
    assert "from another window" in text_of(again)
    assert 'value="80"' in again.content.decode()


def test_too_much_is_said_in_words(world: World) -> None:
    answer = keep(world, "add_assessment", notes="x" * 21_000, draft_version="0")
    assert answer.status_code == 422
    assert "too long to be kept" in answer.content.decode()


def test_what_the_form_is_about_is_part_of_where_it_is_kept_and_the_way_back_is_not(world: World) -> None:
    keep(world, "record_results", query="?panel=liver&next=/worklist/&colour=red", alt_0="55", draft_version="0")
    assert Draft.objects.get().address == f"/patients/{world.patient.pk}/results/new/?panel=liver"
    assert "You began this form" in text_of(world.get("record_results", world.patient.pk, query="?panel=liver"))
    assert "You began" not in text_of(world.get("record_results", world.patient.pk, query="?panel=renal"))


def test_an_address_too_long_to_be_kept_keeps_nothing(world: World) -> None:
    query = "?panel=liver&" + "&".join(["analyte=alt"] * 20)
    page = world.get("record_results", world.patient.pk, query=query).content.decode()
    assert "Keep for later" not in page
    # What was sent to be kept is then a form that was sent, and is refused for what is missing.
    assert keep(world, "record_results", query=query, alt_0="55").status_code == 422
    assert not Draft.objects.exists()


def test_nobody_else_finds_it(world: World) -> None:
    keep(world, kilograms="71.5", draft_version="0")
    response = world.get("add_weight", world.patient.pk, query="?draft=go-on", by=world.nurse)
    assert "71.5" not in response.content.decode()
    assert Draft.objects.filter(staff=world.nurse).count() == 0
    assert keep(world, kilograms="80", draft_version="1", by=world.nurse).status_code == 409
    world.post("add_weight", world.patient.pk, by=world.nurse, discard_draft="stay")
    assert Draft.objects.get().staff == world.doctor


def test_where_the_form_does_not_open_neither_does_its_draft(world: World) -> None:
    keep(world, kilograms="71", draft_version="0")
    assert keep(world, kilograms="1", by=world.stranger, draft_version="0").status_code == 404
    assert keep(world, kilograms="1", by=world.admin, draft_version="0").status_code == 403
    Membership.objects.filter(staff=world.doctor).update(role=Role.ADMIN)
    assert world.get("add_weight", world.patient.pk, query="?draft=go-on").status_code == 403
    with because("left"):
        Membership.objects.filter(staff=world.doctor).delete()
    assert world.get("add_weight", world.patient.pk, query="?draft=go-on").status_code == 404
    assert keep(world, kilograms="2", draft_version="1").status_code == 404


def test_keeping_needs_the_token_and_a_person(world: World) -> None:
    address = reverse("add_weight", args=[world.patient.pk])
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.doctor)
    assert client.post(address, {"keep_draft": "yes", "kilograms": "71"}, headers=QUIET).status_code == 403
    assert Client().post(address, {"keep_draft": "yes"}, headers=QUIET).status_code == 302
    assert not Draft.objects.exists()


@pytest.mark.parametrize("page", ["merge_patient", "subject_access"])
def test_what_is_no_plain_entry_is_not_kept(world: World, page: str) -> None:
    response = world.get(page, world.patient.pk, by=world.admin)
    assert response.status_code == 200
    assert "Keep for later" not in response.content.decode()
    keep(world, page, by=world.admin, reason="kept?", other="x", draft_version="0")
    assert not Draft.objects.exists()


def test_a_registration_is_kept_without_a_patient(world: World) -> None:
    client = world.client(world.admin)
    typed = {"family_name": "Begun", "given_names": "Not Saved", "clinic": world.clinic.pk}
    answer = client.post(reverse("register_patient"), {"keep_draft": "yes", **typed}, headers=QUIET)
    assert answer.status_code == 204
    assert Draft.objects.get().patient is None
    text = client.get(reverse("register_patient") + "?draft=go-on").content.decode()
    assert 'value="Begun"' in text


def test_a_draft_begun_before_somebody_elses_change_meets_it_when_it_is_saved(world: World) -> None:
    typed = {"status": "deceased", "on": "05/04/2026", "reason": "pneumonia", "version": "1"}
    keep(world, "change_status", draft_version="0", **typed)
    change_status(
        by=world.nurse, patient_id=world.patient.pk, status=PatientStatus.TRANSFERRED, on=date(2026, 3, 1),
        reason="moved to Leeds", version=1,
    )  # fmt: skip
    begun = world.get("change_status", world.patient.pk, query="?draft=go-on")
    assert 'name="version" value="1"' in begun.content.decode()
    assert world.post("change_status", world.patient.pk, draft_version="1", **typed).status_code == 409


def test_an_entry_that_fails_halfway_keeps_its_draft(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(world, kilograms="71", draft_version="0")
    monkeypatch.setattr("tracker.views.forms.keeping.drop_draft", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        weight(world, kilograms="71", on="today", draft_version="1")
    assert not Weight.objects.exists()
    assert Draft.objects.exists()


def test_contact_details_are_kept_like_any_other(world: World) -> None:
    a_weight(world.patient)
    keep(world, "contact_details", email="begun@example.org", draft_version="0", version="0")
    assert Draft.objects.get().typed == {"email": ["begun@example.org"], "version": ["0"]}
    assert not ContactDetails.objects.exists()
