"""What the demo clinic has decided about monitoring: whose work it is, risk, shared care, a pause, plans for infusions.

Plainly invented, by the position of the patient in the cohort, so that the same cohort gives the same service.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from monitoring.models import Assignment, Contact, IntervalOverride, Pause, RiskAssessment, SharedCare, TargetRange
from monitoring.protocol.load import load
from monitoring.rules.vocabulary import ContactChannel, ContactOutcome, MonitoredBy, RiskTier
from patients.models import ContactDetails, Staff
from regimens.models import Course, InfusionPlan
from regimens.rules.vocabulary import DoseUnit, InfusionAnchor

_ENTERED_AT = time(9, 30)
_TIERS = (RiskTier.STANDARD, RiskTier.LOW, RiskTier.HIGH)
_FACTORS = {
    RiskTier.LOW: "stable for two years, kidney and liver normal",
    RiskTier.STANDARD: "",
    RiskTier.HIGH: "eGFR 48, alcohol 20 units a week",
}
_LEVELS = {"ciclosporin": ("ciclosporin_level", "100", "150"), "tacrolimus": ("tacrolimus_level", "5", "10")}


def store_service(patient_ids: Sequence[int], *, doctor: Staff, nurse: Staff, today: date) -> None:
    """Writes it for these patients, in their order. `today` is the day on which the cohort's records end."""
    drugs = load().drugs
    running = [
        course
        for course in Course.objects.filter(
            patient__in=patient_ids, stop_on__isnull=True, never_given=False, superseded_at__isnull=True
        ).order_by("patient", "pk")
        if course.drug in drugs and course.start_on < today - timedelta(days=40)
    ]
    monitored = {course.patient_id: course for course in running if drugs[course.drug].repeat}
    ids = [pk for pk in patient_ids if pk in monitored]
    _owners(ids, doctor, nurse, today)
    _risk(ids, doctor, today)
    _shared(ids, monitored, nurse, today)
    _contacts(ids, nurse, today)
    _plans(running, doctor, today)


def _entered(on: date) -> datetime:
    return datetime.combine(on, _ENTERED_AT, tzinfo=UTC)


def _owners(ids: Sequence[int], doctor: Staff, nurse: Staff, today: date) -> None:
    at = _entered(today - timedelta(days=5))
    Assignment.objects.bulk_create(
        Assignment(patient_id=pk, owner=doctor if number % 10 == 0 else nurse, recorded_by=nurse, recorded_at=at)
        for number, pk in enumerate(ids)
        if number % 4
    )


def _risk(ids: Sequence[int], doctor: Staff, today: date) -> None:
    rows = []
    for number, pk in enumerate(ids):
        if number % 3 == 0:
            tier, on = _TIERS[number // 3 % len(_TIERS)], today - timedelta(days=20 + number % 15)
            rows.append(
                RiskAssessment(
                    patient_id=pk,
                    on=on,
                    tier=tier,
                    factors=_FACTORS[tier],
                    recorded_by=doctor,
                    recorded_at=_entered(on),
                )
            )
    RiskAssessment.objects.bulk_create(rows)


def _shared(ids: Sequence[int], courses: dict[int, Course], nurse: Staff, today: date) -> None:
    on = today - timedelta(days=14)
    SharedCare.objects.bulk_create(
        SharedCare(
            patient_id=pk,
            drug=courses[pk].drug,
            from_on=on,
            monitored_by=MonitoredBy.GP,
            provider="Example Surgery",
            recorded_by=nurse,
            recorded_at=_entered(on),
        )
        for pk in ids[4::9]
    )
    Pause.objects.bulk_create(
        Pause(
            patient_id=pk,
            drug=courses[pk].drug,
            from_on=today - timedelta(days=6),
            until=today + timedelta(days=15),
            reason="in hospital, bloods are taken on the ward",
            recorded_by=nurse,
            recorded_at=_entered(today - timedelta(days=6)),
        )
        for pk in ids[5:6]
    )
    IntervalOverride.objects.bulk_create(
        IntervalOverride(
            patient_id=pk,
            drug=courses[pk].drug,
            interval_days=14,
            from_on=today - timedelta(days=10),
            until=today + timedelta(days=46),
            reason="white cells falling since October",
            recorded_by=nurse,
            recorded_at=_entered(today - timedelta(days=10)),
        )
        for pk in ids[7:9]
    )


def _contacts(ids: Sequence[int], nurse: Staff, today: date) -> None:
    at = _entered(today - timedelta(days=3))
    Contact.objects.bulk_create(
        Contact(
            patient_id=pk,
            on=today - timedelta(days=3),
            channel=ContactChannel.TELEPHONE,
            outcome=ContactOutcome.MESSAGE_LEFT if number % 2 else ContactOutcome.WILL_ATTEND,
            symptoms_asked=not number % 2,
            recorded_by=nurse,
            recorded_at=at,
        )
        for number, pk in enumerate(ids[2::11])
    )
    ContactDetails.objects.bulk_create(
        ContactDetails(
            patient_id=pk,
            email=f"patient-{number}@demonstration.invalid",
            may_remind=True,
            agreed_on=today - timedelta(days=3),
            recorded_by=nurse,
            recorded_at=at,
        )
        for number, pk in enumerate(ids[1::12], start=1)
    )


def _plans(running: Sequence[Course], doctor: Staff, today: date) -> None:
    at = _entered(today - timedelta(days=7))
    InfusionPlan.objects.bulk_create(
        InfusionPlan(
            course=course,
            anchor=InfusionAnchor.LAST_GIVEN,
            interval_days=28,
            days_per_cycle=2,
            amount_per_kilogram=Decimal(2),
            unit=DoseUnit.GRAM,
            vial_sizes=[Decimal(5), Decimal(10), Decimal(20)],
            review_after_cycles=3,
            recorded_by=doctor,
            recorded_at=at,
        )
        for course in running
        if course.drug == "normal_immunoglobulin"
    )
    TargetRange.objects.bulk_create(
        TargetRange(
            patient_id=course.patient_id,
            analyte=_LEVELS[course.drug][0],
            from_on=today - timedelta(days=7),
            low=Decimal(_LEVELS[course.drug][1]),
            high=Decimal(_LEVELS[course.drug][2]),
            unit=load().analytes[_LEVELS[course.drug][0]].units[0],
            recorded_by=doctor,
            recorded_at=at,
        )
        for course in running
        if course.drug in _LEVELS
    )
