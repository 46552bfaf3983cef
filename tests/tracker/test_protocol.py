"""The page of the protocol in force: every rule with what it rests on, filtered by kind, and linked from the record."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from patients.protocol import place
from patients.protocol.place import Part
from patients.rules.reasons import RuleKind
from patients.rules.wording import display_date
from regimens.rules.vocabulary import OutcomeKind
from tests.factories import rows
from tests.factories.folders import a_protocol_folder, edited
from tests.tracker.pages import TODAY, a_full_record, query_budget, text_of
from tracker.presenters.protocol import present, rule_ids, sections
from tracker.protocols import protocol_in_force, read_protocol

WHOLE = read_protocol(None)
PATHWAY_FILE = WHOLE.pathway.file


def shown(client: Client, **query: str) -> str:
    response = client.get(reverse("protocol"), query)
    assert response.status_code == 200
    return response.content.decode()


def test_whoever_is_not_signed_in_is_sent_to_sign_in(client: Client) -> None:
    response = client.get(reverse("protocol"))
    assert response.status_code == 302
    assert reverse("sign_in") in response["Location"]


def test_it_only_reads(reader: Client) -> None:
    assert reader.post(reverse("protocol")).status_code == 405


def test_every_rule_of_every_file_has_its_place_once(reader: Client) -> None:
    page = shown(reader)
    anchors = re.findall(r'id="rule-([^"]+)"', page)
    assert len(anchors) == len(set(anchors))
    assert set(anchors) == rule_ids(WHOLE)
    pathway = WHOLE.pathway
    expected = {*pathway.plain_reasons, *WHOLE.activity.plain_reasons, *WHOLE.monitoring.profiles}
    expected |= {dose.id for drug in pathway.drugs.values() for dose in drug.doses}
    expected |= {band.id for bands in WHOLE.monitoring.thresholds.values() for band in bands}
    expected |= {rule.id for drug in WHOLE.monitoring.drugs.values() for rule in (*drug.baseline, *drug.repeat)}
    assert expected <= set(anchors)


def test_an_entry_says_sentence_source_kind_id_and_readings(reader: Client) -> None:
    page = shown(reader)
    start = page.index('id="rule-line.failed"')
    entry = page[start : page.index("</li>", start)]
    rule = WHOLE.pathway.rules["line.failed"]
    for words in (rule.text[1:], rule.source, "local reading", "<code>line.failed</code>", 'href="#reading-16"'):
        assert words in entry
    assert 'id="reading-16"' in page


def read_on(client: Client, day: date) -> str:
    """The page's words on a day, to somebody who signs in on it."""
    with time_machine.travel(day, tick=False):
        client.force_login(rows.a_member())
        return text_of(client.get(reverse("protocol")))


@pytest.mark.django_db
def test_files_say_version_dates_and_that_nobody_signed(client: Client) -> None:
    page = read_on(client, PATHWAY_FILE.next_review - timedelta(days=1))
    file = PATHWAY_FILE
    days = " ".join(display_date(day) for day in (file.effective_from, file.reviewed_on, file.next_review))
    assert f"regimens/pathway.toml {file.version} {days} not signed off" in page
    assert "No file has been signed off clinically." in page
    assert "Review overdue" not in page
    assert "These are the files that come with the software." in page


@pytest.mark.django_db
def test_a_review_that_is_late_is_said(client: Client) -> None:
    assert "Review overdue" not in read_on(client, PATHWAY_FILE.next_review)
    page = read_on(client, PATHWAY_FILE.next_review + timedelta(days=1))
    assert "Review overdue The review date has passed of patients/activity.toml, " in page
    assert f"{display_date(PATHWAY_FILE.next_review)} review overdue" in page


def test_a_clinics_own_files_are_named_with_who_signed(reader: Client, tmp_path: Any) -> None:
    folder = a_protocol_folder(tmp_path, Part.PATHWAY)
    edited(folder, "regimens/pathway.toml", "next_review =", 'signed_off_by = "A. Example"\nnext_review =')
    before = place.folder_in_force()
    place.use(folder)
    try:
        page = text_of(reader.get(reverse("protocol")))
    finally:
        place.use(before)
    assert "This clinic uses files of its own." in page
    assert f"{display_date(PATHWAY_FILE.next_review)} A. Example" in page
    files = len(WHOLE.files)
    assert f"{files - 1} of {files} files have not been signed off clinically." in page


