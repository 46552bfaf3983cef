"""Nothing clinical is ever deleted: neither may the application's role, nor does any line of the code try."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models

from patients.models.entry import Entry
from tracker.patient_life.tables import moving_models, patient_columns

ROOT = Path(__file__).resolve().parents[3]
APPS = ("patients", "regimens", "monitoring", "tracker")
# What is worked out from the record, and made anew when it is gone.
CACHES = {"monitoring.DueItem", "monitoring.NotWorkedOut", "monitoring.Reminder"}
# What somebody has typed and not entered: no part of the record, and theirs to throw away.
NOT_ENTERED = {"patients.Draft"}


def clinical_models() -> list[type[models.Model]]:
    """Every table that holds something of a patient, directly or under something that does."""
    direct = {field.model for _, field in patient_columns() if field.model._meta.managed}
    found = {*direct, *moving_models(), apps.get_model("patients.Patient")}
    grown = True
    while grown:
        below = {
            model
            for model in apps.get_models()
            if model._meta.managed
            and any(f.remote_field and f.remote_field.model in found for f in model._meta.local_concrete_fields)
        }
        grown = not below <= found
        found |= below
    entered = [one for one in found if one._meta.label not in CACHES | NOT_ENTERED]
    return sorted(entered, key=lambda one: one._meta.label)


def test_the_walk_reaches_what_lies_under_an_entry() -> None:
    labels = {model._meta.label for model in clinical_models()}
    assert {"patients.AssessmentEnzyme", "regimens.TaperStep", "monitoring.AlertStep", "monitoring.Mail"} <= labels
    assert {model._meta.label for model in apps.get_models() if issubclass(model, Entry)} <= labels


@pytest.mark.django_db
def test_the_application_has_no_right_to_delete_a_clinical_row() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
            "AND has_table_privilege('myoline_app', oid, 'DELETE')"
        )
        granted = {name for (name,) in cursor.fetchall()}
    assert granted  # the role exists, and may delete something
    assert [model._meta.label for model in clinical_models() if model._meta.db_table in granted] == []


def test_no_line_deletes_a_clinical_row() -> None:
    clinical = {model.__name__ for model in clinical_models()}
    found = []
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                called = node.func if isinstance(node, ast.Call) else None
                if isinstance(called, ast.Attribute) and called.attr in ("delete", "_raw_delete"):
                    named = {each.id for each in ast.walk(called.value) if isinstance(each, ast.Name)}
                    if named & clinical:
                        found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []


def test_deleting_the_rows_of_a_patient_is_refused_by_every_key() -> None:
    keys = [
        f"{model._meta.label}.{field.name}"
        for model in clinical_models()
        for field in model._meta.local_concrete_fields
        if field.remote_field is not None and field.remote_field.on_delete is not models.PROTECT
    ]
    assert keys == []
