"""The dose guard: what to know before a course is started or a dose changed. It advises; a person decides.

Pure and total: the record, the protocol, the proposal and the day go in, messages come out, and nothing raises on an
odd record. What cannot be known is said. Exactly three messages ask for a reason before anything is saved: methotrexate
more often than once a week, a dose many times the usual (more than ten times, or the drug's own number), and a drug
with a recorded intolerance.
"""

from datetime import date

from patients.rules.reasons import Predicate, Truth
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.guard_company import company_findings
from regimens.rules.guard_doses import dose_findings
from regimens.rules.guard_findings import GuardCode, GuardFinding, GuardLevel, in_order
from regimens.rules.guard_history import history_findings
from regimens.rules.guard_subject import subject_of
from regimens.rules.guard_times_usual import times_usual_findings
from regimens.rules.proposals import ChangeDose, StartDrug
from regimens.rules.record import TreatmentRecord


def guard(
    record: TreatmentRecord, protocol: PathwayProtocol, proposal: StartDrug | ChangeDose, as_of: date
) -> tuple[GuardFinding, ...]:
    """Everything to say about the proposal, the gravest first.

    `record` is without the proposal. Doses, weights, conditions and other courses are taken on the proposal's own
    day; judgements of the drug as known on that day or on `as_of`, whichever is later.
    """
    subject = subject_of(record, protocol, proposal, as_of)
    if subject is None:
        unknown = Predicate("the course is in the record", Truth.UNKNOWN)
        reason = protocol.because("guard.dose_not_checked", unknown)
        text = "this course is not in the record: nothing could be checked"
        return (GuardFinding(GuardCode.NOT_CHECKED, GuardLevel.WARN, text, (), reason),)
    return in_order(
        [
            *history_findings(subject),
            *times_usual_findings(subject),
            *dose_findings(subject),
            *company_findings(subject),
        ]
    )