@pytest.mark.parametrize("kind", list(RuleKind))
def test_one_kind_at_a_time(reader: Client, kind: RuleKind) -> None:
    page = shown(reader, kind=kind.value)
    tags = set(re.findall(r'<span class="tag tag--outline">([^<]+)</span>', page))
    assert tags == {kind.label}
    count = sum(entry.kind is kind for section in sections(WHOLE) for entry in section.entries)
    assert len(re.findall(r'id="rule-', page)) == count > 0
    assert f'?kind={kind.value}" aria-current="page"' in page
    assert f"{count}</span>" in page


def test_a_kind_that_is_none_is_said_and_everything_shown(reader: Client) -> None:
    page = shown(reader, kind="<opinion>")
    assert "“&lt;opinion&gt;” is no kind of rule." in page
    assert len(re.findall(r'id="rule-', page)) == len(rule_ids(WHOLE))


def test_the_kinds_add_up() -> None:
    page = present(WHOLE, date(2026, 12, 1))
    whole, *kinds = page.tabs
    assert whole.count == sum(tab.count for tab in kinds) == len(rule_ids(WHOLE))
    filtered = present(WHOLE, date(2026, 12, 1), RuleKind.SAFETY_RULE)
    assert (filtered.settings, filtered.readings) == ((), ())
    assert filtered.tabs[0].count == whole.count


def test_every_section_says_when_it_is_reviewed_next(tmp_path: Any) -> None:
    found = {section.anchor: section.reviews for section in sections(WHOLE)}
    assert found.pop("cohort") == (WHOLE.cohort.next_review,)
    assert set(found.values()) == {(PATHWAY_FILE.next_review,)}
    folder = a_protocol_folder(tmp_path, Part.MONITORING)
    sooner = PATHWAY_FILE.next_review - timedelta(days=90)
    edited(
        folder, "monitoring/methotrexate.toml", f"next_review = {PATHWAY_FILE.next_review}", f"next_review = {sooner}"
    )
    reviews = {section.anchor: section.reviews for section in sections(read_protocol(folder))}
    assert reviews["monitoring"] == (sooner, PATHWAY_FILE.next_review)
    assert reviews["schedules"] == reviews["rules"] == (PATHWAY_FILE.next_review,)


def test_a_dose_for_the_check_of_slips_is_never_shown_as_a_dose() -> None:
    doses = {entry.id for section in sections(WHOLE) if section.anchor == "doses" for entry in section.entries}
    uppers = {upper.id for drug in WHOLE.pathway.drugs.values() for upper in drug.usual_uppers}
    assert uppers
    assert not doses & uppers
    for section in sections(WHOLE):
        for entry in section.entries:
            assert (entry.id in uppers) == ("no recommendation" in entry.text)


def test_queries_are_those_of_the_frame(reader: Client, django_assert_num_queries: Any) -> None:
    shown(reader)
    with django_assert_num_queries(query_budget("protocol")):
        shown(reader)


def test_the_footer_leads_there_for_who_is_signed_in(reader: Client) -> None:
    assert f'href="{reverse("protocol")}"' in reader.get(reverse("patient_list")).content.decode()
    assert f'href="{reverse("protocol")}"' not in Client().get(reverse("sign_in")).content.decode()


@pytest.mark.django_db
def test_reasons_on_the_record_lead_to_their_rule(client: Client) -> None:
    member = rows.a_member()
    client.force_login(member)
    with time_machine.travel(TODAY, tick=False):
        page = client.get(reverse("record", args=[a_full_record(member).pk])).content.decode()
    linked = re.findall(rf'<a href="{reverse("protocol")}#rule-([^"]+)"><code>([^<]+)</code></a>', page)
    assert len(linked) > 20
    assert all(anchor == words for anchor, words in linked)
    assert {anchor for anchor, _ in linked} <= rule_ids(protocol_in_force())


@pytest.mark.django_db
def test_a_judgement_says_the_version_it_was_made_under(client: Client) -> None:
    member = rows.a_member()
    client.force_login(member)
    patient = rows.a_patient(member)
    course = rows.a_course(patient, "methotrexate", date(2026, 1, 12), "15")
    rows.an_outcome(course, OutcomeKind.INEFFECTIVE, date(2026, 4, 28), protocol_version="2025.9")
    with time_machine.travel(TODAY, tick=False):
        page = text_of(client.get(reverse("record_treatment", args=[patient.pk])))
    assert "under pathway version 2025.9" in page
