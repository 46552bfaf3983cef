"""Database rows for tests: plain functions, each with what the row cannot do without, and everything else open.

A row is built on the day `DAY` unless told otherwise. Every function takes further fields of the model by name.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar

from django.utils import timezone

from monitoring.models import (
    Alert,
    AlertStep,
    Assignment,
    Contact,
    DueItem,
    IntervalOverride,
    NotNeeded,
    Pause,
    Result,
    RiskAssessment,
    SampleTaken,
    SharedCare,
    Snooze,
    TargetRange,
)
from monitoring.rules.vocabulary import AlertGrade, AlertStepKind, ContactChannel, ContactOutcome, MonitoredBy, RiskTier
from patients.models import (
    Assessment,
    AssessmentEnzyme,
    Autoantibody,
    Clinic,
    Condition,
    ContactDetails,
    EmergencyAccess,
    Height,
    Membership,
    Patient,
    Staff,
    StatusChange,
    Weight,
)
from patients.models.entry import Entry
from patients.rules.vocabulary import ConditionKind, EnzymeName, PatientStatus, Role, Sex, Subtype
from regimens.models import (
    Course,
    DosePeriod,
    Infusion,
    InfusionPlan,
    Milestone,
    Outcome,
    PlannedInfusion,
    TaperDecision,
    TaperPlan,
    TaperStep,
)
from regimens.rules.vocabulary import (
    CourseRole,
    DoseUnit,
    Frequency,
    InfusionAnchor,
    MilestoneKind,
    OutcomeKind,
    Route,
    StopReason,
    TaperChoice,
    Weekday,
)
from tests.factories.records import DAY, ROLES

PASSWORD = "a-long-enough-password-1"

E = TypeVar("E", bound=Entry)

_numbers = count(1)  # written with six digits, so that names sort in the order in which their rows were made


def a_clinic(**fields: Any) -> Clinic:
    number = next(_numbers)
    return Clinic.objects.create(**{"name": f"Clinic {number:06d}", "slug": f"clinic-{number:06d}", **fields})


def a_member(role: str = Role.DOCTOR, clinic: Clinic | None = None, **fields: Any) -> Staff:
    """A member of staff with one role in one clinic (a new one when none is given), who signs in with PASSWORD."""
    staff = a_stranger(**fields)
    Membership.objects.create(staff=staff, clinic=clinic or a_clinic(), role=str(role))
    return staff


def a_stranger(**fields: Any) -> Staff:
    """A member of staff who belongs to no clinic."""
    fields = {"username": f"staff-{next(_numbers):06d}", "password": PASSWORD, **fields}
    return Staff.objects.create_user(**fields)


def clinic_of(staff: Staff) -> Clinic:
    """The one clinic of a member of staff."""
    return staff.clinics.get()


def a_patient(by: Staff, **fields: Any) -> Patient:
    """A woman with dermatomyositis in the clinic of the member of staff."""
    number = next(_numbers)
    return Patient.objects.create(
        **{
            "clinic": fields.pop("clinic", None) or clinic_of(by),
            "hospital_number": f"H{number:06d}",
            "given_names": "Linden",
            "family_name": f"Testworth {number:06d}",
            "born": date(1970, 5, 4),
            "sex": Sex.FEMALE.value,
            "subtype": Subtype.DERMATOMYOSITIS.value,
            "recorded_by": by,
            **fields,
        }
    )


def an_emergency(staff: Staff, patient: Patient, opened_at: datetime | None = None, **fields: Any) -> EmergencyAccess:
    """Opened just now, or at that moment, for an hour."""
    opened = opened_at or timezone.now()
    made = {"reason": "unconscious on our ward", "ends_at": opened + timedelta(hours=1), **fields}
    return EmergencyAccess.objects.create(staff=staff, patient=patient, opened_at=opened, **made)


def a_patient_no_longer_under_care(by: Staff, status: str = PatientStatus.DECEASED, **fields: Any) -> Patient:
    """With the history of the status; `status_recorded_at` is when it was entered, else at registration."""
    entered = fields.pop("status_recorded_at", None)
    patient = a_patient(by, **{"status": str(status), "status_on": DAY, "status_reason": "pneumonia", **fields})
    said = {"status": patient.status, "on": patient.status_on, "reason": patient.status_reason}
    _entry(StatusChange, patient, patient=patient, recorded_at=entered or patient.recorded_at, **said)
    return patient


def a_weight(patient: Patient, kilograms: str = "70", on: date = DAY, **fields: Any) -> Weight:
    return _entry(Weight, patient, patient=patient, on=on, kilograms=Decimal(kilograms), **fields)


def a_height(patient: Patient, centimetres: str = "165", on: date = DAY, **fields: Any) -> Height:
    return _entry(Height, patient, patient=patient, on=on, centimetres=Decimal(centimetres), **fields)


def a_condition(patient: Patient, kind: str = ConditionKind.ILD, from_on: date = DAY, **fields: Any) -> Condition:
    return _entry(Condition, patient, patient=patient, kind=str(kind), from_on=from_on, **fields)


def some_contact_details(patient: Patient, email: str = "reader@example.org", **fields: Any) -> ContactDetails:
    """An address with the agreement to reminders."""
    agreed = {"may_remind": True, "agreed_on": DAY}
    return _entry(ContactDetails, patient, patient=patient, email=email, **{**agreed, **fields})


def an_autoantibody(patient: Patient, name: str = "anti-Jo-1", **fields: Any) -> Autoantibody:
    return _entry(Autoantibody, patient, patient=patient, name=name, **fields)


def an_assessment(patient: Patient, on: date = DAY, ck: str = "", **fields: Any) -> Assessment:
    """An assessment; `ck` in U/L adds the enzyme."""
    assessment = _entry(Assessment, patient, patient=patient, on=on, **fields)
    if ck:
        AssessmentEnzyme.objects.create(assessment=assessment, name=EnzymeName.CK.value, value=Decimal(ck))
    return assessment


def a_course(
    patient: Patient, drug: str = "methotrexate", start_on: date = DAY, dose: str = "", **fields: Any
) -> Course:
    """A course of a catalogue drug; `dose` in mg adds its first dose. With `stop_on` it is stopped, as planned."""
    role = ROLES.get(drug, CourseRole.OUTSIDE_PATHWAY).value
    course: dict[str, Any] = {"drug": drug, "start_on": start_on, "role": role, "route": Route.ORAL.value, **fields}
    if course.get("stop_on"):
        stop = {"stop_reason": StopReason.PLANNED.value, "stop_recorded_at": patient.recorded_at}
        course = {**stop, "stop_recorded_by": patient.recorded_by, **course}
    row = _entry(Course, patient, patient=patient, **course)
    if dose:
        a_dose(row, dose)
    return row


def a_dose(course: Course, amount: str = "15", from_on: date | None = None, **fields: Any) -> DosePeriod:
    """A dose in mg: methotrexate once a week on Monday, anything else once a day."""
    weekly = course.drug == "methotrexate"
    usual = {
        "amount": Decimal(amount),
        "unit": DoseUnit.MILLIGRAM.value,
        "frequency": (Frequency.ONCE_WEEKLY if weekly else Frequency.ONCE_DAILY).value,
        "weekday": Weekday.MONDAY.value if weekly else "",
    }
    return _entry(DosePeriod, course.patient, course=course, from_on=from_on or course.start_on, **{**usual, **fields})


def an_outcome(course: Course, kind: str = OutcomeKind.INEFFECTIVE, on: date | None = None, **fields: Any) -> Outcome:
    return _entry(Outcome, course.patient, course=course, kind=str(kind), on=on or course.start_on, **fields)


def an_infusion(course: Course, first_on: date | None = None, **fields: Any) -> Infusion:
    return _entry(Infusion, course.patient, course=course, first_on=first_on or course.start_on, **fields)


def a_taper(course: Course, *steps: tuple[date, str], **fields: Any) -> TaperPlan:
    """A planned taper: pairs of a day and the mg a day from then on."""
    plan = _entry(TaperPlan, course.patient, course=course, **fields)
    for on, milligrams in steps:
        TaperStep.objects.create(plan=plan, on=on, milligrams_per_day=Decimal(milligrams))
    return plan


def a_taper_decision(course: Course, on: date = DAY, **fields: Any) -> TaperDecision:
    """A decision to cut, unless told otherwise."""
    given = {"choice": TaperChoice.CUT.value, "on": on, **fields}
    return _entry(TaperDecision, course.patient, course=course, **given)


def an_infusion_plan(course: Course, *dates: date, **fields: Any) -> InfusionPlan:
    """A plan of 2 g/kg over 2 days, every 4 weeks, or on the dates given."""
    usual = {
        "anchor": (InfusionAnchor.FIXED_DATES if dates else InfusionAnchor.LAST_GIVEN).value,
        "interval_days": None if dates else 28,
        "days_per_cycle": 2,
        "amount_per_kilogram": Decimal(2),
        "unit": DoseUnit.GRAM.value,
    }
    plan = _entry(InfusionPlan, course.patient, course=course, **{**usual, **fields})
    for on in dates:
        PlannedInfusion.objects.create(plan=plan, on=on)
    return plan


def a_milestone(patient: Patient, kind: str = MilestoneKind.REMISSION, on: date = DAY, **fields: Any) -> Milestone:
    return _entry(Milestone, patient, patient=patient, kind=str(kind), on=on, **fields)


def a_result(
    patient: Patient, analyte: str = "alt", value: str = "30", sampled_on: date = DAY, **fields: Any
) -> Result:
    """A result; with `text` instead of a value give `value=""`."""
    number = Decimal(value) if value else None
    return _entry(Result, patient, patient=patient, analyte=analyte, value=number, sampled_on=sampled_on, **fields)


def a_snooze(patient: Patient, item: str, until: date, made_on: date = DAY, **fields: Any) -> Snooze:
    usual = {"reason": "away on holiday"}
    return _entry(Snooze, patient, patient=patient, item=item, made_on=made_on, until=until, **{**usual, **fields})


def a_contact(patient: Patient, on: date = DAY, outcome: str = ContactOutcome.NO_ANSWER, **fields: Any) -> Contact:
    usual = {"channel": ContactChannel.TELEPHONE.value}
    return _entry(Contact, patient, patient=patient, on=on, outcome=str(outcome), **{**usual, **fields})


def a_sample_taken(patient: Patient, item: str = "full_blood_count", **fields: Any) -> SampleTaken:
    usual = {"taken_on": DAY, "until": DAY + timedelta(days=7)}
    return _entry(SampleTaken, patient, patient=patient, item=item, **{**usual, **fields})


def a_not_needed(patient: Patient, item: str = "full_blood_count", **fields: Any) -> NotNeeded:
    usual = {"made_on": DAY, "reason": "done at another hospital"}
    return _entry(NotNeeded, patient, patient=patient, item=item, **{**usual, **fields})


def an_assignment(patient: Patient, owner: Staff, item: str = "", **fields: Any) -> Assignment:
    return _entry(Assignment, patient, patient=patient, owner=owner, item=item, **fields)


def a_risk_assessment(patient: Patient, on: date = DAY, tier: str = RiskTier.HIGH, **fields: Any) -> RiskAssessment:
    usual = {"factors": "eGFR 48, alcohol"}
    return _entry(RiskAssessment, patient, patient=patient, on=on, tier=str(tier), **{**usual, **fields})


def an_interval_override(patient: Patient, until: date, interval_days: int = 28, **fields: Any) -> IntervalOverride:
    """Methotrexate's tests at another interval from DAY, unless told otherwise."""
    usual = {"drug": "methotrexate", "from_on": DAY, "reason": "stable for two years"}
    held = {"patient": patient, "until": until, "interval_days": interval_days}
    return _entry(IntervalOverride, patient, **{**usual, **held, **fields})


