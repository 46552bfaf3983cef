"""Several changes saved at once: what is found afterwards is what was tried out, and nothing else is written."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any

import pytest

from monitoring.facts import monitoring_records
from monitoring.protocol.load import load as load_monitoring
from monitoring.rules.calendar import calendar
from patients.rules.vocabulary import DatePrecision
from regimens.models import Course
from regimens.protocol.load import load as load_pathway
from regimens.rules.comparison import differences
from regimens.rules.pathway import evaluate
from regimens.rules.proposals import ChangeDose, Proposal, StartDrug, StopDrug, Taper, applied, begun_by
from regimens.rules.record import DosePeriod as Dose
from regimens.rules.vocabulary import CourseRole, DoseUnit, Frequency, StopReason, Weekday
from tests.factories.rows import a_condition, a_dose, a_result, a_weight
from tests.tracker.forms.conftest import TODAY, World
from tests.tracker.forms.conftest import _frozen as _frozen
from tests.tracker.forms.conftest import world as world
from tests.tracker.test_what_if import rows
from tracker.actions import ChangeRefused, PlannedChange, RecordChanged, digest_of, rehearse_changes, save_changes


def proposals_on(world: World) -> dict[str, list[Proposal]]:
    ten = Dose("", TODAY, Decimal("7.5"), DoseUnit.MILLIGRAM, frequency=Frequency.ONCE_DAILY)
    weekly = replace(ten, amount=Decimal("12.500"), frequency=Frequency.ONCE_WEEKLY, weekday=Weekday.MONDAY)
    start = StartDrug(on=TODAY, drug="azathioprine", role=CourseRole.IMMUNOSUPPRESSANT, dose=ten)
    outside = StartDrug(
        on=date(2026, 11, 15),
        drug="",
        drug_text="tofacitinib",
        role=CourseRole.OUTSIDE_PATHWAY,
        dose=Dose("", TODAY),
        precision=DatePrecision.MONTH,
    )
    steroid = str(world.prednisolone.pk)
    methotrexate = str(world.methotrexate.pk)
    return {
        "start": [start],
        "start outside the catalogue, dose unknown": [outside],
        "start ahead": [replace(start, on=TODAY + timedelta(days=60))],
        "change a dose": [ChangeDose(course=methotrexate, on=TODAY, dose=weekly)],
        "change to an unknown dose": [ChangeDose(course=methotrexate, on=TODAY, dose=Dose("", TODAY))],
        "stop": [
            StopDrug(course=methotrexate, on=TODAY, reason=StopReason.INTOLERANT, precision=DatePrecision.ESTIMATED)
        ],
        "taper": [Taper(course=steroid, steps=((date(2026, 12, 1), Decimal("7.5")), (date(2027, 1, 1), Decimal(0))))],
        "all together": [
            StopDrug(course=methotrexate, on=TODAY, reason=StopReason.INEFFECTIVE),
            start,
            ChangeDose(course=begun_by(2), on=TODAY + timedelta(days=14), dose=replace(ten, amount=Decimal(100))),
            Taper(course=steroid, steps=((date(2026, 12, 1), Decimal(10)),)),
            StopDrug(course=begun_by(2), on=TODAY + timedelta(days=28), reason=StopReason.OTHER),
        ],
    }


def nameless(value: Any) -> Any:
    """A record with its row ids left out: those of a proposal and of the row it becomes differ, and nothing else."""
    if isinstance(value, tuple):
        return tuple(nameless(one) for one in value)
    if hasattr(value, "__dataclass_fields__"):
        return (
            type(value),
            *((name, nameless(getattr(value, name))) for name in value.__dataclass_fields__ if name != "id"),
        )
    return value


@pytest.mark.parametrize(
    "name",
    [
        "start",
        "start outside the catalogue, dose unknown",
        "start ahead",
        "change a dose",
        "change to an unknown dose",
        "stop",
        "taper",
        "all together",
    ],
)
def test_what_is_found_after_saving_is_what_the_preview_showed(world: World, name: str) -> None:
    a_weight(world.patient, "70", date(2026, 11, 1))
    proposals = proposals_on(world)[name]
    before = monitoring_records([world.patient.pk])[world.patient.pk]
    shown = replace(before, treatment=applied(before.treatment, proposals))
    save_changes(
        by=world.doctor,
        patient_id=world.patient.pk,
        changes=[PlannedChange(proposal=proposal, reason="known and wanted") for proposal in proposals],
        digest=digest_of(before, TODAY, load_monitoring()),
    )
    saved = monitoring_records([world.patient.pk])[world.patient.pk]
    by_start = attrgetter("start_on", "drug", "drug_text")
    assert nameless(tuple(sorted(saved.treatment.courses, key=by_start))) == nameless(
        tuple(sorted(shown.treatment.courses, key=by_start))
    )
    for days in (0, 14, 30, 90):
        day = TODAY + timedelta(days=days)
        then, now = (evaluate(one.treatment, load_pathway(), day) for one in (shown, saved))
        assert differences(then, now) == ()
    ahead = [calendar(one, load_monitoring(), TODAY, TODAY + timedelta(days=364)) for one in (shown, saved)]
    seen = [
        [
            (visit.on, sorted((item.item, item.occasion, item.drug_name, item.due_on) for item in visit.items))
            for visit in one.visits
        ]
        for one in ahead
    ]
    assert seen[0] == seen[1]


def test_rehearsing_leaves_nothing_and_refuses_what_saving_would(world: World) -> None:
    before, versions = rows(), list(Course.objects.order_by("pk").values_list("pk", "version", "stop_on"))
    changes = [
        PlannedChange(proposal=proposal, reason="known and wanted") for proposal in proposals_on(world)["all together"]
    ]
    rehearse_changes(by=world.doctor, patient_id=world.patient.pk, changes=changes)
    assert (rows(), list(Course.objects.order_by("pk").values_list("pk", "version", "stop_on"))) == (before, versions)
    with pytest.raises(ChangeRefused) as refused:
        rehearse_changes(by=world.doctor, patient_id=world.patient.pk, changes=[*changes, changes[1]])
    assert refused.value.number == 6
    assert rows() == before


@pytest.mark.parametrize(
    "touch",
    [
        lambda world: a_dose(world.methotrexate, "10", date(2026, 11, 1)),
        lambda world: a_weight(world.patient, "70", date(2026, 11, 1)),
        lambda world: a_condition(world.patient),
        lambda world: a_result(world.patient, "alt", "30", date(2026, 11, 1)),
    ],
    ids=["dose", "weight", "condition", "result"],
)
def test_anything_entered_since_the_preview_asks_for_another_look(
    world: World, touch: Callable[[World], object]
) -> None:
    before = monitoring_records([world.patient.pk])[world.patient.pk]
    touch(world)
    change = PlannedChange(proposal=proposals_on(world)["stop"][0])
    with pytest.raises(RecordChanged):
        save_changes(
            by=world.doctor,
            patient_id=world.patient.pk,
            changes=[change],
            digest=digest_of(before, TODAY, load_monitoring()),
        )
    world.methotrexate.refresh_from_db()
    assert world.methotrexate.stop_on is None
