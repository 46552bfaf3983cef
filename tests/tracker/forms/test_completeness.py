"""The meter of a form counts what the service audits count, live and on paper."""

from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any, cast

import pytest

from patients.facts import assessment_of
from patients.forms import AddAssessmentForm
from patients.models import Assessment
from patients.rules.improvement import COMPONENTS
from tests.factories.rows import a_patient
from tests.tracker.forms.conftest import TODAY, World
from tests.tracker.pages import text_of
from tracker.presenters.completeness import core_set_wanted, of_form, of_record

ON: dict[str, Any] = {"on": "05/04/2026", "lowest_mrc_group": "not_recorded"}
VALUES = {
    "physician_global": "0", "patient_global": "1", "mmt": "140", "mmt_maximum": "150", "haq": "1.5", "ck_0": "900",
    "ck_1": "U/L", "extramuscular_global": "2", "cmas": "40", "das": "3",
}  # fmt: skip


@pytest.mark.parametrize("born", [date(1968, 4, 5), date(2015, 4, 5)], ids=["adult", "juvenile"])
def test_a_form_filled_in_counts_like_the_record_that_it_makes(world: World, born: date) -> None:
    """Whatever is left out, the count beside the typing and the audit of the saved assessment agree."""
    patient = a_patient(world.doctor, born=born)
    groups = [("physician_global",), ("patient_global",), ("mmt", "mmt_maximum"), ("haq",), ("ck_0", "ck_1"),
              ("extramuscular_global",), ("cmas",), ("das",)]  # fmt: skip
    wanted = core_set_wanted(patient, TODAY)
    for count in (1, 2, 5):
        for left_out in list(combinations(groups, count))[::3]:
            absent = {name for group in left_out for name in group}
            typed = ON | {name: value for name, value in VALUES.items() if name not in absent}
            form = AddAssessmentForm(typed, today=TODAY)
            assert form.is_valid(), form.errors
            values = form.values()
            row = Assessment(
                patient=patient,
                on=values.on,
                pk=1,
                lowest_mrc_group="not_recorded",
                **{name: getattr(values, name) for name in (*_MEASURES, "mmt_maximum")},
            )
            row._prefetched_objects_cache = {"enzymes": _Enzymes(values)}  # type: ignore[attr-defined]  # as after prefetch_related
            assert of_form(form, "", wanted).missing == of_record(patient, assessment_of(row)).missing


_MEASURES = ("physician_global", "patient_global", "mmt", "haq", "extramuscular_global", "cmas", "das")


class _Enzymes(list[Any]):
    def __init__(self, values: Any) -> None:
        super().__init__(values.enzymes)

    def all(self) -> list[Any]:
        return self


def test_there_is_one_wanted_for_each_component_in_their_order(world: World) -> None:
    wanted = core_set_wanted(world.patient, TODAY)
    assert [one.label for one in wanted] == [names[0].label for names in COMPONENTS]
    controls = {name for one in wanted for group in one.groups for name in group}
    form = AddAssessmentForm(today=TODAY)
    drawn = form.as_div()
    assert [name for name in controls if f'name="{name}"' not in drawn] == []


def test_after_a_refusal_it_says_what_is_missing_without_any_script(world: World) -> None:
    response = world.post("add_assessment", world.patient.pk, **ON | {"haq": "1.1", "ck_0": "900", "ck_1": "U/L"})
    assert response.status_code == 422
    text = text_of(response)
    assert "Measures of a review 2 of 6" in text
    assert "Missing: physician global, patient global, manual muscle test (MMT), extramuscular global." in text


def test_a_muscle_test_without_its_form_does_not_count(world: World) -> None:
    response = world.post("add_assessment", world.patient.pk, **ON | {"mmt": "140"})
    assert "Measures of a review 0 of 6" in text_of(response)


def test_it_stops_nobody_and_the_saved_record_says_it_with_the_way_to_the_response(world: World) -> None:
    response = world.post("add_assessment", world.patient.pk, **ON | {"haq": "1.5"})
    assert response.status_code == 302
    page = world.client().get(response["Location"])
    assert Assessment.objects.get().haq == Decimal("1.5")
    text = text_of(cast(Any, page))
    # The message belongs to the session that saved, so it is read from there.
    assert "The assessment is recorded." not in text


def test_the_message_of_the_one_who_saved(world: World) -> None:
    client = world.client()
    address = f"/patients/{world.patient.pk}/assessments/new/"
    response = client.post(address, ON | {"haq": "1.5"}, follow=True)
    text = text_of(cast(Any, response))
    assert "The assessment is recorded. 1 of 6 measures of a review. Missing: physician global" in text
    assert f'<a href="/patients/{world.patient.pk}/response/">Look at the response</a>' in response.content.decode()


def test_a_registration_counts_what_something_rests_on_later(world: World) -> None:
    response = world.get("register_patient", by=world.admin)
    assert "What doses, limits and letters rest on 0 of 4" in text_of(response)
    typed: dict[str, Any] = {
        "clinic": world.clinic.pk,
        "family_name": "New",
        "born": "1968",
        "sex": "female",
        "subtype": "not_recorded",
    }
    text = text_of(world.post("register_patient", by=world.admin, **typed))
    assert "2 of 4" in text
    assert "Missing: NHS number, subtype of myositis." in text
