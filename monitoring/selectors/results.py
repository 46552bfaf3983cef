"""Results beside what was recorded before: the last ones, what took whose place, and what a new one does not answer."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Q

from monitoring.facts import result_record
from monitoring.models import Contact, Result
from monitoring.protocol.definitions import MonitoringProtocol, TroughWindow
from monitoring.protocol.load import load
from monitoring.rules import wording, wording_results
from monitoring.rules.alerts import evaluate_alerts, read_results
from monitoring.rules.findings import AlertFinding, DueFinding
from monitoring.rules.levels import level_analytes, why_no_trough
from monitoring.rules.plausibility import ResultQuestion, far_from_last, more_than_its_whole
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.same_day import DayValue, second_of_the_day
from monitoring.rules.schedule import evaluate
from monitoring.rules.units import conversion_in_words
from monitoring.schedules import protocol_of
from monitoring.selectors.record import records_of, results_for
from patients.clock import today_in
from patients.errors import NotFound
from patients.models import Patient, Staff
from patients.rules.reasons import Reason
from patients.selectors import patients_for, require_reading


@dataclass(frozen=True, slots=True)
class Correction:
    """One step in a result's history: the row that was replaced, when, by whom and why."""

    old: Result
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class ContactAnswer:
    """What somebody who recorded a contact must know at once; the alert itself is raised in the background."""

    alert: AlertFinding | None
    due: tuple[DueFinding, ...]


def result_for(staff: Staff, result_id: int) -> Result:
    """One current result. Raises NotFound for another clinic's, just as for one replaced, withdrawn or never made."""
    row = results_for(staff).select_related("patient__clinic").filter(pk=result_id).first()
    if row is None:
        raise NotFound("No such result among your patients, or it was already replaced or withdrawn.")
    require_reading(staff, row.patient)
    return row


def result_now(staff: Staff, result_id: int) -> Result:
    """The current result in the place of this one, however often it was replaced meanwhile.

    Raises NotFound for another clinic's, just as for one withdrawn or never made.
    """
    rows = Result.objects.filter(patient__in=patients_for(staff))
    found, now = result_id, rows.filter(replaces=result_id).first()
    while now is not None:
        found, now = now.pk, rows.filter(replaces=now).first()
    return result_for(staff, found)


def last_results(
    staff: Staff,
    patient_id: int,
    analytes: Collection[str],
    *,
    up_to: date | None = None,
    leaving_out: Collection[int] = (),
) -> dict[str, Result]:
    """The newest current result with a value or words of each of these analytes, by analyte; one query."""
    rows = results_for(staff).filter(patient=patient_id, analyte__in=list(analytes)).exclude(pk__in=list(leaving_out))
    if up_to is not None:
        rows = rows.filter(sampled_on__lte=up_to)
    newest = rows.order_by("analyte", "-sampled_on", "-pk").distinct("analyte")
    return {row.analyte: row for row in newest}


def corrections_of(staff: Staff, patient: Patient) -> dict[int, tuple[Correction, ...]]:
    """What stood before each corrected result, the latest correction first, by the current row's id; one query.

    Raises NotAllowed.
    """
    require_reading(staff, patient)
    chain = Result.objects.filter(patient=patient).filter(Q(replaces__isnull=False) | Q(replaced_by__isnull=False))
    rows = {row.pk: row for row in chain.select_related("superseded_by").order_by("pk")}
    found = {pk: _before(row, rows) for pk, row in rows.items() if row.superseded_at is None}
    return {pk: steps for pk, steps in found.items() if steps}


def _before(row: Result, rows: dict[int, Result]) -> tuple[Correction, ...]:
    steps: list[Correction] = []
    while row.replaces_id is not None:
        row = rows[row.replaces_id]
        assert row.superseded_at is not None  # what was replaced is superseded at the same moment
        assert row.superseded_by is not None
        by = row.superseded_by.get_full_name() or row.superseded_by.username
        steps.append(Correction(row, row.superseded_at, by, row.superseded_reason))
    return tuple(steps)


