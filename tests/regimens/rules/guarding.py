"""Proposals as the dose guard's tests write them, and what it says of them."""

from datetime import date
from decimal import Decimal

from patients.rules.vocabulary import DatePrecision
from regimens.rules.guard import guard
from regimens.rules.guard_findings import GuardCode, GuardFinding, GuardLevel
from regimens.rules.proposals import ChangeDose, StartDrug
from regimens.rules.record import DosePeriod, TreatmentRecord
from regimens.rules.vocabulary import CourseRole, DoseBasis, DoseUnit, Frequency, Route, Weekday
from tests.regimens.rules.build import NON_SEVERE, PROTOCOL, on, record

WEEKLY, DAILY, TWICE, COURSE = (
    Frequency.ONCE_WEEKLY,
    Frequency.ONCE_DAILY,
    Frequency.TWICE_DAILY,
    Frequency.PER_COURSE,
)
MG, GRAM, MICROGRAM = DoseUnit.MILLIGRAM, DoseUnit.GRAM, DoseUnit.MICROGRAM
PER_KG, PER_M2 = DoseBasis.PER_KILOGRAM, DoseBasis.PER_SQUARE_METRE
ROUTES = {
    "methylprednisolone_sodium_succinate": Route.INTRAVENOUS,
    "normal_immunoglobulin": Route.INTRAVENOUS,
    "rituximab": Route.INTRAVENOUS,
    "cyclophosphamide": Route.INTRAVENOUS,
    "abatacept": Route.INTRAVENOUS,
    "tocilizumab": Route.INTRAVENOUS,
}


def amount(
    value: str | None,
    frequency: Frequency = DAILY,
    unit: DoseUnit = MG,
    basis: DoseBasis = DoseBasis.FLAT,
    *,
    weekday: Weekday | None = Weekday.MONDAY,
    day: int = 10,
) -> DosePeriod:
    """A dose about to be given; a weekly one on Monday."""
    number = None if value is None else Decimal(value)
    return DosePeriod(
        "",
        on(day),
        number,
        None if number is None else unit,
        basis,
        frequency,
        weekday=weekday if frequency is WEEKLY else None,
    )


def start(drug: str, dose: DosePeriod, *, route: Route | None = None, role: CourseRole | None = None) -> StartDrug:
    """A start on the dose's day; a drug outside the catalogue goes by its words."""
    entry = PROTOCOL.drugs.get(drug)
    return StartDrug(
        on=dose.from_on,
        drug=drug if entry else "",
        drug_text="" if entry else drug,
        role=role or (entry.role if entry else CourseRole.OUTSIDE_PATHWAY),
        route=route or ROUTES.get(drug, Route.ORAL),
        precision=DatePrecision.DAY,
        dose=dose,
    )


def said(
    proposal: StartDrug | ChangeDose, treatment: TreatmentRecord | None = None, *, as_of: date | None = None
) -> tuple[GuardFinding, ...]:
    """What the guard says; without a record of a non-severe adult of 70 kg, weighed ten days before."""
    known = treatment if treatment is not None else record(assessments=NON_SEVERE)
    return guard(known, PROTOCOL, proposal, as_of or proposal.on)


def codes(findings: tuple[GuardFinding, ...], *levels: GuardLevel) -> set[GuardCode]:
    """Codes of the findings, of all levels or of these."""
    return {finding.code for finding in findings if not levels or finding.level in levels}


def the(findings: tuple[GuardFinding, ...], code: GuardCode) -> GuardFinding:
    """The one finding with this code."""
    (found,) = [finding for finding in findings if finding.code is code]
    return found
