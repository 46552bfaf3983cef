"""Help: where it leads, the glossary with an anchor for each word, and words of pages that lead there."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.template import Context, Template
from django.test import Client
from django.urls import reverse

from tests.tracker.pages import query_budget, text_of
from tracker.glossary.load import glossary


def test_help_leads_to_everything_there_is(reader: Client) -> None:
    page = reader.get(reverse("help")).content.decode()
    for name in ("help_tour", "help_glossary", "protocol", "protocol_pathway", "protocol_drugs", "protocol_activity",
                 "protocol_audits", "protocol_cohort"):  # fmt: skip
        assert f'href="{reverse(name)}"' in page
    assert "<kbd>/</kbd>" in page


def test_the_glossary_has_each_word_at_its_anchor_once(reader: Client) -> None:
    answer = reader.get(reverse("help_glossary"))
    page, text = answer.content.decode(), text_of(answer)
    for term in glossary().terms:
        assert page.count(f'id="{term.id}"') == 1
        assert term.text in text
        assert term.here in text
        assert term.source in text


def test_links_of_the_glossary_lead_somewhere(reader: Client) -> None:
    page = reader.get(reverse("help_glossary")).content.decode()
    anchors = set(re.findall(r'id="([^"]+)"', page))
    inner = set(re.findall(r'href="#([^"]+)"', page))
    assert inner
    assert inner <= anchors
    readings = set(re.findall(r"/protocol/#(reading-\d+)", page))
    assert readings
    assert readings <= set(re.findall(r'id="([^"]+)"', reader.get(reverse("protocol")).content.decode()))


def test_a_word_of_a_page_leads_to_its_entry() -> None:
    written = Template('{% load help %}{% term "trough" %} {% term "put-off" "set aside" %}').render(Context())
    assert 'href="/help/glossary/#trough"' in written
    assert ">trough<" in written
    assert ">set aside<" in written


def test_a_word_that_is_not_in_the_glossary_is_an_error() -> None:
    with pytest.raises(KeyError):
        Template('{% load help %}{% term "no-such" %}').render(Context())


def test_every_word_that_a_template_links_is_in_the_glossary() -> None:
    folder = Path(django_settings.BASE_DIR) / "templates"
    tags = [
        tag
        for file in folder.rglob("*.html")
        for tag in re.findall(r"{% (?:term|words) ([^%]+)%}", file.read_text("utf-8"))
    ]
    linked = {found for tag in tags for found in re.findall(r"\"([a-z-]+)\"", tag)}
    assert len(linked) > 20
    assert linked <= {term.id for term in glossary().terms}


@pytest.mark.parametrize("name", ["help", "help_glossary", "help_tour"])
def test_queries(reader: Client, django_assert_num_queries: Any, name: str) -> None:
    with django_assert_num_queries(query_budget(name)):
        reader.get(reverse(name))