def remarks_on(staff: Staff, rows: Sequence[Result]) -> tuple[str, ...]:
    """What whoever recorded these results of one patient must know: levels that do not count as a trough."""
    levels = [row for row in rows if row.analyte in level_analytes(load())]
    if not levels:
        return ()
    patient = patients_for(staff).get(pk=levels[0].patient_id)
    record = records_of(staff, [patient])[patient.pk]
    protocol = protocol_of(patient.clinic)
    return tuple(remark for row in levels if (remark := _remark(row, record, protocol)))


def found_in(staff: Staff, rows: Sequence[Result]) -> tuple[AlertFinding, ...]:
    """What these results of one patient ask for as of today, as the alerts read them; nothing for what is in limits."""
    if not rows:
        return ()
    patient = patients_for(staff).get(pk=rows[0].patient_id)
    record, today = records_of(staff, [patient])[patient.pk], today_in(patient.clinic)
    readings = read_results(record, protocol_of(patient.clinic), today, [result_record(row) for row in rows])
    return tuple(reading.finding for reading in readings if reading.finding is not None)


def found_at(staff: Staff, contact: Contact) -> ContactAnswer:
    """What a contact that was just recorded asks for as of today: the alert, and the test that symptoms make due."""
    patient = patients_for(staff).get(pk=contact.patient_id)
    record, today = records_of(staff, [patient])[patient.pk], today_in(patient.clinic)
    protocol, subject = protocol_of(patient.clinic), f"contact:{contact.pk}"
    rules = {rule.id for rule in protocol.symptoms}
    alerts = evaluate_alerts(record, protocol, today, entered={subject: today})
    due = evaluate(record, protocol, today).due
    return ContactAnswer(
        alert=next((one for one in alerts if one.subject == subject and one.rule_id in rules), None),
        due=tuple(one for one in due if any(_rests_on(reason, rules, contact) for reason in one.reasons)),
    )


def _rests_on(reason: Reason, rules: Collection[str], contact: Contact) -> bool:
    """Whether a rule on symptoms asks for it because of this contact."""
    facts = (fact for predicate in reason.predicates for fact in predicate.facts)
    return reason.rule_id in rules and any((fact.kind, fact.id) == ("contact", str(contact.pk)) for fact in facts)


def questions_on(staff: Staff, rows: Sequence[Result], leaving_out: Collection[int] = ()) -> tuple[ResultQuestion, ...]:
    """What to look at once more of the values of one sample: far from the patient's last one, or not alone on its day.

    The last one is that up to the day of the sample; `leaving_out` names rows that are no last ones.
    """
    if not rows:
        return ()
    analytes, day = [row.analyte for row in rows], rows[0].sampled_on
    last = last_results(staff, rows[0].patient_id, analytes, up_to=day, leaving_out=leaving_out)
    protocol = load()
    asked = (
        far_from_last(result_record(row), result_record(last[row.analyte]), protocol)
        for row in rows
        if row.analyte in last
    )
    recorded = _of_the_day(staff, rows, protocol)
    return (
        *(question for question in asked if question is not None),
        *_beside_others(rows, recorded, protocol),
        *_parts_and_wholes(rows, recorded, protocol),
    )


def _of_the_day(staff: Staff, rows: Sequence[Result], protocol: MonitoringProtocol) -> list[Result]:
    """What is recorded of that day of these tests, of what they are parts of, and of their parts; one query."""
    tests = {row.analyte for row in rows}
    tests |= {one.part_of for one in protocol.analytes.values() if one.id in tests and one.part_of}
    tests |= {one.id for one in protocol.analytes.values() if one.part_of in tests}
    of_the_day = results_for(staff).filter(patient=rows[0].patient, analyte__in=tests, sampled_on=rows[0].sampled_on)
    return list(of_the_day.select_related("recorded_by").order_by("-pk"))


