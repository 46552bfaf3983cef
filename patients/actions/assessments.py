"""Severity assessments with their enzymes."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction

from patients.actions.observations import patient_for_observation
from patients.entries import (
    ALREADY_RECORDED,
    ask_once,
    same_as,
    store,
)
from patients.errors import Refused
from patients.facts import assessment_of
from patients.models import (
    Assessment,
    AssessmentEnzyme,
    Staff,
)
from patients.protocol.load import load
from patients.rules.enzyme_limits import limit_refused
from patients.rules.same_day import DayQuestion, second_assessment
from patients.rules.vocabulary import (
    DatePrecision,
    EnzymeName,
    MrcGrade,
    MuscleGroup,
    SevereFeature,
)

# Reading 2 keeps severe features and conditions apart: a statement at an assessment is not a dated condition.


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEnzyme:
    """One enzyme of a new assessment."""

    name: EnzymeName
    value: Decimal
    unit: str = "U/L"
    upper_limit: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAssessment:
    """The values of a new assessment; units and ranges as in patients.rules.record.Assessment."""

    on: date
    precision: DatePrecision = DatePrecision.DAY
    physician_global: Decimal | None = None
    patient_global: Decimal | None = None
    mmt: Decimal | None = None
    mmt_maximum: int | None = None
    haq: Decimal | None = None
    extramuscular_global: Decimal | None = None
    enzymes: tuple[NewEnzyme, ...] = ()
    lowest_mrc: MrcGrade | None = None
    lowest_mrc_group: MuscleGroup = MuscleGroup.NOT_RECORDED
    fvc_percent: Decimal | None = None
    dlco_percent: Decimal | None = None
    severe_features: tuple[SevereFeature, ...] = field(default_factory=tuple)
    non_severe_confirmed: bool = False
    notes: str = ""
    cmas: int | None = None
    das: Decimal | None = None


@transaction.atomic
def record_assessment(
    *, by: Staff, patient_id: int, values: NewAssessment, seen: Collection[str] | None = None
) -> Assessment:
    """Records a severity assessment with its enzymes. Raises NotFound, NotAllowed, Refused.

    `seen` holds the fingerprints of the questions that the person was shown; a second assessment of one day raises
    GuardStopped until it is among them, and the transaction takes back what was stored. None: nobody is asked.
    """
    patient = patient_for_observation(by, patient_id, values.on)
    if not _says_something(values):
        raise Refused("Nothing was entered: record at least one measure, statement or note.")
    if values.mmt is not None and values.mmt_maximum is not None and values.mmt > values.mmt_maximum:
        raise Refused(f"The MMT total is 0 to {values.mmt_maximum} on this form.", "mmt")
    row = store(
        Assessment(
            patient=patient,
            on=values.on,
            precision=values.precision,
            physician_global=values.physician_global,
            patient_global=values.patient_global,
            mmt=values.mmt,
            mmt_maximum=values.mmt_maximum if values.mmt is not None else None,
            haq=values.haq,
            extramuscular_global=values.extramuscular_global,
            cmas=values.cmas,
            das=values.das,
            lowest_mrc=values.lowest_mrc or "",
            lowest_mrc_group=values.lowest_mrc_group,
            fvc_percent=values.fvc_percent,
            dlco_percent=values.dlco_percent,
            severe_features=[feature.value for feature in values.severe_features],
            non_severe_confirmed=values.non_severe_confirmed,
            notes=values.notes.strip(),
            recorded_by=by,
        )
    )
    for enzyme in values.enzymes:
        _store_enzyme(row, enzyme)
    _not_again(row)
    ask_once(_of_the_same_day(row), seen)
    return row


def _of_the_same_day(stored: Assessment) -> list[DayQuestion]:
    """A question about each assessment that was recorded before this one of its day, the earliest first."""
    rows = Assessment.objects.filter(patient=stored.patient, on=stored.on, superseded_at=None).exclude(pk=stored.pk)
    new, clocks = assessment_of(stored), ZoneInfo(stored.patient.clinic.time_zone)
    asked = (
        second_assessment(
            new,
            assessment_of(row),
            by=row.recorded_by.get_full_name() or row.recorded_by.username,
            at=row.recorded_at.astimezone(clocks),
            protocol_version=load().version,
        )
        for row in rows.select_related("recorded_by").prefetch_related("enzymes").order_by("pk")
    )
    return [question for question in asked if question is not None]


def _not_again(stored: Assessment) -> None:
    """Raises Refused when another assessment says the same, enzymes included; the transaction then takes it back."""
    others = same_as(stored).exclude(pk=stored.pk)
    rows = AssessmentEnzyme.objects.filter(assessment__in=[stored, *others])
    enzymes: defaultdict[int, set[tuple[object, ...]]] = defaultdict(set)
    for pk, *said in rows.values_list("assessment", "name", "value", "unit", "upper_limit"):
        enzymes[pk].add(tuple(said))
    if any(enzymes[other.pk] == enzymes[stored.pk] for other in others):
        raise Refused(ALREADY_RECORDED)


def _store_enzyme(assessment: Assessment, enzyme: NewEnzyme) -> None:
    if enzyme.value < 0 or (enzyme.upper_limit is not None and enzyme.upper_limit <= 0):
        raise Refused(
            f"{enzyme.name.label}: a value cannot be below 0, and an upper limit is more than 0.", enzyme.name.value
        )
    limit = enzyme.upper_limit
    wrong = limit_refused(enzyme.name, enzyme.name.label, limit, enzyme.unit, load()) if limit is not None else ""
    if wrong:
        raise Refused(wrong, enzyme.name.value)
    row = AssessmentEnzyme(
        assessment=assessment,
        name=enzyme.name,
        value=enzyme.value,
        unit=enzyme.unit,
        upper_limit=enzyme.upper_limit,
    )
    try:
        store(row)
    except Refused as refused:
        # An assessment has up to five enzymes: the message must say which one it is about.
        raise Refused(f"{enzyme.name.label}: {refused.message}", enzyme.name.value) from None


def _says_something(values: NewAssessment) -> bool:
    measures = (
        values.physician_global,
        values.patient_global,
        values.mmt,
        values.haq,
        values.extramuscular_global,
        values.cmas,
        values.das,
        values.lowest_mrc,
        values.fvc_percent,
        values.dlco_percent,
    )
    return bool(
        any(measure is not None for measure in measures)
        or values.enzymes
        or values.severe_features
        or values.non_severe_confirmed
        or values.notes.strip()
    )
