"""Every read about treatment: courses, and where patients stand in the pathway."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet

from patients.clock import today_in
from patients.errors import NotFound
from patients.models import Patient, Staff
from patients.protocol.load import load as load_activity
from patients.rules.permissions import Permission
from patients.selectors import (
    ids_by_moment,
    not_known_yet,
    patients_for,
    patients_in_emergency,
    require,
    require_reading,
    whose,
)
from regimens.facts import treatment_records
from regimens.models import (
    Course,
    DoseCheck,
    DosePeriod,
    Infusion,
    InfusionPlan,
    Milestone,
    Outcome,
    Review,
    TaperDecision,
    TaperPlan,
)
from regimens.protocol.load import load
from regimens.protocol.schema import Drug
from regimens.rules.findings import PathwayFindings
from regimens.rules.guard_infusions import check_infusion, check_infusion_plan
from regimens.rules.guard_wording import as_stored
from regimens.rules.pathway import evaluate
from regimens.rules.record import TaperStep as PlannedStep
from regimens.rules.record import TreatmentRecord
from regimens.rules.response_comparison import ResponseFindings, response_findings
from regimens.rules.reviews import Questions, questions
from regimens.rules.taper import PlanVersion
from regimens.rules.vocabulary import CourseRole

_NO_SUCH_COURSE = "No such course among your patients."


def courses_for(staff: Staff) -> QuerySet[Course]:
    """Current courses of the person's patients with doses, outcomes and infusions, newest start first."""
    return _courses_of(patients_for(staff))


def _courses_of(patients: QuerySet[Patient]) -> QuerySet[Course]:
    return (
        Course.objects.filter(patient__in=patients, superseded_at__isnull=True)
        .select_related("patient__clinic", "recorded_by")
        .prefetch_related(
            Prefetch("doses", DosePeriod.objects.all().current().order_by("from_on")),
            Prefetch("outcomes", Outcome.objects.all().current().order_by("on")),
            Prefetch("infusions", Infusion.objects.all().current().order_by("first_on")),
            Prefetch("infusion_plans", InfusionPlan.objects.all().current().prefetch_related("dates")),
            Prefetch("taper_plans", TaperPlan.objects.all().current().prefetch_related("steps")),
        )
        .order_by("-start_on", "-pk")
    )


def course_for(staff: Staff, course_id: int) -> Course:
    """One current course to read: of the person's patients, or of one under an open emergency access.

    Raises NotFound for another clinic's course just as for none.
    """
    course = courses_for(staff).filter(pk=course_id).first()
    if course is None:
        course = _courses_of(patients_in_emergency(staff)).filter(pk=course_id).first()
    if course is None:
        raise NotFound(_NO_SUCH_COURSE)
    require_reading(staff, course.patient)
    return course


def course_to_write(staff: Staff, course_id: int, permission: Permission) -> Course:
    """One current course, locked for a write. Raises NotFound or NotAllowed.

    Somebody may withdraw or reopen it while this waits for the lock: what comes then would be lost under the old row.
    """
    found = (_courses_of(patients(staff)).prefetch_related(None) for patients in (patients_for, patients_in_emergency))
    course = next((row for rows in found if (row := rows.filter(pk=course_id).first()) is not None), None)
    if course is None:
        raise NotFound(_NO_SUCH_COURSE)
    require(staff, course.patient.clinic_id, permission)
    rows = Course.objects.select_for_update(of=("self",)).select_related("patient__clinic")
    held = rows.filter(pk=course.pk, superseded_at__isnull=True).first()
    if held is None:
        raise NotFound(_NO_SUCH_COURSE)
    return held


def dose_checks_of(staff: Staff, patient: Patient, known_at: datetime | None = None) -> list[DoseCheck]:
    """What the dose guard said of this patient's doses, latest first; as known at a moment. Raises NotAllowed."""
    require_reading(staff, patient)
    checks = DoseCheck.objects.filter(course__patient=patient).as_known(known_at)
    return list(checks.select_related("recorded_by").order_by("-recorded_at", "-pk"))


