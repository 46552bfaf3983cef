"""The gallery shows every component in every state, and only in development."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import RequestFactory

from monitoring.rules.findings import DueStatus
from patients.rules.vocabulary import Theme
from regimens.rules.findings import AnnotationKind, LineState
from tests.tracker.test_settings import PRODUCTION, run_python
from tracker.views.gallery import gallery

COMPONENTS = Path(settings.BASE_DIR) / "templates" / "components"
PARTS_OF_OTHERS = {"error_summary", "field", "parts", "patient_banner", "form_fields", "form_meter"}
MARKS = {
    "breadcrumbs": 'class="breadcrumbs"',
    "button": 'class="button',
    "chart_figure": 'class="chart"',
    "definition_list": 'class="pairs"',
    "empty_state": 'class="empty"',
    "filter_bar": 'class="filters"',
    "form": 'class="form"',
    "meter": 'class="meter"',
    "notice": "notice--danger",
    "page_head": 'class="page-head"',
    "paging": 'class="paging"',
    "panel": 'class="panel',
    "print_head": "print-head",
    "stat": "stat--danger",
    "steps": 'class="stages"',
    "table": "table-frame--long",
    "tabs": 'class="tabs"',
    "tag": 'class="tag',
}


@pytest.fixture
def page(db: None, rf: RequestFactory) -> str:
    return gallery(rf.get("/gallery/")).content.decode()


@pytest.mark.parametrize(("debug", "served"), [("false", False), ("true", True)])
def test_the_gallery_is_not_served_in_production(debug: str, served: bool) -> None:
    code = (
        "import django; django.setup(); from django.urls import get_resolver\n"
        "print('gallery' in get_resolver().reverse_dict)"
    )
    done = run_python(code, {**PRODUCTION, "DEBUG": debug})
    assert (done.returncode, done.stdout.strip()) == (0, str(served)), done.stderr


def test_every_word_of_a_status_has_its_look(page: str) -> None:
    css = (Path(settings.BASE_DIR) / "tracker" / "static" / "myoline.css").read_text()
    for word in (*DueStatus, *LineState, *AnnotationKind):
        assert f'tag--{word.value}">{word.label}</span>' in page
    styled = {"overdue", "due", "due_soon", "failed", "responding", "in_trial", "blocked", "caution", "supported"}
    assert all(f".tag--{word}" in css for word in styled)


def test_every_component_says_its_parameters() -> None:
    for path in COMPONENTS.glob("[!_]*.html"):
        assert re.match(r"({% load [\w ]+ %}\s*)*{% comment %}\n", path.read_text()), path.name


def test_every_component_is_shown_or_part_of_one(page: str) -> None:
    assert {path.stem for path in COMPONENTS.glob("[!_]*.html")} - PARTS_OF_OTHERS == set(MARKS)
    assert [name for name, mark in MARKS.items() if mark not in page] == []


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "shown"), [*((one.value, one.value) for one in Theme), ("sepia", "device")])
def test_the_gallery_can_be_seen_in_each_look(rf: RequestFactory, asked: str, shown: str) -> None:
    page = gallery(rf.get("/gallery/", {"theme": asked})).content.decode()
    assert f'data-theme="{shown}"' in page


def test_steps_say_their_state_in_words(page: str) -> None:
    shown = page[page.index('class="stages"') :]
    shown = shown[: shown.index("</nav>")]
    assert 'Dose</a><span class="visually-hidden"> (done)' in shown
    assert 'aria-current="step"><span>Baseline' in shown
    assert 'Confirm<span class="visually-hidden"> (still to come)' in shown


def test_a_chart_has_its_figures_as_a_table_and_says_what_each_download_is_of(page: str) -> None:
    shown = page[page.index('<figure class="chart"') :]
    shown = shown[: shown.index("</figure>")]
    assert "<table" in shown[shown.index("<details") :]
    for kind in ("CSV", "SVG", "PNG"):
        assert f'download>{kind}<span class="visually-hidden">: The colours of the series' in shown


def test_counts_are_written_with_separators(page: str) -> None:
    assert '<span class="stat__number">12,265</span>' in page
    assert 'class="tabs__count">1,234</span>' in page
    assert 'class="tabs__count">0</span>' in page


def test_a_refused_form_names_each_error_once_and_links_it(page: str) -> None:
    summary = page[page.index("error-summary") :]
    targets = re.findall(r'<li><a href="#([^"]+)">', summary[: summary.index("</ul>")])
    assert {"id_day", "id_strength", "id_kind_0"} <= set(targets)
    assert all(f'id="{target}"' in page for target in targets)
