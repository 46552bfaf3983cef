"""Recording results. What is sampled, received and entered are three moments and stay apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from monitoring.models import Result
from monitoring.models.result import ResultSource
from monitoring.protocol.definitions import Analyte, ResultType
from monitoring.protocol.load import load
from patients.clock import today_in
from patients.entries import not_before_birth, not_in_future, store_once
from patients.errors import Refused
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import patient_to_write

LONGEST_AFTER_DOSE = 168  # hours, one week: the longest interval between doses of a drug with a trough level


@dataclass(frozen=True, slots=True, kw_only=True)
class NewResult:
    """One value of a report. `comparator` keeps `<5` apart from 5; `hours_after_dose` is for trough levels."""

    analyte: str
    value: Decimal | None = None
    comparator: str = ""
    unit: str = ""
    text: str = ""
    upper_limit: Decimal | None = None
    hours_after_dose: Decimal | None = None


@transaction.atomic
def record_results(
    *,
    by: Staff,
    patient_id: int,
    sampled_on: date,
    values: Sequence[NewResult],
    received_on: date | None = None,
    source: str = ResultSource.HAND,
) -> list[Result]:
    """Records the values of one sample, all or none. Raises NotFound, NotAllowed, Refused naming the analyte."""
    patient = patient_to_write(by, patient_id, Permission.RECORD_MONITORING)
    today = today_in(patient.clinic)
    not_in_future(sampled_on, today, "sampled_on")
    not_before_birth(patient, sampled_on, "sampled_on")
    if received_on is not None:
        not_in_future(received_on, today, "received_on")
        if received_on < sampled_on:
            raise Refused("A result cannot be received before its sample was taken.", "received_on")
    if not values:
        raise Refused("Nothing was entered: record at least one result.")
    for value in values:
        _check(value)
    return [
        store_once(
            Result(
                patient=patient,
                analyte=value.analyte,
                value=value.value,
                comparator=value.comparator,
                unit=value.unit,
                text=value.text.strip(),
                upper_limit=value.upper_limit,
                hours_after_dose=value.hours_after_dose,
                sampled_on=sampled_on,
                received_on=received_on,
                source=source,
                recorded_by=by,
            ),
            value.analyte,
        )
        for value in values
    ]


def _check(new: NewResult) -> None:
    analyte = load().analytes.get(new.analyte)
    if analyte is None:
        raise Refused(f"“{new.analyte}” is not a test of the monitoring protocol.", "analyte")
    if new.value is None:
        if not new.text.strip():
            raise Refused(f"{analyte.name}: enter a value or a finding in words.", new.analyte)
        return
    if analyte.result_type == ResultType.TEXT:
        raise Refused(f"{analyte.name}: this is recorded in words, not as a number.", new.analyte)
    _check_hours(new, analyte)
    _check_unit(new, analyte)
    _check_plausible(new, analyte)


def _check_hours(new: NewResult, analyte: Analyte) -> None:
    if new.hours_after_dose is not None and not 0 <= new.hours_after_dose <= LONGEST_AFTER_DOSE:
        raise Refused(
            f"{analyte.name}: the hours after the dose are 0 to {LONGEST_AFTER_DOSE}. Check the number.", new.analyte
        )


def _check_unit(new: NewResult, analyte: Analyte) -> None:
    accepted = (*analyte.units, *(conversion.unit for conversion in analyte.conversions))
    if accepted and new.unit not in accepted:
        raise Refused(f"{analyte.name}: the unit must be one of {', '.join(accepted)}.", new.analyte)


def _check_plausible(new: NewResult, analyte: Analyte) -> None:
    # Only the analyte's own unit has plausible bounds; a converted unit is left to the reader.
    if new.value is None or new.unit not in (analyte.units or ("",)):
        return
    too_low = analyte.lowest is not None and new.value < analyte.lowest
    too_high = analyte.highest is not None and new.value > analyte.highest
    if too_low or too_high:
        unit = f" {new.unit}" if new.unit else ""
        raise Refused(
            f"{analyte.name}: {new.value}{unit} cannot be right. Expected {analyte.lowest} to {analyte.highest}{unit}: "
            "check the decimal point and the unit.",
            new.analyte,
        )