def guard_messages(
    staff: Staff, course_id: int, dose_id: int | None = None, since: datetime | None = None
) -> list[dict[str, Any]]:
    """What the dose guard said of the doses of a course, or of one of them, as it was kept; all, or since a moment."""
    checks = DoseCheck.objects.filter(course__in=courses_for(staff), course=course_id).current().order_by("pk")
    if dose_id is not None:
        checks = checks.filter(dose=dose_id)
    if since is not None:
        checks = checks.filter(recorded_at__gte=since)
    return [message for check in checks for message in check.findings]


def infusion_messages(staff: Staff, infusion: Infusion) -> list[dict[str, Any]]:
    """What the dose guard says of a recorded cycle, on the record as it is without it. Raises NotFound."""
    course = course_for(staff, infusion.course_id)
    record = treatment_records([course.patient_id])[course.patient_id]
    given = next(row for one in record.courses for row in one.infusions if row.id == str(infusion.pk))
    courses = tuple(
        replace(one, infusions=tuple(row for row in one.infusions if row is not given)) for one in record.courses
    )
    today = today_in(course.patient.clinic)
    found = check_infusion(replace(record, courses=courses), load(), str(course.pk), given, today)
    return [as_stored(finding) for finding in found]


def infusion_plan_messages(staff: Staff, plan: InfusionPlan) -> list[dict[str, Any]]:
    """What the dose guard says of the present plan of a course. Raises NotFound."""
    course = course_for(staff, plan.course_id)
    record = treatment_records([course.patient_id])[course.patient_id]
    planned = next(one.infusion_plan for one in record.courses if one.id == str(course.pk))
    if planned is None:
        return []
    found = check_infusion_plan(record, load(), str(course.pk), planned, today_in(course.patient.clinic))
    return [as_stored(finding) for finding in found]


def infusions_for(staff: Staff, patient: Patient | None = None) -> QuerySet[Infusion]:
    """Current infusion cycles of the person's patients, or of one whom they may read, newest first."""
    return (
        Infusion.objects.filter(
            course__patient__in=whose(staff, patient), superseded_at__isnull=True, course__superseded_at__isnull=True
        )
        .select_related("course")
        .order_by("-first_on", "-pk")
    )


def infusions_of(staff: Staff, course: Course) -> list[Infusion]:
    """The infusion cycles of one course with who recorded them, newest first. Raises NotAllowed."""
    return list(infusions_for(staff, course.patient).filter(course=course).select_related("recorded_by"))


def infusion_plans_for(staff: Staff) -> QuerySet[InfusionPlan]:
    """Current infusion plans of the person's patients with their dates, newest first."""
    rows = InfusionPlan.objects.filter(
        course__patient__in=patients_for(staff), superseded_at__isnull=True, course__superseded_at__isnull=True
    )
    return rows.select_related("course", "recorded_by").prefetch_related("dates").order_by("-recorded_at", "-pk")


def milestones_for(staff: Staff) -> QuerySet[Milestone]:
    """Current milestones of the person's patients, newest first."""
    rows = Milestone.objects.filter(patient__in=patients_for(staff), superseded_at__isnull=True)
    return rows.select_related("recorded_by").order_by("-on", "-pk")


def taper_decisions_for(staff: Staff, patient: Patient | None = None) -> QuerySet[TaperDecision]:
    """Current taper decisions about the person's patients, or about one whom they may read, newest first."""
    rows = TaperDecision.objects.filter(
        course__patient__in=whose(staff, patient), superseded_at__isnull=True, course__superseded_at__isnull=True
    )
    return rows.select_related("course", "recorded_by").order_by("-on", "-pk")


