"""Every read about treatment: courses, and where patients stand in the pathway."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Prefetch, QuerySet

from patients.errors import NotFound
from patients.models import Patient, Staff
from patients.rules.permissions import Permission
from patients.selectors import patients_for, require
from regimens.facts import treatment_records
from regimens.models import Course, DosePeriod, Infusion, Milestone, Outcome, TaperPlan
from regimens.protocol.load import load
from regimens.protocol.schema import Drug
from regimens.rules.findings import PathwayFindings
from regimens.rules.pathway import evaluate
from regimens.rules.vocabulary import CourseRole


def courses_for(staff: Staff) -> QuerySet[Course]:
    """Current courses of the person's patients with doses, outcomes and infusions, newest start first."""
    return (
        Course.objects.filter(patient__in=patients_for(staff), superseded_at__isnull=True)
        .select_related("patient__clinic", "recorded_by")
        .prefetch_related(
            Prefetch("doses", DosePeriod.objects.all().current().order_by("from_on")),
            Prefetch("outcomes", Outcome.objects.all().current().order_by("on")),
            Prefetch("infusions", Infusion.objects.all().current().order_by("first_on")),
            Prefetch("taper_plans", TaperPlan.objects.all().current().prefetch_related("steps")),
        )
        .order_by("-start_on", "-pk")
    )


def course_for(staff: Staff, course_id: int) -> Course:
    """One current course. Raises NotFound for another clinic's course just as for none."""
    try:
        return courses_for(staff).get(pk=course_id)
    except Course.DoesNotExist:
        raise NotFound("No such course among your patients.") from None


def course_to_write(staff: Staff, course_id: int, permission: Permission) -> Course:
    """One current course, locked for a write. Raises NotFound or NotAllowed."""
    course = course_for(staff, course_id)
    require(staff, course.patient.clinic_id, permission)
    return Course.objects.select_for_update(of=("self",)).select_related("patient__clinic").get(pk=course.pk)


def infusions_for(staff: Staff) -> QuerySet[Infusion]:
    """Current infusion cycles of the person's patients, newest first."""
    return (
        Infusion.objects.filter(
            course__patient__in=patients_for(staff), superseded_at__isnull=True, course__superseded_at__isnull=True
        )
        .select_related("course")
        .order_by("-first_on", "-pk")
    )


def milestones_for(staff: Staff) -> QuerySet[Milestone]:
    """Current milestones of the person's patients, newest first."""
    rows = Milestone.objects.filter(patient__in=patients_for(staff), superseded_at__isnull=True)
    return rows.select_related("recorded_by").order_by("-on", "-pk")


def drug_name(course: Course) -> str:
    """The generic name, or the words that a drug outside the catalogue was entered with."""
    entry = load().drugs.get(course.drug)
    return entry.name if entry is not None else course.drug or course.drug_text


def catalogue_by_role() -> dict[CourseRole, list[Drug]]:
    """Every drug of the catalogue under its role, by generic name."""
    drugs = sorted(load().drugs.values(), key=lambda drug: drug.name.casefold())
    return {role: found for role in CourseRole if (found := [drug for drug in drugs if drug.role is role])}


def pathway_of(staff: Staff, patient: Patient, as_of: date) -> PathwayFindings:
    """Where one patient stands as of a day."""
    return pathways_of(staff, [patient], as_of)[patient.pk]


def pathways_of(staff: Staff, patients: Iterable[Patient], as_of: date) -> dict[int, PathwayFindings]:
    """Where each of these patients stands as of a day, by patient id. Raises NotAllowed."""
    rows = list(patients)
    for clinic_id in {patient.clinic_id for patient in rows}:
        require(staff, clinic_id, Permission.READ_RECORD)
    protocol = load()
    records = treatment_records([patient.pk for patient in rows])
    return {pk: evaluate(record, protocol, as_of) for pk, record in records.items()}
