"""Booked monitoring visits that were missed one after another: how many, and whether that is too many."""

from datetime import date

from monitoring.protocol.definitions import RULE_LISTS, DrugMonitoring, MonitoringProtocol
from monitoring.rules import wording
from monitoring.rules.findings import ItemKind, MissedVisits
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.samples import Samples
from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference, Predicate, Reason, Truth
from patients.rules.vocabulary import PatientStatus

_LOOKS = (ItemKind.TEST, ItemKind.TROUGH, ItemKind.OBSERVATION)
_NONE = MissedVisits(0, None, (), not_safe_to_continue=False, reason=None)


def missed_visits(record: MonitoringRecord, protocol: MonitoringProtocol, as_of: date) -> MissedVisits:
    """Visits missed since the drugs were last looked after; more than the protocol allows is not safe to continue.

    A test, level or observation that a drug taken now asks for clears what was missed on an earlier day; one of the
    same day does not. A vaccine, a decision or a test for something else clears nothing. Only while a drug is taken
    that asks for monitoring is there anything to continue. Raises nothing on odd records.
    """
    if not record.missed_visits:
        return _NONE
    drugs = _drugs_taken(record, protocol, as_of)
    samples = Samples(record, protocol, as_of)
    looked_at = (samples.last_day(item) for item in _looks(protocol, drugs))
    since = max((on for on in looked_at if on is not None), default=None)
    missed = sorted(
        (
            (visit.on, visit.id)
            for visit in record.missed_visits
            if visit.on <= as_of and (since is None or visit.on >= since)
        ),
        key=lambda visit: (visit[0], entry_order(visit[1])),
    )
    if not missed:
        return MissedVisits(0, since, (), not_safe_to_continue=False, reason=None)
    facts = tuple(FactReference("contact", identity, wording.visit_missed(on)) for on, identity in missed)
    rule = protocol.missed_visits
    is_too_many = len(facts) > rule.most and bool(drugs)
    text = wording.visits_missed(len(facts), since)
    if is_too_many:
        text = f"{text}. {wording.not_safe_to_continue(rule.most, ', '.join(drug.name for drug in drugs))}"
    predicate = Predicate(wording.visits_missed(len(facts), since), Truth.TRUE, facts)
    reason = Reason(rule.id, text, rule.kind, rule.source, protocol.version, (predicate,))
    return MissedVisits(len(facts), since, facts, not_safe_to_continue=is_too_many, reason=reason)


def _looks(protocol: MonitoringProtocol, drugs: list[DrugMonitoring]) -> set[str]:
    """The tests, levels and observations that any rule of the drugs asks for; without a drug all of the protocol."""
    if not drugs:
        asked = set(protocol.items)
    else:
        rules = [rule for drug in drugs for name in RULE_LISTS for rule in getattr(drug, name)]
        asked = {item for rule in rules for item in (rule.items if hasattr(rule, "items") else (rule.item,))}
    return {item for item in asked if protocol.items[item].kind in _LOOKS}


def _drugs_taken(record: MonitoringRecord, protocol: MonitoringProtocol, as_of: date) -> list[DrugMonitoring]:
    """The drugs taken on the day that ask for monitoring; none for a patient who has left care."""
    person = record.treatment.patient.person
    if person.status != PatientStatus.ACTIVE and (person.status_on is None or person.status_on <= as_of):
        return []
    taken = {
        drug.id: drug
        for course in record.treatment.courses
        if (drug := protocol.drugs.get(course.drug)) is not None
        and not drug.nothing_needed
        and not course.never_given
        and course.start_on <= as_of
        and (course.stop_on is None or course.stop_on > as_of)
    }
    return sorted(taken.values(), key=lambda drug: drug.name)
