"""The gallery shows every component in every state, and only in development."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import RequestFactory

from monitoring.rules.findings import DueStatus
from regimens.rules.findings import AnnotationKind, LineState
from tests.tracker.test_settings import PRODUCTION, run_python
from tracker.views.gallery import gallery

COMPONENTS = Path(settings.BASE_DIR) / "templates" / "components"
NOT_ALONE = {"error_summary", "field", "parts", "paging", "breadcrumbs", "patient_banner", "table", "form_fields"}


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
    for path in COMPONENTS.glob("*.html"):
        assert path.read_text().startswith("{% comment %}\n"), path.name


def test_every_component_is_shown_or_part_of_one(page: str) -> None:
    marks = {
        "button": 'class="button',
        "definition_list": 'class="pairs"',
        "empty_state": 'class="empty"',
        "form": 'class="form"',
        "notice": "notice--danger",
        "panel": 'class="panel',
        "tag": 'class="tag',
    }
    assert {path.stem for path in COMPONENTS.glob("*.html")} - NOT_ALONE == set(marks)
    assert [name for name, mark in marks.items() if mark not in page] == []


def test_a_refused_form_names_each_error_once_and_links_it(page: str) -> None:
    summary = page[page.index("error-summary") :]
    targets = re.findall(r'<li><a href="#([^"]+)">', summary[: summary.index("</ul>")])
    assert {"id_day", "id_strength", "id_kind_0"} <= set(targets)
    assert all(f'id="{target}"' in page for target in targets)
