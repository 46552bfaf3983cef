"""What staff may do to one patient's record, by the real actions, chosen by plain numbers: for properties over time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction

from monitoring import actions as monitoring
from monitoring.facts import monitoring_records
from monitoring.models import Assignment, Contact, IntervalOverride, NotNeeded, Pause, Result, SampleTaken
from monitoring.rules.vocabulary import ContactChannel, ContactOutcome, MonitoredBy, RiskTier, Symptom
from patients import actions as patients
from patients.clock import today_in
from patients.errors import DomainError
from patients.models import Condition, Height, Patient, Staff, Weight
from patients.rules.vocabulary import (
    ConditionKind,
    DatePrecision,
    EnzymeName,
    MrcGrade,
    MuscleGroup,
    PatientStatus,
    SevereFeature,
    Sex,
)
from patients.selectors import contact_details_for
from regimens import actions as regimens
from regimens.actions.reviews import answer_prompt
from regimens.facts import treatment_records
from regimens.models import Course
from regimens.protocol.load import load
from regimens.rules.pathway import evaluate
from regimens.rules.reviews import questions
from regimens.rules.taper_steps import open_steps
from regimens.rules.vocabulary import (
    DoseUnit,
    Frequency,
    InfusionAnchor,
    MilestoneKind,
    OutcomeKind,
    ReviewAnswer,
    StopReason,
    TaperChoice,
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


def _infusion_plan(chart: Chart, act: Act) -> None:
    pk = chart.course(act, drug="normal_immunoglobulin")
    fixed = act.which % 2 == 0
    first = today_in(chart.patient.clinic) + timedelta(days=act.size)
    plan = regimens.NewInfusionPlan(
        anchor=InfusionAnchor.FIXED_DATES if fixed else InfusionAnchor.LAST_GIVEN,
        interval_days=None if fixed else 20 + act.size,
        dates=(first, first + timedelta(days=28)) if fixed else (),
        days_per_cycle=1 + act.size % 5,
        amount_per_kilogram=Decimal(2),
        unit=DoseUnit.GRAM,
        vial_sizes=(Decimal(5), Decimal(10)),
    )
    regimens.plan_infusions(by=chart.by, course_id=pk, plan=plan)


def _taper(chart: Chart, act: Act) -> None:
    pk = chart.course(act, drug="prednisolone")
    first = today_in(chart.patient.clinic) + timedelta(days=7)
    steps = [
        regimens.NewTaperStep(on=first, milligrams_per_day=Decimal(5 * act.size)),
        regimens.NewTaperStep(on=first + timedelta(days=28), milligrams_per_day=Decimal(0)),
    ]
    regimens.plan_taper(by=chart.by, course_id=pk, steps=steps)


def _taper_decision(chart: Chart, act: Act) -> None:
    """About the step that is to be decided on next; without one, a cut or a raise to another dose."""
    pk = chart.course(act, drug="prednisolone")
    known = treatment_records([chart.patient.pk])[chart.patient.pk]
    course = next(each for each in known.courses if each.id == str(pk))
    ahead = open_steps(course, chart.day(act))
    choice = pick(tuple(TaperChoice), act.which)
    dose = Decimal(5 * act.size) if choice is TaperChoice.RAISE or not ahead else None
    regimens.decide_taper(
        by=chart.by,
        course_id=pk,
        on=chart.day(act),
        choice=choice,
        planned_on=ahead[0].on if ahead else None,
        milligrams_per_day=None if choice is TaperChoice.HOLD else dose,
        reason="CK rising",
        next_check_on=today_in(chart.patient.clinic) + timedelta(days=60),
        override_reason="known and wanted",
    )


def _milestone(chart: Chart, act: Act) -> None:
    kind = pick((MilestoneKind.REMISSION, MilestoneKind.RELAPSE), act.which)
    regimens.record_milestone(**_about_patient(chart, act), kind=kind)


def _result(chart: Chart, act: Act) -> None:
    analyte, unit = pick((("alt", "U/L"), ("neutrophils", "10*9/L"), ("albumin", "g/L")), act.which)
    value = monitoring.NewResult(analyte=analyte, value=Decimal(1 + act.size), unit=unit)
    monitoring.record_results(by=chart.by, patient_id=chart.patient.pk, sampled_on=chart.day(act), values=[value])


def _correct_result(chart: Chart, act: Act) -> None:
    row = pick(Result.objects.filter(patient=chart.patient).current().order_by("pk"), act.which)
    value = monitoring.NewResult(analyte=row.analyte, value=Decimal(2 + act.size), unit=row.unit)
    monitoring.correct_result(
        by=chart.by, result_id=row.pk, value=value, sampled_on=chart.day(act), reason="misread the report"
    )


def _snooze(chart: Chart, act: Act) -> None:
    item = pick(("full_blood_count", "kidney_function", "liver_enzymes"), act.which)
    until = today_in(chart.patient.clinic) + timedelta(days=act.size)
    monitoring.snooze_item(by=chart.by, patient_id=chart.patient.pk, item=item, until=until, reason="away")


def _contact(chart: Chart, act: Act) -> None:
    outcome = pick((ContactOutcome.DID_NOT_ATTEND, ContactOutcome.NO_ANSWER, ContactOutcome.WILL_ATTEND), act.which)
    told = [Symptom.FEVER] if act.size % 2 else []
    monitoring.record_contact(
        **_about_patient(chart, act),
        channel=ContactChannel.TELEPHONE,
        outcome=outcome,
        symptoms_asked=bool(told),
        symptoms=told,
    )


def _sample(chart: Chart, act: Act) -> None:
    item = pick(("full_blood_count", "kidney_function", "liver_enzymes"), act.which)
    day = chart.day(act)
    until = day + timedelta(days=1 + act.size)
    monitoring.take_sample(by=chart.by, patient_id=chart.patient.pk, items=[item], taken_on=day, until=until)


def _not_needed(chart: Chart, act: Act) -> None:
    item = pick(("full_blood_count", "albumin"), act.which)
    until = today_in(chart.patient.clinic) + timedelta(days=act.size) if act.size % 2 else None
    monitoring.not_needed(by=chart.by, patient_id=chart.patient.pk, item=item, until=until, reason="done elsewhere")


def _assign(chart: Chart, act: Act) -> None:
    item = pick(("", "full_blood_count"), act.which)
    monitoring.assign(by=chart.by, patient_id=chart.patient.pk, owner=chart.by.pk, item=item)


def _unassign(chart: Chart, act: Act) -> None:
    item = pick(("", "full_blood_count"), act.which)
    monitoring.unassign(by=chart.by, patient_id=chart.patient.pk, item=item)


def _undo(chart: Chart, act: Act) -> None:
    kinds = {"contact": Contact, "sample": SampleTaken, "not_needed": NotNeeded, "assignment": Assignment}
    entries = [
        (word, row.pk)
        for word, model in kinds.items()
        for row in model._default_manager.filter(patient=chart.patient, superseded_at__isnull=True).order_by("pk")
    ]
    kind, pk = pick(entries, act.which)
    monitoring.undo_work(by=chart.by, kind=kind, entry_id=pk)


def _status(chart: Chart, act: Act) -> None:
    status = pick((PatientStatus.TRANSFERRED, PatientStatus.ACTIVE, PatientStatus.DECEASED), act.which)
    version = Patient.objects.get(pk=chart.patient.pk).version
    patients.change_status(**_about_patient(chart, act), status=status, reason="letter received", version=version)


def _identity(chart: Chart, act: Act) -> None:
    now = Patient.objects.get(pk=chart.patient.pk)
    years = 10 if act.which % 3 == 0 else 40 + act.size  # a child for the rules, or a grown person
    patients.correct_identity(
        by=chart.by,
        patient_id=now.pk,
        hospital_number=now.hospital_number,
        nhs_number=now.nhs_number,
        given_names=now.given_names,
        family_name=f"Renamed {act.size}",
        born=None if act.which % 5 == 4 else today_in(now.clinic) - timedelta(days=366 * years),
        born_precision=DatePrecision.DAY,
        sex=pick((Sex.MALE, Sex.FEMALE), act.size),
        reason="mistyped at registration",
        version=now.version,
    )


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


def _contact_details(chart: Chart, act: Act) -> None:
    current = contact_details_for(chart.by).filter(patient=chart.patient).first()
    patients.record_contact_details(
        by=chart.by,
        patient_id=chart.patient.pk,
        email=f"reader{act.size}@example.org",
        may_remind=act.which % 2 == 0,
        agreed_on=chart.day(act),
        version=current.pk if current else 0,
    )


def _risk(chart: Chart, act: Act) -> None:
    tier = pick(list(RiskTier), act.which)
    monitoring.assess_risk(**_about_patient(chart, act), tier=tier, factors="alcohol, eGFR 48")


def _interval(chart: Chart, act: Act) -> None:
    today = today_in(chart.patient.clinic)
    monitoring.override_interval(
        by=chart.by,
        patient_id=chart.patient.pk,
        drug=pick(("", "methotrexate", "azathioprine"), act.which),
        interval_days=7 * act.size,
        from_on=chart.day(act),
        until=today + timedelta(days=100),
        reason="stable",
    )


def _end_interval(chart: Chart, act: Act) -> None:
    row = pick(IntervalOverride.objects.filter(patient=chart.patient).current().order_by("pk"), act.which)
    monitoring.end_interval(by=chart.by, override_id=row.pk, reason="no longer stable")


def _shared_care(chart: Chart, act: Act) -> None:
    monitoring.share_care(
        by=chart.by,
        patient_id=chart.patient.pk,
        drug=pick(("", "methotrexate", "prednisolone"), act.which),
        monitored_by=pick(list(MonitoredBy), act.size),
        provider="Oak Lane Practice",
        from_on=chart.day(act),
    )


def _pause(chart: Chart, act: Act) -> None:
    monitoring.pause_monitoring(
        by=chart.by,
        patient_id=chart.patient.pk,
        drug=pick(("", "methotrexate", "azathioprine"), act.which),
        from_on=chart.day(act),
        until=today_in(chart.patient.clinic) + timedelta(days=act.size),
        reason="in hospital elsewhere",
    )


def _resume(chart: Chart, act: Act) -> None:
    row = pick(Pause.objects.filter(patient=chart.patient).current().order_by("pk"), act.which)
    monitoring.resume_monitoring(by=chart.by, pause_id=row.pk, on=chart.day(act), reason="discharged")


def _target_range(chart: Chart, act: Act) -> None:
    analyte = pick(("ciclosporin_level", "tacrolimus_level"), act.which)
    monitoring.set_target_range(
        by=chart.by,
        patient_id=chart.patient.pk,
        analyte=analyte,
        from_on=chart.day(act),
        low=Decimal(act.size),
        high=Decimal(act.size + 5),
        unit="ng/mL",
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
    "infusion plan": _infusion_plan,
    "taper": _taper,
    "taper_decision": _taper_decision,
    "milestone": _milestone,
    "result": _result,
    "correct result": _correct_result,
    "snooze": _snooze,
    "contact": _contact,
    "sample": _sample,
    "not needed": _not_needed,
    "assign": _assign,
    "unassign": _unassign,
    "undo": _undo,
    "status": _status,
    "identity": _identity,
    "answer": _answer,
    "contact details": _contact_details,
    "risk": _risk,
    "interval": _interval,
    "end interval": _end_interval,
    "shared care": _shared_care,
    "pause": _pause,
    "resume": _resume,
    "target range": _target_range,
    "withdraw": _withdraw,
}
NAMES = tuple(_ACTS)
