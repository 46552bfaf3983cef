"""A person's own views of the worklist."""

import pytest
from django.test import Client
from django.urls import reverse

from monitoring.actions.saved_views import MOST
from monitoring.models import SavedView
from patients.models import Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


@pytest.fixture
def nurse(client: Client) -> Staff:
    member = rows.a_member(Role.NURSE, password=None)
    client.force_login(member)
    return member


def keep(client: Client, name: str = "My overdue", query: str = "bucket=overdue&owner=me") -> str:
    response = client.post(reverse("save_view"), {"name": name, "query": query}, follow=True)
    assert response.status_code == 200
    return text_of(response)


def test_a_view_is_kept_in_its_plain_form_and_shown_as_a_link(client: Client, nurse: Staff) -> None:
    page = keep(client, " My  overdue ", "owner=me&colour=red&page=3&drug=aspirin&bucket=overdue")
    assert "Kept as “My overdue”." in page
    view = SavedView.objects.get()
    assert (view.staff, view.name, view.query) == (nurse, "My overdue", "bucket=overdue&owner=me")
    assert (
        'href="?bucket=overdue&amp;owner=me" aria-current="page"'
        in client.get(reverse("worklist") + "?owner=me&bucket=overdue").content.decode()
    )


def test_the_same_name_takes_the_new_filters(client: Client, nurse: Staff) -> None:
    keep(client)
    keep(client, query="bucket=later")
    assert SavedView.objects.get().query == "bucket=later"


def test_a_view_needs_a_name_and_there_is_an_end(client: Client, nurse: Staff) -> None:
    assert "Give the view a name" in keep(client, " ")
    assert "Not kept." in keep(client, "x" * 61)
    for number in range(MOST):
        keep(client, f"view {number}")
    assert f"You have {MOST} views already." in keep(client, "one more")
    assert SavedView.objects.count() == MOST


def test_a_view_is_its_owners_alone(client: Client, nurse: Staff) -> None:
    keep(client)
    view = SavedView.objects.get()
    client.force_login(rows.a_member(Role.NURSE, rows.clinic_of(nurse), password=None))
    assert "My overdue" not in text_of(client.get(reverse("worklist")))
    assert client.post(reverse("delete_view", args=[view.pk])).status_code == 404
    assert client.get(reverse("save_view")).status_code == 405


def test_a_view_is_deleted_and_leads_back_only_within_the_site(client: Client, nurse: Staff) -> None:
    keep(client)
    view = SavedView.objects.get()
    response = client.post(reverse("delete_view", args=[view.pk]), {"next": "https://elsewhere.example/worklist/"})
    assert response["Location"] == reverse("worklist")
    assert not SavedView.objects.exists()