def plan_versions(course: Course) -> list[PlanVersion]:
    """Every taper plan that a course ever had, the oldest first, each with the days on which it was in force."""
    zone = ZoneInfo(course.patient.clinic.time_zone)
    rows = TaperPlan.objects.filter(course=course).prefetch_related("steps").order_by("recorded_at", "pk")
    return [
        PlanVersion(
            id=str(row.pk),
            made_on=row.recorded_at.astimezone(zone).date(),
            steps=tuple(PlannedStep(str(step.pk), step.on, step.milligrams_per_day) for step in row.steps.all()),
            until=None if row.superseded_at is None else row.superseded_at.astimezone(zone).date(),
        )
        for row in rows
    ]


def reviews_for(staff: Staff) -> QuerySet[Review]:
    """Current answers to questions about the person's patients, newest first."""
    rows = Review.objects.filter(patient__in=patients_for(staff), superseded_at__isnull=True)
    return rows.select_related("recorded_by").order_by("-on", "-pk")


def drug_name(course: Course) -> str:
    """The generic name, or the words that a drug outside the catalogue was entered with."""
    entry = load().drugs.get(course.drug)
    return entry.name if entry is not None else course.drug or course.drug_text


def catalogue_by_role() -> dict[CourseRole, list[Drug]]:
    """Every drug of the catalogue under its role, by generic name."""
    drugs = sorted(load().drugs.values(), key=lambda drug: drug.name.casefold())
    return {role: found for role in CourseRole if (found := [drug for drug in drugs if drug.role is role])}


def treatment_of(staff: Staff, patient: Patient, known_on: date | None = None) -> TreatmentRecord:
    """Who one patient is and everything taken, as the rules read it: as it is now, or was known at the end of a day.

    Raises NotAllowed, NotKnownYet, Refused.
    """
    require_reading(staff, patient)
    ((moment, ids),) = ids_by_moment([patient], known_on).items()
    records = treatment_records(ids, moment)
    if known_on is not None and patient.pk not in records:
        raise not_known_yet(patient, known_on)
    return records[patient.pk]


def pathway_of(staff: Staff, patient: Patient, as_of: date, known_on: date | None = None) -> PathwayFindings:
    """Where one patient stands as of a day, from what was known at the end of `known_on` (None: from what is now).

    Raises NotAllowed, NotKnownYet, Refused.
    """
    found = pathways_of(staff, [patient], as_of, known_on)
    if known_on is not None and patient.pk not in found:
        raise not_known_yet(patient, known_on)
    return found[patient.pk]


def pathways_of(
    staff: Staff, patients: Iterable[Patient], as_of: date, known_on: date | None = None
) -> dict[int, PathwayFindings]:
    """Where each of these patients stands as of a day, by patient id; patients not known yet are left out.

    Raises NotAllowed, Refused.
    """
    rows = list(patients)
    for patient in rows:
        require_reading(staff, patient)
    protocol = load()
    found: dict[int, PathwayFindings] = {}
    for moment, ids in ids_by_moment(rows, known_on).items():
        records = treatment_records(ids, moment)
        found |= {pk: evaluate(record, protocol, as_of) for pk, record in records.items()}
    return found


def questions_of(staff: Staff, patient: Patient, as_of: date, known_on: date | None = None) -> Questions:
    """What the software asks of one patient as of a day, and what was answered by then.

    Raises NotAllowed, NotKnownYet, Refused.
    """
    record = treatment_of(staff, patient, known_on)
    return questions(record, evaluate(record, load(), as_of))


def response_of(
    staff: Staff,
    patient: Patient,
    as_of: date,
    known_on: date | None = None,
    *,
    baseline: str = "",
    follow_up: str = "",
) -> ResponseFindings:
    """How far one patient's disease has improved, as of a day; the ids choose the two assessments that are compared.

    Raises NotAllowed, NotKnownYet, Refused.
    """
    record, protocol = treatment_of(staff, patient, known_on), load()
    pathway = evaluate(record, protocol, as_of)
    return response_findings(record, protocol, load_activity(), as_of, pathway, baseline=baseline, follow_up=follow_up)
