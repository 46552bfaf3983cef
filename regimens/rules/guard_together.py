"""What the dose guard has to say once two records of one person are read as one, and could not say of either alone.

Drugs that were begun in two records were never checked against each other, nor against the conditions and the
judgements ("not tolerated") that stand in the other one.
"""

from dataclasses import dataclass, replace
from datetime import date

from regimens.protocol.schema import PathwayProtocol
from regimens.rules.doses import current_dose
from regimens.rules.guard import guard
from regimens.rules.guard_findings import GuardCode, GuardFinding
from regimens.rules.proposals import PROPOSED, StartDrug
from regimens.rules.record import Course, DosePeriod, TreatmentRecord

# What rests on the rest of the record. How a dose is printed is the same in one record as in two.
_OF_THE_REST = frozenset(
    {
        GuardCode.NOT_TOLERATED, GuardCode.UNAVAILABLE, GuardCode.OTHER_ROUTE, GuardCode.INEFFECTIVE_BEFORE,
        GuardCode.WITHHELD, GuardCode.CAUTION, GuardCode.SAME_DRUG, GuardCode.SAME_CLASS, GuardCode.TWO_OF_LINE_1,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SaidTogether:
    """One message about a course that runs in either record, which the joined record gives rise to."""

    course: Course
    finding: GuardFinding


def said_together(
    record: TreatmentRecord, other: TreatmentRecord, protocol: PathwayProtocol, as_of: date
) -> tuple[SaidTogether, ...]:
    """What starting each running drug of either record would bring up in both together, and not in its own.

    Who the person is is taken from `record`, as it will stand. Exchanging the two changes the order alone, but for
    what rests on who the person is.
    """
    joined = _joined(record, other)
    found = []
    for own in (record, other):
        read = replace(own, patient=replace(own.patient, person=record.patient.person))
        for course in own.courses:
            if not _runs(course, as_of):
                continue
            alone = {(one.code, one.text) for one in _said(read, course, protocol, as_of)}
            for finding in _said(joined, course, protocol, as_of):
                if finding.code in _OF_THE_REST and (finding.code, finding.text) not in alone:
                    found.append(SaidTogether(course, finding))
    return tuple(found)


def _joined(record: TreatmentRecord, other: TreatmentRecord) -> TreatmentRecord:
    one, two = record.patient, other.patient
    patient = replace(
        one,
        weights=one.weights + two.weights,
        heights=one.heights + two.heights,
        conditions=one.conditions + two.conditions,
        autoantibodies=one.autoantibodies + two.autoantibodies,
        assessments=one.assessments + two.assessments,
    )
    return replace(
        record,
        patient=patient,
        courses=record.courses + other.courses,
        milestones=record.milestones + other.milestones,
        reviews=record.reviews + other.reviews,
    )


def _said(record: TreatmentRecord, course: Course, protocol: PathwayProtocol, as_of: date) -> tuple[GuardFinding, ...]:
    rest = replace(record, courses=tuple(one for one in record.courses if one.id != course.id))
    dose = current_dose(course, as_of) or DosePeriod(id=PROPOSED, from_on=as_of)
    start = StartDrug(
        on=as_of, drug=course.drug, drug_text=course.drug_text, role=course.role, route=course.route, dose=dose
    )
    return guard(rest, protocol, start, as_of)


def _runs(course: Course, as_of: date) -> bool:
    return not course.never_given and (course.stop_on is None or course.stop_on > as_of)
