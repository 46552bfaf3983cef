"""Booked monitoring visits that were missed one after another: how many, and whether that is too many."""

from datetime import date

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules import wording
from monitoring.rules.findings import MissedVisits
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.samples import Samples
from patients.rules.reasons import FactReference, Predicate, Reason, Truth
from patients.rules.vocabulary import PatientStatus

_NONE = MissedVisits(0, None, (), not_safe_to_continue=False, reason=None)


def missed_visits(record: MonitoringRecord, protocol: MonitoringProtocol, as_of: date) -> MissedVisits:
    """Visits missed since anything was last looked at; more than the protocol allows is not safe to continue.

    A result sampled on a later day than a missed visit clears it, whatever was tested: the patient has been seen. One
    of the same day does not. Only while a drug is taken that asks for monitoring is there anything to continue. Raises
    nothing on odd records.
    """
    if not record.missed_visits:
        return _NONE
    since = Samples(record, protocol, as_of).last_look()
    missed = sorted(
        (visit.on, visit.id)
        for visit in record.missed_visits
        if visit.on <= as_of and (since is None or visit.on >= since)
    )
    if not missed:
        return MissedVisits(0, since, (), not_safe_to_continue=False, reason=None)
    facts = tuple(FactReference("contact", identity, wording.visit_missed(on)) for on, identity in missed)
    rule = protocol.missed_visits
    drugs = _drugs_taken(record, protocol, as_of)
    is_too_many = len(facts) > rule.most and bool(drugs)
    text = wording.visits_missed(len(facts), since)
    if is_too_many:
        text = f"{text}. {wording.not_safe_to_continue(rule.most, ', '.join(drugs))}"
    predicate = Predicate(wording.visits_missed(len(facts), since), Truth.TRUE, facts)
    reason = Reason(rule.id, text, rule.kind, rule.source, protocol.version, (predicate,))
    return MissedVisits(len(facts), since, facts, not_safe_to_continue=is_too_many, reason=reason)


def _drugs_taken(record: MonitoringRecord, protocol: MonitoringProtocol, as_of: date) -> list[str]:
    """Names of the drugs taken on the day that ask for monitoring; none for a patient who has left care."""
    person = record.treatment.patient.person
    if person.status != PatientStatus.ACTIVE and (person.status_on is None or person.status_on <= as_of):
        return []
    names = {
        drug.name
        for course in record.treatment.courses
        if (drug := protocol.drugs.get(course.drug)) is not None
        and not drug.nothing_needed
        and not course.never_given
        and course.start_on <= as_of
        and (course.stop_on is None or course.stop_on > as_of)
    }
    return sorted(names)
