"""The protocol in readable pages: drawn from the files in force, each rule leading to its place among all rules."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from monitoring.protocol.descriptions import describe
from patients.models import Clinic, Membership
from patients.protocol import place
from patients.protocol.place import Part
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.factories.folders import a_protocol_folder, edited
from tests.tracker.pages import query_budget, text_of
from tracker.presenters.drug_page import drug_page
from tracker.presenters.protocol import rule_ids
from tracker.protocols import protocol_in_force, read_protocol

WHOLE = read_protocol(None)
DRUGS = sorted(WHOLE.monitoring.drugs)
PAGES = ("protocol_pathway", "protocol_activity", "protocol_audits", "protocol_cohort", "protocol_drugs")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("protocol_pathway", ("Line 1, severe", "Readings", "Entered when", "prednisolone")),
        ("protocol_activity", ("Categories of response", "physician global")),
        ("protocol_audits", ("Baseline screen complete before the first dose", "Numerator")),
        (
            "protocol_cohort",
            (
                "A spell of a drug lasts",
                "within 28 days of the stop: the same spell",
                "counts as an end of the drug",
                "anti-Jo-1",
            ),
        ),
        ("protocol_drugs", ("methotrexate", "asks for no monitoring")),
    ],
)
def test_each_page_says_what_the_protocol_says(reader: Client, name: str, words: tuple[str, ...]) -> None:
    page = text_of(reader.get(reverse(name)))
    for word in words:
        assert word in page
    assert "Generated from" not in page
    assert "`" not in page


@pytest.mark.parametrize("name", PAGES)
def test_links_to_rules_lead_to_their_place(reader: Client, name: str) -> None:
    linked = set(re.findall(r'/protocol/#rule-([^"]+)"', reader.get(reverse(name)).content.decode()))
    assert linked <= rule_ids(protocol_in_force())
    if name in ("protocol_pathway", "protocol_activity"):
        assert linked


@pytest.mark.parametrize("drug", DRUGS)
def test_every_drug_has_its_page_with_each_of_its_rules(reader: Client, drug: str) -> None:
    answer = reader.get(reverse("protocol_drug", args=[drug]))
    assert answer.status_code == 200
    page = answer.content.decode()
    monitoring = protocol_in_force().monitoring
    for rule in describe(monitoring.drugs[drug]):
        assert f"#rule-{rule.id}" in page
    for dose in protocol_in_force().pathway.drugs[drug].doses:
        assert dose.text.casefold() in text_of(answer).casefold()


def test_a_drug_page_in_its_parts() -> None:
    page = drug_page("methotrexate", WHOLE.monitoring, WHOLE.pathway)
    assert [group.anchor for group in page.groups] == ["baseline", "repeat", "review", "together"]
    assert "once a week" in page.doses[0].what
    assert all("alt" not in one.id or one.grade for one in page.shared_limits)
    names = " ".join(one.what for one in page.shared_limits)
    assert "white cells" in names
    assert "ciclosporin level" not in names
    assert page.after_stop == ("Its own limits hold for 24 weeks after the stop.",)


def test_a_drug_that_asks_for_nothing_says_why(reader: Client) -> None:
    page = text_of(reader.get(reverse("protocol_drug", args=["folic_acid"])))
    assert WHOLE.monitoring.drugs["folic_acid"].nothing_needed in page


def test_a_drug_that_is_not_known_is_not_found(reader: Client) -> None:
    assert reader.get(reverse("protocol_drug", args=["aspirin"])).status_code == 404


def test_the_schedule_of_the_persons_clinic_and_a_choice_between_several(client: Client, db: None) -> None:
    staff = rows.a_member(Role.NURSE)
    Clinic.objects.filter(pk=rows.clinic_of(staff).pk).update(monitoring_schedule="risk_adaptive")
    client.force_login(staff)
    address = reverse("protocol_drug", args=["methotrexate"])
    adaptive = next(one for one in WHOLE.schedules if one.schedule_id == "risk_adaptive")
    assert adaptive.schedule_name in text_of(client.get(address))
    other = rows.a_clinic(name="Zz")
    Membership.objects.create(staff=staff, clinic=other, role=Role.NURSE.value)
    client.force_login(staff)
    page = text_of(client.get(address, {"schedule": WHOLE.monitoring.schedule_id}))
    assert f"under the schedule “{WHOLE.monitoring.schedule_name}”" in page
    assert f"under the schedule “{adaptive.schedule_name}”" in text_of(client.get(address, {"schedule": "none"}))


def test_a_clinics_own_protocol_is_what_is_shown(reader: Client, tmp_path: Path) -> None:
    folder = a_protocol_folder(tmp_path, Part.PATHWAY)
    edited(folder, "regimens/pathway.toml", 'title = "Line 1, severe"', 'title = "Line 1, of our own"')
    before = place.folder_in_force()
    place.use(folder)
    try:
        page = text_of(reader.get(reverse("protocol_pathway")))
    finally:
        place.use(before)
    assert "Line 1, of our own" in page


@pytest.mark.parametrize("name", PAGES)
def test_queries(reader: Client, django_assert_num_queries: Any, name: str) -> None:
    with django_assert_num_queries(query_budget("protocol")):
        reader.get(reverse(name))


def test_queries_of_a_drug(reader: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(query_budget("protocol_drug")):
        reader.get(reverse("protocol_drug", args=["tacrolimus"]))
