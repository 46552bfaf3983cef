"""Starting, changing and stopping courses."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from patients.acting import explained
from patients.clock import today_in
from patients.entries import ALREADY_RECORDED, bump_version, not_before_birth, not_in_future, store
from patients.errors import InTheWay, Refused
from patients.models import Patient, Staff
from patients.rules.permissions import Permission
from patients.rules.vocabulary import DatePrecision
from patients.rules.wording import display_date
from patients.selectors import patient_to_write
from regimens.actions.doses import NewDose, not_far_ahead, store_dose
from regimens.actions.guarded import keep, let_through
from regimens.facts import treatment_records
from regimens.models import Course, DosePeriod, Outcome
from regimens.protocol.load import load
from regimens.rules.guard import guard
from regimens.rules.guard_findings import GuardFinding
from regimens.rules.guard_stopping import stopping_findings
from regimens.rules.proposals import StartDrug, StopDrug
from regimens.rules.vocabulary import (
    CourseRole,
    OutcomeKind,
    Route,
    StopReason,
)
from regimens.selectors import course_to_write


@transaction.atomic
@explained("override_reason")
def start_course(
    *,
    by: Staff,
    patient_id: int,
    on: date,
    drug: str = "",
    drug_text: str = "",
    dose: NewDose | None = None,
    role: CourseRole | None = None,
    route: Route = Route.NOT_RECORDED,
    precision: DatePrecision = DatePrecision.DAY,
    note: str = "",
    override_reason: str = "",
    seen: Collection[str] | None = None,
    beside: Sequence[GuardFinding] = (),
) -> Course:
    """Starts a course of a catalogue drug, or of one outside it named in words.

    The dose guard looks at it first, together with `beside`: what another check says of the same start. A stop needs
    the `override_reason`; `seen` holds the fingerprints of what the person was shown (see guarded.py).

    Raises NotFound, NotAllowed, Refused (unknown drug, overlap with a course of the same drug, dose without unit),
    GuardStopped.
    """
    patient = patient_to_write(by, patient_id, Permission.RECORD_TREATMENT)
    not_far_ahead(patient, on)
    not_before_birth(patient, on, "on")
    drug, drug_text, role = _identified(drug, drug_text, role)
    _no_overlap(patient, drug, drug_text, on)
    dose = dose or NewDose()
    before = treatment_records([patient.pk])[patient.pk]
    course = store(
        Course(
            patient=patient,
            drug=drug,
            drug_text=drug_text,
            role=role,
            route=route,
            start_on=on,
            start_precision=precision,
            note=note.strip(),
            recorded_by=by,
        )
    )
    period = store_dose(course, dose, on, by)
    # Last, so that a person is asked only about what can be saved; a stop undoes the rows above.
    start = StartDrug(
        on=on, drug=drug, drug_text=drug_text, role=role, route=route, precision=precision, dose=dose.period(on)
    )
    said = guard(before, load(), start, today_in(patient.clinic))
    keep(course, period, let_through([*said, *beside], reason=override_reason, seen=seen), override_reason, by)
    return course


@transaction.atomic
def stop_course(
    *,
    by: Staff,
    course_id: int,
    on: date,
    reason: StopReason,
    version: int,
    note: str = "",
    precision: DatePrecision = DatePrecision.DAY,
    seen: Collection[str] | None = None,
) -> Course:
    """Records the first day without the drug and why. A judgement of failure is an outcome, recorded apart.

    A corticosteroid that stops suddenly is said once (`seen`, see guarded.py); it holds nobody up who has seen it.
    Raises NotFound, NotAllowed, Refused, StaleVersion, GuardStopped.
    """
    course = course_to_write(by, course_id, Permission.RECORD_TREATMENT)
    if course.never_given:
        raise Refused("This drug was never given, so it cannot be stopped.")
    if course.stop_on is not None:
        raise Refused("This course is already stopped.", "on")
    if on < course.start_on:
        raise Refused("A course cannot stop before it started.", "on")
    not_far_ahead(course.patient, on)
    bump_version(course, version)
    moment = timezone.now()
    if course.role == CourseRole.CORTICOSTEROID:
        _check_stop(course, StopDrug(course=str(course.pk), on=on, reason=reason, precision=precision), seen, by)
    course.stop_on, course.stop_precision = on, precision.value
    course.stop_reason, course.stop_note = reason.value, note.strip()
    course.stop_recorded_at, course.stop_recorded_by = moment, by
    course.version = version + 1
    return store(course)


def _check_stop(course: Course, stop: StopDrug, seen: Collection[str] | None, by: Staff) -> None:
    """What is said of a corticosteroid's stop is kept with its last dose. Raises GuardStopped."""
    before = treatment_records([course.patient_id])[course.patient_id]
    said = let_through(stopping_findings(before, load(), stop), seen=seen)
    last = DosePeriod.objects.filter(course=course).current().order_by("from_on", "pk").last()
    if last is not None:
        keep(course, last, said, "", by)


