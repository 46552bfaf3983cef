"""What a result must satisfy before it is recorded, whether it is new or takes the place of another one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from monitoring.models import Result
from monitoring.models.result import ResultSource
from monitoring.protocol.definitions import Analyte, ResultType
from monitoring.protocol.load import load
from monitoring.rules import wording
from monitoring.rules.dose_times import TimeProblem, hours_after_dose
from monitoring.rules.plausibility import within_bounds
from monitoring.rules.units import accepted_units
from monitoring.selectors.results import questions_on
from patients.clock import now_in
from patients.entries import ask_once, not_before_birth, not_in_future
from patients.errors import Refused
from patients.models import Patient, Staff
from patients.protocol.load import load as load_activity
from patients.rules.enzyme_limits import limit_refused

LONGEST_AFTER_DOSE = 168  # hours, one week: the longest interval between doses of a drug with a trough level


@dataclass(frozen=True, slots=True, kw_only=True)
class NewResult:
    """One value of a report. `comparator` keeps `<5` apart from 5.

    For drug levels: either `hours_after_dose`, or the day and time of the last dose by the clinic's clocks, from which
    the hours follow; the `brand` that is taken and the laboratory's `assay`.
    """

    analyte: str
    value: Decimal | None = None
    comparator: str = ""
    unit: str = ""
    text: str = ""
    upper_limit: Decimal | None = None
    hours_after_dose: Decimal | None = None
    dosed_on: date | None = None
    dosed_at: time | None = None
    brand: str = ""
    assay: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """When a sample was taken (where it matters with the time, by the clinic's clocks) and received, and from whom."""

    sampled_on: date
    sampled_at: time | None = None
    received_on: date | None = None
    source: str = ResultSource.HAND


def check_sample(patient: Patient, sample: Sample) -> None:
    """Raises Refused for days and times that cannot be."""
    now = now_in(patient.clinic)
    today = now.date()
    not_in_future(sample.sampled_on, today, "sampled_on")
    if sample.sampled_on == today and sample.sampled_at is not None and sample.sampled_at > now.time():
        raise Refused(
            f"This time has not come yet: it is {now:%H:%M} in the clinic. Enter the time at which the sample was "
            "taken.",
            "sampled_at",
        )
    not_before_birth(patient, sample.sampled_on, "sampled_on")
    if sample.received_on is not None:
        not_in_future(sample.received_on, today, "received_on")
        if sample.received_on < sample.sampled_on:
            raise Refused("A result cannot be received before its sample was taken.", "received_on")


def checked(new: NewResult, sample: Sample, patient: Patient) -> NewResult:
    """The result with its hours after the dose worked out. Raises Refused naming the analyte."""
    analyte = load().analytes.get(new.analyte)
    if analyte is None:
        raise Refused(f"“{new.analyte}” is not a test of the monitoring protocol.", "analyte")
    if new.value is None:
        if not new.text.strip():
            raise Refused(f"{analyte.name}: enter a value or a finding in words.", new.analyte)
        return new
    if analyte.result_type == ResultType.TEXT:
        raise Refused(f"{analyte.name}: this is recorded in words, not as a number.", new.analyte)
    timed = _with_hours(new, analyte, sample, ZoneInfo(patient.clinic.time_zone))
    _check_unit(new, analyte)
    _check_plausible(new, analyte)
    _check_limit(new, analyte)
    return timed


def row_of(new: NewResult, sample: Sample, patient: Patient, by: Staff) -> Result:
    """The row, not yet stored."""
    return Result(
        patient=patient,
        analyte=new.analyte,
        value=new.value,
        comparator=new.comparator,
        unit=new.unit,
        text=new.text.strip(),
        upper_limit=new.upper_limit,
        hours_after_dose=new.hours_after_dose,
        dosed_on=new.dosed_on,
        dosed_at=new.dosed_at,
        brand=new.brand.strip(),
        assay=new.assay.strip(),
        sampled_on=sample.sampled_on,
        sampled_at=sample.sampled_at,
        received_on=sample.received_on,
        source=sample.source,
        recorded_by=by,
    )


def ask_about(rows: Sequence[Result], *, by: Staff, seen: Collection[str] | None) -> None:
    """Holds stored values that ask for a second look until a person has seen why. Raises GuardStopped.

    `seen` holds the fingerprints of what the person was shown. None: nobody is shown anything, and nothing is held.
    """
    if seen is not None and rows:
        ask_once(questions_on(by, rows, [row.pk for row in rows]), seen)


def _with_hours(new: NewResult, analyte: Analyte, sample: Sample, zone: ZoneInfo) -> NewResult:
    if new.dosed_on is None and new.dosed_at is None:
        _check_hours(new.hours_after_dose, analyte)
        return new
    if new.dosed_on is None or new.dosed_at is None:
        raise Refused(f"{analyte.name}: the last dose needs its day and its time together.", analyte.id)
    if sample.sampled_at is None:
        raise Refused(
            f"{analyte.name}: with the time of the last dose, give the time of the sample as well.", "sampled_at"
        )
    hours = hours_after_dose(
        datetime.combine(new.dosed_on, new.dosed_at), datetime.combine(sample.sampled_on, sample.sampled_at), zone
    )
    if isinstance(hours, TimeProblem):
        raise Refused(f"{analyte.name}: {hours.label}", analyte.id)
    _check_hours(hours, analyte)
    if new.hours_after_dose is not None and new.hours_after_dose != hours:
        raise Refused(
            f"{analyte.name}: the times give {wording.number(hours)} hours after the dose, not "
            f"{wording.number(new.hours_after_dose)}. Enter the times or the hours, or put them right.",
            analyte.id,
        )
    return replace(new, hours_after_dose=hours)


def _check_hours(hours: Decimal | None, analyte: Analyte) -> None:
    if hours is not None and not 0 <= hours <= LONGEST_AFTER_DOSE:
        raise Refused(
            f"{analyte.name}: the hours after the dose are 0 to {LONGEST_AFTER_DOSE}. Check the number.", analyte.id
        )


def _check_unit(new: NewResult, analyte: Analyte) -> None:
    accepted = accepted_units(analyte)
    if accepted and new.unit not in accepted:
        raise Refused(f"{analyte.name}: the unit must be one of {', '.join(accepted)}.", new.analyte)


def _check_plausible(new: NewResult, analyte: Analyte) -> None:
    if new.value is None or within_bounds(analyte, new.value, new.unit):
        return
    lowest, highest = (None if bound is None else wording.number(bound) for bound in (analyte.lowest, analyte.highest))
    one_sided = f"at least {lowest}" if lowest else f"up to {highest}"
    expected = f"{lowest} to {highest}" if lowest and highest else one_sided
    own = f" {wording.unit(analyte.units[0])}" if analyte.units else ""
    shown = wording.number(new.value) + (f" {wording.unit(new.unit)}" if new.unit else "")
    raise Refused(
        f"{analyte.name}: {shown} cannot be right. Expected {expected}{own}: check the decimal point and the unit.",
        new.analyte,
    )


def _check_limit(new: NewResult, analyte: Analyte) -> None:
    """Raises Refused for an upper limit of another unit: beside it the value would always read as not above."""
    wrong = (
        ""
        if new.upper_limit is None
        else limit_refused(analyte.id, analyte.name, new.upper_limit, new.unit, load_activity())
    )
    if wrong:
        raise Refused(wrong, new.analyte)
