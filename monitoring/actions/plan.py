"""Deciding how one patient is monitored: how great the risk is, who does the tests, where a drug level should lie.

What a test's frequency or a level is judged by is a doctor's decision; who does the tests is not. See also
`intervals.py` and `pauses.py`.
"""

from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from monitoring.models import RiskAssessment, SharedCare, TargetRange
from monitoring.protocol.definitions import Analyte, MonitoringProtocol
from monitoring.rules.levels import level_analytes
from monitoring.rules.plan import EVERY_DRUG
from monitoring.rules.vocabulary import MonitoredBy, RiskTier
from monitoring.schedules import protocol_of
from patients.acting import explained
from patients.clock import today_in
from patients.entries import not_before_birth, not_in_future, store_once
from patients.errors import Refused
from patients.models import Patient, Staff
from patients.rules.permissions import Permission
from patients.rules.wording import display_number
from patients.selectors import patient_to_write
from regimens.models import Course

FURTHEST_AHEAD = timedelta(days=364)
"""How far ahead a decision can begin: a day further on is a slip of the year."""


@transaction.atomic
def assess_risk(*, by: Staff, patient_id: int, on: date, tier: RiskTier, factors: str = "") -> RiskAssessment:
    """Records how likely the drugs are to harm this patient. Raises NotFound, NotAllowed, Refused.

    Any tier but the standard one can change how often tests are asked for, so it says what it rests on.
    """
    patient = patient_to_write(by, patient_id, Permission.ADJUST_MONITORING)
    not_in_future(on, today_in(patient.clinic), "on")
    not_before_birth(patient, on, "on")
    if tier != RiskTier.STANDARD and not factors.strip():
        raise Refused(f"Say what makes this {tier.label}.", "factors")
    return store_once(
        RiskAssessment(
            patient=patient,
            on=on,
            tier=tier.value,
            factors=factors.strip(),
            protocol_version=protocol_of(patient.clinic).version,
            recorded_by=by,
        )
    )


@transaction.atomic
def share_care(
    *,
    by: Staff,
    patient_id: int,
    monitored_by: MonitoredBy,
    from_on: date,
    drug: str = EVERY_DRUG,
    provider: str = "",
    note: str = "",
) -> SharedCare:
    """Records who looks after the tests of a drug ("" for every drug) from a day on.

    Raises NotFound, NotAllowed, Refused.
    """
    patient = patient_to_write(by, patient_id, Permission.RECORD_MONITORING)
    monitored_drug(patient, drug, protocol_of(patient.clinic))
    not_before_birth(patient, from_on, "from_on")
    not_far_ahead(from_on, today_in(patient.clinic), "from_on")
    if monitored_by != MonitoredBy.US and not provider.strip():
        raise Refused("Name the practice or service that looks after it.", "provider")
    return store_once(
        SharedCare(
            patient=patient,
            drug=drug,
            from_on=from_on,
            monitored_by=monitored_by.value,
            provider=provider.strip(),
            note=note.strip(),
            recorded_by=by,
        ),
        "from_on",
    )


@transaction.atomic
@explained()
def set_target_range(
    *,
    by: Staff,
    patient_id: int,
    analyte: str,
    from_on: date,
    low: Decimal,
    high: Decimal,
    unit: str,
    reason: str = "",
) -> TargetRange:
    """Sets the range in which a drug level should lie from a day on, both ends included.

    `unit` is one of the spellings of the analyte's own unit. Raises NotFound, NotAllowed, Refused.
    """
    patient = patient_to_write(by, patient_id, Permission.ADJUST_MONITORING)
    protocol = protocol_of(patient.clinic)
    not_in_future(from_on, today_in(patient.clinic), "from_on")
    not_before_birth(patient, from_on, "from_on")
    if analyte not in level_analytes(protocol):
        levels = ", ".join(sorted(protocol.analytes[each].name for each in level_analytes(protocol)))
        raise Refused(f"A target range is set for a drug level only: {levels}.", "analyte")
    _check_range(protocol.analytes[analyte], low, high, unit)
    return store_once(
        TargetRange(
            patient=patient,
            analyte=analyte,
            from_on=from_on,
            low=low,
            high=high,
            unit=unit,
            reason=reason.strip(),
            recorded_by=by,
        ),
        "from_on",
    )


def monitored_drug(patient: Patient, drug: str, protocol: MonitoringProtocol) -> None:
    """Raises Refused for a drug that asks for nothing, or that this patient was never given; "" is every drug."""
    if drug == EVERY_DRUG:
        return
    found = protocol.drugs.get(drug)
    if found is None:
        raise Refused(f"“{drug}” is not a drug of the monitoring protocol.", "drug")
    if found.nothing_needed:
        raise Refused(f"The schedule asks for nothing while {found.name} is taken, so there is nothing to set.", "drug")
    if not Course.objects.filter(patient=patient, drug=drug, never_given=False).current().exists():
        raise Refused(f"No course of {found.name} is recorded for this patient. Record the course first.", "drug")


def not_far_ahead(on: date, today: date, field: str) -> None:
    """Raises Refused for a day more than a year ahead."""
    if on > today + FURTHEST_AHEAD:
        raise Refused("This day is more than a year ahead. Check the year.", field)


def _check_range(analyte: Analyte, low: Decimal, high: Decimal, unit: str) -> None:
    if unit not in analyte.units:
        raise Refused(f"{analyte.name}: the unit must be one of {', '.join(analyte.units)}.", "unit")
    for field, value in (("low", low), ("high", high)):
        too_low = analyte.lowest is not None and value < analyte.lowest
        too_high = analyte.highest is not None and value > analyte.highest
        if too_low or too_high:
            raise Refused(
                f"{analyte.name}: {display_number(value)} {unit} cannot be right. Expected {_bounds(analyte)} {unit}: "
                "check the decimal point and the unit.",
                field,
            )


def _bounds(analyte: Analyte) -> str:
    if analyte.lowest is None or analyte.highest is None:
        most, least = analyte.highest, analyte.lowest
        return (
            f"at most {display_number(most)}" if most is not None else f"at least {display_number(least or Decimal(0))}"
        )
    return f"{display_number(analyte.lowest)} to {display_number(analyte.highest)}"
