from collections.abc import Callable
from datetime import date

from monitoring.models import SharedCare
from tests.tracker.forms.conftest import World


def test_it_is_recorded_who_looks_after_a_drug(world: World) -> None:
    typed = {"drug": "methotrexate", "monitored_by": "gp", "provider": "Oak Lane", "from_on": "01/12/2026"}
    assert world.post("share_care", world.patient.pk, by=world.nurse, **typed).status_code == 302
    row = SharedCare.objects.get()
    assert (row.drug, row.monitored_by, row.provider, row.from_on) == (
        "methotrexate", "gp", "Oak Lane", date(2026, 12, 1),
    )  # fmt: skip
    assert world.reconciled == [world.patient.pk]


def test_back_with_this_clinic_needs_no_name(world: World) -> None:
    typed = {"drug": "every", "monitored_by": "us", "from_on": "today"}
    assert world.post("share_care", world.patient.pk, **typed).status_code == 302
    assert SharedCare.objects.get().drug == ""


def test_somebody_else_is_named(world: World, refused: Callable[..., str]) -> None:
    typed = {"drug": "every", "monitored_by": "other", "from_on": "today", "note": "by letter"}
    text = refused(world.post("share_care", world.patient.pk, **typed), "provider", "Name the practice")
    assert 'value="by letter"' in text
