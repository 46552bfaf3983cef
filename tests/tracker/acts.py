"""What staff may do to one patient's record, by the real actions, chosen by plain numbers: for properties over time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction

from monitoring import actions as monitoring
from monitoring.facts import monitoring_records
from patients import actions as patients
from patients.clock import today_in
from patients.errors import DomainError
from patients.models import Condition, Height, Patient, Staff, Weight
from patients.rules.vocabulary import (
    ConditionKind,
    EnzymeName,
    MrcGrade,
    MuscleGroup,
    PatientStatus,
    SevereFeature,
)
from regimens import actions as regimens
from regimens.actions.reviews import answer_prompt
from regimens.models import Course
from regimens.protocol.load import load
from regimens.rules.pathway import evaluate
from regimens.rules.reviews import questions
from regimens.rules.vocabulary import (
    DoseUnit,
    Frequency,
    MilestoneKind,
    OutcomeKind,
    ReviewAnswer,
    StopReason,
    Weekday,
)
from tracker.entry_kinds import KINDS

T = TypeVar("T")

DRUGS = ("prednisolone", "methotrexate", "azathioprine", "normal_immunoglobulin")
JUDGEMENTS = (OutcomeKind.INEFFECTIVE, OutcomeKind.RESPONDED, OutcomeKind.INTOLERANT)
ENTERED_IN_ERROR = "entered for another patient"


@dataclass(frozen=True, slots=True)
class Act:
    """One act. `which` chooses among what it may be about, `size` a dose or value, `days_ago` its clinical day."""

    name: str
    which: int = 0
    size: int = 1
    days_ago: int = 0


@dataclass
class Chart:
    """One patient, and who writes in the record."""

    patient: Patient
    by: Staff
    done: list[str] = field(default_factory=list)

    def perform(self, act: Act) -> None:
        """Does it through the action; what the action refuses is left undone."""
        try:
            with transaction.atomic():
                _ACTS[act.name](self, act)
        except DomainError:
            return
        self.done.append(act.name)

    def day(self, act: Act) -> date:
        return today_in(self.patient.clinic) - timedelta(days=act.days_ago)

    def course(self, act: Act, **wanted: Any) -> int:
        return pick(Course.objects.filter(patient=self.patient, **wanted).current().order_by("pk"), act.which).pk


class NothingThere(DomainError):
    """There is nothing that the act could be about."""


def pick(rows: Iterable[T], which: int) -> T:
    found = list(rows)
    if not found:
        raise NothingThere("nothing there")
    return found[which % len(found)]


def _about_patient(chart: Chart, act: Act) -> dict[str, Any]:
    return {"by": chart.by, "patient_id": chart.patient.pk, "on": chart.day(act)}


def _dose(chart: Chart, act: Act, drug: str) -> regimens.NewDose:
    weekly = drug == "methotrexate"
    return regimens.NewDose(
        amount=Decimal(5 * act.size),
        unit=DoseUnit.MILLIGRAM,
        frequency=Frequency.ONCE_WEEKLY if weekly else Frequency.ONCE_DAILY,
        weekday=Weekday.MONDAY if weekly else None,
    )


def _weight(chart: Chart, act: Act) -> None:
    patients.record_weight(**_about_patient(chart, act), kilograms=Decimal(40 + act.size))


def _height(chart: Chart, act: Act) -> None:
    patients.record_height(**_about_patient(chart, act), centimetres=Decimal(150 + act.size))


def _correct_weight(chart: Chart, act: Act) -> None:
    row = pick(Weight.objects.filter(patient=chart.patient).current().order_by("pk"), act.which)
    patients.correct_weight(
        by=chart.by, entry_id=row.pk, on=row.on, kilograms=Decimal(60 + act.size), reason="misread the scales"
    )


def _correct_height(chart: Chart, act: Act) -> None:
    row = pick(Height.objects.filter(patient=chart.patient).current().order_by("pk"), act.which)
    patients.correct_height(
        by=chart.by, entry_id=row.pk, on=row.on, centimetres=Decimal(160 + act.size), reason="with shoes on"
    )


def _condition(chart: Chart, act: Act) -> None:
    kind = pick((ConditionKind.ILD, ConditionKind.INFECTION, ConditionKind.PREGNANCY), act.which)
    patients.record_condition(by=chart.by, patient_id=chart.patient.pk, kind=kind, from_on=chart.day(act))


def _end_condition(chart: Chart, act: Act) -> None:
    row = pick(Condition.objects.filter(patient=chart.patient, to_on=None).current().order_by("pk"), act.which)
    patients.end_condition(by=chart.by, condition_id=row.pk, to_on=chart.day(act))


def _antibody(chart: Chart, act: Act) -> None:
    name = pick(("anti-Jo-1", "anti-Mi-2", "anti-MDA5"), act.which)
    patients.record_autoantibody(**_about_patient(chart, act), name=name)


def _assessment(chart: Chart, act: Act) -> None:
    severe = act.which % 3 == 0
    patients.record_assessment(
        by=chart.by,
        patient_id=chart.patient.pk,
        values=patients.NewAssessment(
            on=chart.day(act),
            physician_global=Decimal(act.size % 11),
            lowest_mrc=MrcGrade.THREE if severe else MrcGrade.FOUR,
            lowest_mrc_group=MuscleGroup.PROXIMAL,
            severe_features=(SevereFeature.SEVERE_DYSPHAGIA,) if severe else (),
            non_severe_confirmed=not severe,
            enzymes=(patients.NewEnzyme(name=EnzymeName.CK, value=Decimal(100 * act.size), upper_limit=Decimal(200)),),
        ),
    )


def _start(chart: Chart, act: Act) -> None:
    drug = pick(DRUGS, act.which)
    regimens.start_course(
        **_about_patient(chart, act), drug=drug, dose=_dose(chart, act, drug), override_reason="known and wanted"
    )


def _change_dose(chart: Chart, act: Act) -> None:
    pk = chart.course(act)
    dose = _dose(chart, act, Course.objects.get(pk=pk).drug)
    regimens.change_dose(by=chart.by, course_id=pk, on=chart.day(act), dose=dose, override_reason="known and wanted")


def _stop(chart: Chart, act: Act) -> None:
    row = Course.objects.get(pk=chart.course(act))
    reason = pick((StopReason.INEFFECTIVE, StopReason.PLANNED), act.size)
    regimens.stop_course(by=chart.by, course_id=row.pk, on=chart.day(act), reason=reason, version=row.version)


def _reopen(chart: Chart, act: Act) -> None:
    row = Course.objects.get(pk=chart.course(act, stop_on__isnull=False))
    regimens.reopen_course(by=chart.by, course_id=row.pk, reason="it was another drug", version=row.version)


def _never_given(chart: Chart, act: Act) -> None:
    regimens.record_never_given(
        **_about_patient(chart, act), drug="rituximab", kind=OutcomeKind.DECLINED, reason="wants no infusions"
    )


def _outcome(chart: Chart, act: Act) -> None:
    kind = pick(JUDGEMENTS, act.size)
    regimens.record_outcome(
        by=chart.by, course_id=chart.course(act), on=chart.day(act), kind=kind, reason="seen in clinic"
    )


def _infusion(chart: Chart, act: Act) -> None:
    pk = chart.course(act, drug="normal_immunoglobulin")
    regimens.record_infusion(by=chart.by, course_id=pk, first_on=chart.day(act), days=1 + act.size % 5)


def _taper(chart: Chart, act: Act) -> None:
    pk = chart.course(act, drug="prednisolone")
    first = today_in(chart.patient.clinic) + timedelta(days=7)
    steps = [
        regimens.NewTaperStep(on=first, milligrams_per_day=Decimal(5 * act.size)),
        regimens.NewTaperStep(on=first + timedelta(days=28), milligrams_per_day=Decimal(0)),
    ]
    regimens.plan_taper(by=chart.by, course_id=pk, steps=steps)


def _milestone(chart: Chart, act: Act) -> None:
    kind = pick((MilestoneKind.REMISSION, MilestoneKind.RELAPSE), act.which)
    regimens.record_milestone(**_about_patient(chart, act), kind=kind)


def _result(chart: Chart, act: Act) -> None:
    analyte, unit = pick((("alt", "U/L"), ("neutrophils", "10*9/L"), ("albumin", "g/L")), act.which)
    value = monitoring.NewResult(analyte=analyte, value=Decimal(1 + act.size), unit=unit)
    monitoring.record_results(by=chart.by, patient_id=chart.patient.pk, sampled_on=chart.day(act), values=[value])


def _snooze(chart: Chart, act: Act) -> None:
    item = pick(("full_blood_count", "kidney_function", "liver_enzymes"), act.which)
    until = today_in(chart.patient.clinic) + timedelta(days=act.size)
    monitoring.snooze_item(by=chart.by, patient_id=chart.patient.pk, item=item, until=until, reason="away")


def _status(chart: Chart, act: Act) -> None:
    status = pick((PatientStatus.TRANSFERRED, PatientStatus.ACTIVE, PatientStatus.DECEASED), act.which)
    version = Patient.objects.get(pk=chart.patient.pk).version
    patients.change_status(**_about_patient(chart, act), status=status, reason="letter received", version=version)


def _answer(chart: Chart, act: Act) -> None:
    today = today_in(chart.patient.clinic)
    record = monitoring_records([chart.patient.pk])[chart.patient.pk].treatment
    question = pick(questions(record, evaluate(record, load(), today)).open, act.which)
    deferred = act.size % 2 == 0
    answer_prompt(
        by=chart.by,
        patient_id=chart.patient.pk,
        prompt=question.prompt.code,
        subject=question.prompt.subject,
        fingerprint=question.fingerprint,
        answer=ReviewAnswer.DEFERRED if deferred else ReviewAnswer.REJECTED,
        until=today + timedelta(days=14) if deferred else None,
        reason="wait for the next visit",
    )


def _withdraw(chart: Chart, act: Act) -> None:
    entries = [
        (kind, row.pk)
        for kind in KINDS
        if kind.withdraw is not None
        for row in kind.model._default_manager.filter(
            **{kind.patient: chart.patient, "superseded_at__isnull": True}
        ).order_by("pk")
    ]
    kind, pk = pick(entries, act.which)
    more = {"with_judgements": True} if kind.word == "course" else {}
    assert kind.withdraw is not None
    kind.withdraw(by=chart.by, entry_id=pk, reason=ENTERED_IN_ERROR, **more)


_ACTS: dict[str, Callable[[Chart, Act], None]] = {
    "weight": _weight,
    "height": _height,
    "correct weight": _correct_weight,
    "correct height": _correct_height,
    "condition": _condition,
    "end condition": _end_condition,
    "antibody": _antibody,
    "assessment": _assessment,
    "start": _start,
    "change dose": _change_dose,
    "stop": _stop,
    "reopen": _reopen,
    "never given": _never_given,
    "outcome": _outcome,
    "infusion": _infusion,
    "taper": _taper,
    "milestone": _milestone,
    "result": _result,
    "snooze": _snooze,
    "status": _status,
    "answer": _answer,
    "withdraw": _withdraw,
}
NAMES = tuple(_ACTS)
