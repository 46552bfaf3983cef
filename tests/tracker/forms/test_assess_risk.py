from collections.abc import Callable
from datetime import date

from django.urls import reverse

from monitoring.models import RiskAssessment
from tests.factories import rows
from tests.tracker.forms.conftest import World
from tests.tracker.pages import text_of


def test_the_risk_is_recorded_and_leads_back_to_the_plan(world: World) -> None:
    response = world.post("assess_risk", world.patient.pk, on="today", tier="high", factors="alcohol")
    assert response.status_code == 302
    assert response["Location"] == reverse("monitoring_plan", args=[world.patient.pk])
    row = RiskAssessment.objects.get()
    assert (row.on, row.tier, row.factors) == (date(2026, 11, 20), "high", "alcohol")
    assert world.reconciled == [world.patient.pk]


def test_what_was_judged_before_stands_beside_the_fields(world: World) -> None:
    rows.a_risk_assessment(world.patient, date(2026, 3, 2))
    text = text_of(world.get("assess_risk", world.patient.pk))
    assert "Recorded before: high risk on 02-Mar-2026" in text
    assert "Recorded before: eGFR 48, alcohol" in text


def test_factors_are_asked_for(world: World, refused: Callable[..., str]) -> None:
    response = world.post("assess_risk", world.patient.pk, on="today", tier="low")
    refused(response, "factors", "Say what makes this low risk")