def _parts_and_wholes(
    rows: Sequence[Result], recorded: Sequence[Result], protocol: MonitoringProtocol
) -> Iterable[ResultQuestion]:
    """A question about each count above the whole that it is counted in, where one of the two is new.

    Of each test only the newest row of the day counts; two samples of known times that differ are two samples.
    """
    entered = {row.analyte: row for row in rows}
    newest = {row.analyte: row for row in reversed(recorded)} | entered
    for part in newest.values():
        analyte = protocol.analytes.get(part.analyte)
        whole = newest.get(analyte.part_of) if analyte is not None and analyte.part_of else None
        if whole is None or not {part.analyte, whole.analyte} & entered.keys():
            continue
        if part.sampled_at is not None and whole.sampled_at is not None and part.sampled_at != whole.sampled_at:
            continue
        question = more_than_its_whole(result_record(part), result_record(whole), protocol)
        if question is not None:
            yield question


def _beside_others(
    rows: Sequence[Result], recorded: Sequence[Result], protocol: MonitoringProtocol
) -> Iterable[ResultQuestion]:
    """A question about each value beside the newest of those recorded before it for its test and day."""
    patient, together = rows[0].patient, {row.pk for row in rows}
    for row in rows:
        analyte = protocol.analytes.get(row.analyte)
        if analyte is None:
            continue
        new = DayValue(result_record(row), row.sampled_at)
        before = (one for one in recorded if one.analyte == row.analyte and (row.pk is None or one.pk < row.pk))
        asked = (second_of_the_day(new, _day_value(one, patient, together), analyte, protocol) for one in before)
        question = next((found for found in asked if found is not None), None)
        if question is not None:
            yield question


def _day_value(row: Result, patient: Patient, together: Collection[int]) -> DayValue:
    if row.pk in together:
        return DayValue(result_record(row), row.sampled_at)
    by = row.recorded_by.get_full_name() or row.recorded_by.username
    at = row.recorded_at.astimezone(ZoneInfo(patient.clinic.time_zone))
    return DayValue(result_record(row), row.sampled_at, by, at)


def messages_on(staff: Staff, rows: Sequence[Result]) -> tuple[str, ...]:
    """Everything to say of results that were just recorded, for whoever was asked nothing before."""
    questions = (question.text for question in questions_on(staff, rows, [row.pk for row in rows]))
    return (*questions, *conversions_of(rows), *remarks_on(staff, rows))


def conversions_of(rows: Iterable[Result]) -> tuple[str, ...]:
    """What was entered in another unit than the analyte's own, and what it is in that."""
    protocol = load()
    said = []
    for row in rows:
        analyte = protocol.analytes.get(row.analyte)
        own = conversion_in_words(analyte, row.value, row.comparator, row.unit) if analyte else ""
        if analyte and own:
            shown = wording.value_shown(row.value, row.comparator, row.unit, row.text)
            said.append(wording_results.entered_as(analyte.name, shown, own))
    return tuple(said)


def level_windows(protocol: MonitoringProtocol) -> dict[str, tuple[TroughWindow, ...]]:
    """The analytes that are levels before the next dose, each with the hours after the dose in which it counts."""
    found: dict[str, tuple[TroughWindow, ...]] = {}
    for rule in (rule for drug in protocol.drugs.values() for rule in drug.trough):
        for analyte in (name for alternative in protocol.items[rule.item].satisfied_by for name in alternative):
            found[analyte] = (*found.get(analyte, ()), *rule.windows)
    return found


def _remark(row: Result, record: MonitoringRecord, protocol: MonitoringProtocol) -> str:
    name = protocol.analytes[row.analyte].name
    why = why_no_trough(result_record(row), record, protocol)
    if not why or why == wording_results.level_without_course(name, row.sampled_on):
        return why
    return wording_results.level_does_not_count(name, why)