@transaction.atomic
@explained()
def record_never_given(
    *,
    by: Staff,
    patient_id: int,
    on: date,
    drug: str,
    kind: OutcomeKind,
    reason: str,
) -> Course:
    """Records that a drug was found contraindicated or was declined, and never given (reading 20).

    Raises NotFound, NotAllowed, Refused.
    """
    patient = patient_to_write(by, patient_id, Permission.JUDGE_TREATMENT)
    not_in_future(on, today_in(patient.clinic), "on")
    if kind not in (OutcomeKind.CONTRAINDICATED, OutcomeKind.DECLINED):
        raise Refused("A drug that was never given was either contraindicated or declined.", "kind")
    if not reason.strip():
        raise Refused("Say why the drug was not given.", "reason")
    drug, _, role = _identified(drug, "", None)
    taken = Course.objects.filter(patient=patient, drug=drug, superseded_at__isnull=True, never_given=False)
    running = taken.filter(start_on__lte=on).exclude(stop_on__lte=on).first()
    if running is not None:
        raise Refused(
            f"This drug was being taken on that day: its course started on {display_date(running.start_on)}. "
            "Record the judgement on that course, and stop it.",
            "drug",
        )
    said = Outcome.objects.all().current().filter(on=on, kind=kind, reason=reason.strip())
    if said.filter(course__patient=patient, course__drug=drug, course__never_given=True).exists():
        raise Refused(ALREADY_RECORDED)
    course = store(Course(patient=patient, drug=drug, role=role, start_on=on, never_given=True, recorded_by=by))
    store(
        Outcome(
            course=course,
            on=on,
            kind=kind,
            reason=reason.strip(),
            protocol_version=load().version,
            recorded_by=by,
        )
    )
    return course


def _identified(drug: str, drug_text: str, role: CourseRole | None) -> tuple[str, str, CourseRole]:
    """The drug with its role. The catalogue says the role; words always mean outside the pathway."""
    drug, drug_text = drug.strip(), drug_text.strip()
    if bool(drug) == bool(drug_text):
        raise Refused("Choose a drug of the catalogue, or name one outside it: one of the two.", "drug")
    if drug_text:
        return "", drug_text, CourseRole.OUTSIDE_PATHWAY
    entry = load().drugs.get(drug)
    if entry is None:
        raise Refused("This drug is not in the catalogue. Enter it in words instead.", "drug")
    return drug, "", role or entry.role


def _no_overlap(patient: Patient, drug: str, drug_text: str, on: date) -> None:
    running = Course.objects.filter(
        patient=patient, drug=drug, drug_text__iexact=drug_text, superseded_at__isnull=True, never_given=False
    ).exclude(stop_on__lte=on)
    other = running.order_by("start_on").first()
    if other is not None:
        words = _in_the_way(other, today_in(patient.clinic))
        raise InTheWay(words, "drug" if drug else "drug_text", "course", other.pk)


def _in_the_way(other: Course, today: date) -> str:
    """The course of the same drug and what can be done about it; what is to come is told as such."""
    begins = other.start_on > today
    words = f"There is already a course of this drug that {'will start' if begins else 'started'} on "
    words += display_date(other.start_on)
    if other.stop_on is not None:
        stops = "will stop" if other.stop_on > today else "stopped"
        return (
            f"{words} and {stops} on {display_date(other.stop_on)}, the first day without it. "
            "Start the new course on that day or later, or take the stop back."
        )
    if begins:
        return f"{words}. Change it, or take it back if it was entered in error."
    return f"{words} and has not stopped. Stop it first, or change its dose."