def shared_care(patient: Patient, monitored_by: str = MonitoredBy.GP, from_on: date = DAY, **fields: Any) -> SharedCare:
    """Every drug looked after by a practice, unless told otherwise."""
    usual = {"provider": "" if monitored_by == MonitoredBy.US else "Oak Lane Practice"}
    said = {"patient": patient, "monitored_by": str(monitored_by), "from_on": from_on}
    return _entry(SharedCare, patient, **{**usual, **said, **fields})


def a_pause(patient: Patient, until: date, from_on: date = DAY, **fields: Any) -> Pause:
    """Every drug paused, unless told otherwise."""
    usual = {"reason": "in hospital elsewhere"}
    return _entry(Pause, patient, patient=patient, from_on=from_on, until=until, **{**usual, **fields})


def a_target_range(
    patient: Patient, analyte: str = "ciclosporin_level", from_on: date = DAY, **fields: Any
) -> TargetRange:
    usual = {"low": Decimal(100), "high": Decimal(150), "unit": "ng/mL"}
    return _entry(TargetRange, patient, patient=patient, analyte=analyte, from_on=from_on, **{**usual, **fields})


def a_due_item(patient: Patient, item: str = "full_blood_count", due_on: date = DAY, **fields: Any) -> DueItem:
    usual = {"visit_on": due_on, "drug": "methotrexate", "rule_id": "test.rule", "protocol_version": "test"}
    return DueItem.objects.create(patient=patient, item=item, due_on=due_on, **{**usual, **fields})


def an_alert(patient: Patient, **fields: Any) -> Alert:
    """An alert about a contact, which needs action; `result` makes it one about a result. With its first step."""
    result = fields.get("result")
    usual = {
        "subject": f"result:{result.pk}" if result else f"contact:{next(_numbers)}",
        "rule_id": "test.rule",
        "grade": AlertGrade.ACTION.value,
        "on": DAY,
        "text": "platelets 130 ×10⁹/L: below 140 ×10⁹/L",
        "advice": "Consider pausing the drug.",
        "source": "BSR/BHPR 2017",
        "source_kind": "national_guideline",
        "protocol_version": "test",
    }
    row = Alert.objects.create(patient=patient, **{**usual, **fields})
    AlertStep.objects.create(alert=row, kind=AlertStepKind.OPENED.value, level=row.level)
    return row


def _entry(model: type[E], patient: Patient, /, **fields: Any) -> E:
    """A recorded fact, entered by whoever registered the patient unless told otherwise."""
    row = model(**{"recorded_by": patient.recorded_by, **fields})
    row.save(force_insert=True)
    return row
