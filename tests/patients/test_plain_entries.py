"""Text that is no plain text is refused wherever it comes in, and what is stored has one spelling."""

from datetime import date
from typing import Any

import pytest
from rest_framework import serializers

from patients.entries import store, supersede
from patients.errors import Refused
from patients.fields import StrictSerializer
from patients.inputs import words
from patients.models import Condition, Patient
from patients.rules.vocabulary import ConditionKind
from tests.factories import rows

MARKUP = "weak <b>legs</b>"


def a_new_condition(patient: Patient, description: str) -> Condition:
    kind = ConditionKind.OTHER.value
    return Condition(
        patient=patient, kind=kind, description=description, from_on=date(2026, 1, 5), recorded_by=patient.recorded_by
    )


@pytest.fixture
def patient(db: None) -> Patient:
    return rows.a_patient(rows.a_member())


def test_a_new_row_is_refused_at_the_field_that_holds_markup(patient: Patient) -> None:
    with pytest.raises(Refused) as refused:
        store(a_new_condition(patient, MARKUP))
    assert refused.value.field == "description"
    assert "“<b>” at character 6" in refused.value.message
    assert not Condition.objects.exists()


def test_a_new_row_is_stored_in_one_spelling(patient: Patient) -> None:
    row = store(a_new_condition(patient, "scle\u0301rose\u200b"))
    row.refresh_from_db()
    assert row.description == "scl\u00e9rose"


def test_a_name_of_two_lines_is_refused(patient: Patient) -> None:
    row = Patient(
        clinic=patient.clinic,
        recorded_by=patient.recorded_by,
        hospital_number="B7",
        given_names="Ann",
        family_name="Ashe\nBcc: all@example.org",
    )
    with pytest.raises(Refused, match="line break") as refused:
        store(row)
    assert refused.value.field == "family_name"


def test_what_an_old_row_says_does_not_stand_in_the_way(patient: Patient) -> None:
    row = rows.a_condition(patient, ConditionKind.OTHER, description=MARKUP)
    row.to_on = date(2026, 3, 2)
    assert store(row).description == MARKUP


def test_the_reason_of_a_withdrawal_is_plain(patient: Patient) -> None:
    row = rows.a_weight(patient)
    with pytest.raises(Refused) as refused:
        supersede(row, by=patient.recorded_by, reason=MARKUP)
    assert refused.value.field == "reason"


@pytest.mark.parametrize(("lines", "passes"), [(1, False), (3, True)])
def test_a_form_field_on_one_line_takes_no_line_break(lines: int, passes: bool) -> None:
    field = words("Note", length=100, lines=lines)
    if passes:
        assert field.clean("one\ntwo") == "one\ntwo"
    else:
        with pytest.raises(Exception, match="line break"):
            field.clean("one\ntwo")


class Sent(StrictSerializer):
    note = serializers.CharField(max_length=500, required=False)
    name = serializers.CharField(max_length=60, required=False)
    password = serializers.CharField(required=False, style={"input_type": "password"})
    several = serializers.ListField(child=serializers.CharField(), required=False)


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"note": MARKUP}, "note"), ({"name": "two\nlines"}, "name"), ({"several": ["well", MARKUP]}, "several")],
)
def test_the_api_names_the_field(sent: dict[str, Any], field: str) -> None:
    read = Sent(data=sent)
    assert not read.is_valid()
    assert set(read.errors) == {field}


def test_a_password_is_nobodys_text() -> None:
    read = Sent(data={"password": "<b>A\u0308</b>", "note": "A\u0308\nb"})
    assert read.is_valid(), read.errors
    assert read.validated_data == {"password": "<b>A\u0308</b>", "note": "\u00c4\nb"}
