"""Database rows for tests: plain functions, each with what the row cannot do without, and everything else open.

A row is built on the day `DAY` unless told otherwise. Every function takes further fields of the model by name.
"""

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar

from monitoring.models import DueItem, Result, Snooze
from patients.models import (
    Assessment,
    AssessmentEnzyme,
    Autoantibody,
    Clinic,
    Condition,
    Height,
    Membership,
    Patient,
    Staff,
    StatusChange,
    Weight,
)
from patients.models.entry import Entry
from patients.rules.vocabulary import ConditionKind, EnzymeName, PatientStatus, Role, Sex, Subtype
from regimens.models import Course, DosePeriod, Infusion, Milestone, Outcome, TaperPlan, TaperStep
from regimens.rules.vocabulary import (
    CourseRole,
    DoseUnit,
    Frequency,
    MilestoneKind,
    OutcomeKind,
    Route,
    StopReason,
    Weekday,
)
from tests.factories.records import DAY, ROLES

PASSWORD = "a-long-enough-password-1"

E = TypeVar("E", bound=Entry)

_numbers = count(1)


def a_clinic(**fields: Any) -> Clinic:
    number = next(_numbers)
    return Clinic.objects.create(**{"name": f"Clinic {number}", "slug": f"clinic-{number}", **fields})


def a_member(role: str = Role.DOCTOR, clinic: Clinic | None = None, **fields: Any) -> Staff:
    """A member of staff with one role in one clinic (a new one when none is given), who signs in with PASSWORD."""
    staff = a_stranger(**fields)
    Membership.objects.create(staff=staff, clinic=clinic or a_clinic(), role=str(role))
    return staff


def a_stranger(**fields: Any) -> Staff:
    """A member of staff who belongs to no clinic."""
    fields = {"username": f"staff-{next(_numbers)}", "password": PASSWORD, **fields}
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
            "family_name": f"Testworth {number}",
            "born": date(1970, 5, 4),
            "sex": Sex.FEMALE.value,
            "subtype": Subtype.DERMATOMYOSITIS.value,
            "recorded_by": by,
            **fields,
        }
    )


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


def a_due_item(patient: Patient, item: str = "full_blood_count", due_on: date = DAY, **fields: Any) -> DueItem:
    usual = {"visit_on": due_on, "drug": "methotrexate", "rule_id": "test.rule", "protocol_version": "test"}
    return DueItem.objects.create(patient=patient, item=item, due_on=due_on, **{**usual, **fields})


def _entry(model: type[E], patient: Patient, /, **fields: Any) -> E:
    """A recorded fact, entered by whoever registered the patient unless told otherwise."""
    row = model(**{"recorded_by": patient.recorded_by, **fields})
    row.save(force_insert=True)
    return row
