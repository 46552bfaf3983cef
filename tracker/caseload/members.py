"""One patient as the cohort pages count them: small values worked out from the record by the rules, and no name."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from monitoring.protocol.audits import AuditDefinition, AuditMeasure
from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.audit_case import AuditCase
from monitoring.rules.audit_findings import Period
from monitoring.rules.audits import judge
from monitoring.rules.findings import DueStatus
from monitoring.rules.record import MonitoringRecord
from patients.rules.age import age_on
from patients.rules.antibodies import plain_name, positive_antibodies
from patients.rules.as_of import active_conditions
from patients.rules.record import PatientRecord
from patients.rules.vocabulary import AntibodyFinding
from regimens.protocol.cohort import CohortFile
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.after_start import (
    ResponseFound,
    SteroidFound,
    SteroidThen,
    response_after,
    steroid_after,
    steroid_standing,
)
from regimens.rules.durations import (
    Followed,
    LineFollowed,
    drug_followed,
    first_spells,
    followed_until,
    lines_by_course,
    lines_followed,
    months_after,
    spells,
)
from regimens.rules.exposure import SteroidHistory
from regimens.rules.findings import SeverityGroup
from regimens.rules.pathway import evaluate as evaluate_pathway
from regimens.rules.reviews import questions
from regimens.rules.vocabulary import CourseRole

OTHER = "other"
NONE_POSITIVE = "none_positive"
NOT_RECORDED = "not_recorded"


@dataclass(frozen=True, slots=True)
class Protocols:
    """What one clinic's patients are judged by."""

    monitoring: MonitoringProtocol
    pathway: PathwayProtocol
    cohort: CohortFile

    @property
    def tests_in_date(self) -> AuditDefinition | None:
        """The service audit that says what in date means; None where the clinic's protocol defines no audits."""
        audits = self.monitoring.audits.audit if self.monitoring.audits is not None else ()
        return next((audit for audit in audits if audit.measure is AuditMeasure.TESTS_IN_DATE), None)


@dataclass(frozen=True, slots=True)
class Late:
    """One item that is overdue, put off or not, with the drug that drives it."""

    item: str
    name: str
    drug: str
    days: int


@dataclass(frozen=True, slots=True)
class Member:
    """Where one patient stands on the day.

    `under_care` on the day; `first_on` is the first day of which anything is recorded. `antibodies` are keys of the
    closed list, OTHER, NONE_POSITIVE or NOT_RECORDED. `drugs_now` and `drugs_ever` are slugs of the catalogue, OTHER
    for whatever lies outside it. `in_date` is the outcome of the audit of tests in date, "" where there is none;
    `no_results` as in InDate.
    """

    patient_id: int
    clinic_id: int
    under_care: bool
    first_on: date | None
    subtype: str
    age: int | None
    antibodies: tuple[str, ...]
    in_scope: bool
    line: int
    phase: str
    severity: str
    drugs_now: tuple[str, ...]
    drugs_ever: tuple[str, ...]
    conditions: tuple[str, ...]
    steroid: SteroidThen
    steroid_milligrams: Decimal | None
    late: tuple[Late, ...]
    in_date: str
    in_date_words: str
    no_results: bool
    open_questions: int

    @property
    def is_severe(self) -> bool:
        return self.severity == SeverityGroup.SEVERE


@dataclass(frozen=True, slots=True)
class DrugKept:
    """The first spell of a drug: how long it was kept, the line it was begun on (0: none), the response after it."""

    drug: str
    line: int
    followed: Followed
    estimated: bool
    role: CourseRole
    responses: tuple[ResponseFound, ...]


