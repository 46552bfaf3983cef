from collections.abc import Callable
from datetime import date

from patients.models import Condition
from tests.factories.rows import a_condition, a_patient
from tests.tracker.forms.conftest import World


def test_an_end_is_a_row_that_supersedes_the_open_one(world: World) -> None:
    open_row = a_condition(world.patient)
    assert world.post("end_condition", world.patient.pk, open_row.pk, to_on="05/04/2026").status_code == 302
    ended = Condition.objects.get(superseded_at__isnull=True)
    assert (ended.replaces, ended.to_on, ended.from_on) == (open_row, date(2026, 4, 5), open_row.from_on)
    assert world.reconciled == [world.patient.pk]


def test_the_page_names_the_condition(world: World) -> None:
    row = a_condition(world.patient, description="NSIP pattern", precision="month")
    text = world.get("end_condition", world.patient.pk, row.pk).content.decode()
    assert "interstitial lung disease (NSIP pattern)" in text
    assert "about Jan-2026" in text


def test_an_end_before_the_start_is_refused(world: World, refused: Callable[..., str]) -> None:
    row = a_condition(world.patient)
    refused(
        world.post("end_condition", world.patient.pk, row.pk, to_on="04/01/2026"), "to_on", "cannot end before it began"
    )
    row.refresh_from_db()
    assert row.superseded_at is None


def test_an_end_is_recorded_once(world: World, refused: Callable[..., str]) -> None:
    row = a_condition(world.patient, to_on=date(2026, 2, 1))
    refused(world.post("end_condition", world.patient.pk, row.pk, to_on="05/04/2026"), "to_on", "already has an end")


def test_the_condition_of_another_patient_is_not_found(world: World) -> None:
    other = a_patient(world.doctor)
    row = a_condition(other)
    assert world.get("end_condition", world.patient.pk, row.pk).status_code == 404