@dataclass(frozen=True, slots=True)
class LineKept:
    """A line: how long until the next one, and the response after its start."""

    line: int
    next_line: int
    followed: Followed
    estimated: bool
    responses: tuple[ResponseFound, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """How treatment went up to the day."""

    drugs: tuple[DrugKept, ...]
    lines: tuple[LineKept, ...]
    steroid: tuple[SteroidFound, ...]


@dataclass(frozen=True, slots=True)
class InDate:
    """How the tests stood at the end of one day; `outcome` as the audit of tests in date gives it, "" for none.

    `no_results`: no result at all was sampled in the months before, so that what is overdue may just not be entered.
    """

    on: date
    outcome: str
    words: str
    no_results: bool = False


def member_of(patient_id: int, clinic_id: int, record: MonitoringRecord, protocols: Protocols, as_of: date) -> Member:
    """Where the patient stands on the day, by the rules that say so everywhere."""
    treatment, patient = record.treatment, record.treatment.patient
    pathway = evaluate_pathway(treatment, protocols.pathway, as_of)
    _, left = followed_until(patient.person, as_of)
    begun = [one for one in treatment.courses if one.start_on <= as_of and not one.never_given]
    steroid = SteroidHistory(treatment, protocols.pathway, as_of).on(as_of)
    case = AuditCase(record, protocols.monitoring, protocols.pathway, Period(as_of, as_of, as_of))
    outcome, words = _in_date(case, protocols.tests_in_date)
    return Member(
        patient_id=patient_id,
        clinic_id=clinic_id,
        under_care=not left,
        first_on=_first_on(record),
        subtype=patient.person.subtype.value,
        age=age_on(patient.person.born, as_of),
        antibodies=_antibodies(patient, protocols.cohort, as_of),
        in_scope=pathway.in_scope,
        line=pathway.line_reached,
        phase=pathway.phase.phase.value,
        severity=pathway.severity.group.value,
        drugs_now=_slugs([one.drug for one in begun if one.stop_on is None or one.stop_on > as_of]),
        drugs_ever=_slugs([one.drug for one in begun]),
        conditions=tuple(kind.value for kind in active_conditions(patient, as_of)),
        steroid=steroid_standing(steroid, protocols.cohort.settings.steroid_at_most),
        steroid_milligrams=steroid,
        late=_late(case),
        in_date=outcome,
        in_date_words=words,
        no_results=_no_results(record, protocols, as_of),
        open_questions=len(questions(treatment, pathway).open),
    )


def course_of(record: MonitoringRecord, protocols: Protocols, as_of: date) -> Course:
    """How long each drug and line was kept, and how the patient stood after it was begun."""
    treatment, pathway, cohort = record.treatment, protocols.pathway, protocols.cohort
    person, settings = treatment.patient.person, cohort.settings
    counting = cohort.stops_that_count
    roles = {one.id: one.role for one in treatment.courses}

    def after(followed: Followed) -> tuple[ResponseFound, ...]:
        window = settings.response_window_days
        return tuple(
            response_after(treatment, followed, months, window, pathway, pathway.activity, as_of)
            for months in settings.response_months
        )

    lines = lines_by_course(treatment, pathway, as_of)
    kept = []
    for spell in first_spells(spells(treatment.courses, as_of, settings.restart_days)):
        followed = drug_followed(spell, person, as_of, counting)
        if followed is not None:
            first = spell.courses[0]
            line = lines.get(first, 0)
            kept.append(DrugKept(spell.drug, line, followed, spell.estimated, roles[first], after(followed)))
    return Course(
        drugs=tuple(kept),
        lines=tuple(_line_kept(one, after(one.followed)) for one in lines_followed(treatment, pathway, as_of)),
        steroid=steroid_after(treatment, settings.steroid_months, settings.steroid_at_most, pathway, as_of),
    )


def past_quarters_of(record: MonitoringRecord, protocols: Protocols, as_of: date) -> tuple[InDate, ...]:
    """How the tests stood at the end of each of the quarters before that of the day, the oldest first.

    Until the next quarter begins they stand as they are, unless the record changes.
    """
    found = []
    first_on = _first_on(record)
    for day in quarter_ends(as_of, protocols.cohort.settings.quarters_shown)[:-1]:
        if first_on is None or first_on > day:
            found.append(InDate(day, "", ""))
            continue
        case = AuditCase(record, protocols.monitoring, protocols.pathway, Period(day, day, day))
        found.append(InDate(day, *_in_date(case, protocols.tests_in_date), _no_results(record, protocols, day)))
    return tuple(found)


def in_date_on(member: Member, as_of: date) -> InDate:
    """How the tests stand on the day that the member was worked out for."""
    return InDate(as_of, member.in_date, member.in_date_words, member.no_results)


def _no_results(record: MonitoringRecord, protocols: Protocols, day: date) -> bool:
    since = date.fromordinal(day.toordinal() - protocols.cohort.settings.no_results_days)
    return not any(since <= one.sampled_on <= day for one in record.results)


def quarter_ends(as_of: date, count: int) -> list[date]:
    """The last days of the quarters before the day, and the day itself at the end; `count` days in all."""
    first_of_quarter = date(as_of.year, (as_of.month - 1) // 3 * 3 + 1, 1)
    ends = [date.fromordinal(months_after(first_of_quarter, -3 * back).toordinal() - 1) for back in range(count - 1)]
    return [*reversed(ends), as_of]


def _line_kept(one: LineFollowed, responses: tuple[ResponseFound, ...]) -> LineKept:
    return LineKept(one.line, one.next_line, one.followed, one.estimated, responses)


def _in_date(case: AuditCase, audit: AuditDefinition | None) -> tuple[str, str]:
    found = judge(audit, case) if audit is not None else ()
    return (found[0].outcome.value, found[0].reason.text) if found else ("", "")


def _late(case: AuditCase) -> tuple[Late, ...]:
    return tuple(
        Late(due.item, due.name, due.driver.drug, due.days_overdue)
        for due in case.findings.due
        if due.days_overdue > 0 and due.status is not DueStatus.PAUSED
    )


def _slugs(drugs: list[str]) -> tuple[str, ...]:
    return tuple(sorted({drug or OTHER for drug in drugs}))


def _antibodies(record: PatientRecord, cohort: CohortFile, as_of: date) -> tuple[str, ...]:
    """The positive ones of the closed list, else whether others were, else whether any was looked for."""
    known = {plain_name(name) for name in cohort.antibody_names}
    positive = set(positive_antibodies(record, as_of))
    if positive:
        return tuple(sorted((positive & known) | ({OTHER} if positive - known else set())))
    looked_for = any(
        row.finding in (AntibodyFinding.NEGATIVE, AntibodyFinding.EQUIVOCAL) and (row.on is None or row.on <= as_of)
        for row in record.autoantibodies
    )
    return (NONE_POSITIVE,) if looked_for else (NOT_RECORDED,)


def _first_on(record: MonitoringRecord) -> date | None:
    """The first day of which a drug, an assessment, a milestone or a result is recorded."""
    treatment = record.treatment
    days = [one.start_on for one in treatment.courses]
    days += [one.on for one in treatment.patient.assessments]
    days += [one.on for one in treatment.milestones]
    days += [one.sampled_on for one in record.results]
    return min(days, default=None)
