"""What is wanted before the first dose of a drug: what is there, with its value and day, and what is not.

Worked out by the schedule itself, asked twice: once of the record as it is, once of the same patient with nothing done.
What the second asks for and the first does not is done. So nothing here can differ from what the record calls due.
"""

from dataclasses import dataclass, replace
from datetime import date

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules import wording
from monitoring.rules.findings import DriverFinding, DueFinding
from monitoring.rules.guard import ABOUT_TO_START, about_to_start, baseline_demand
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.samples import Samples
from monitoring.rules.schedule import evaluate
from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference, Reason
from patients.rules.vocabulary import Vocabulary
from patients.rules.wording import display_number
from regimens.rules.vocabulary import Route


class BaselineState(Vocabulary):
    """How one thing stands that is wanted before the first dose."""

    MISSING = "missing", "missing"
    OUT_OF_DATE = "out_of_date", "out of date"
    NOT_NEEDED = "not_needed", "recorded as not needed"
    DONE = "done", "done"


@dataclass(frozen=True, slots=True)
class BaselineItem:
    """One thing wanted before the first dose.

    `last_on` and `value` are of when it was done last, whether or not that is recent enough; None and "" when never.
    """

    item: str
    name: str
    state: BaselineState
    reason: Reason
    last_on: date | None = None
    value: str = ""
    fact: FactReference | None = None


def baseline_checklist(
    record: MonitoringRecord,
    protocol: MonitoringProtocol,
    drug: str,
    on: date,
    route: Route = Route.NOT_RECORDED,
) -> tuple[BaselineItem, ...]:
    """Everything that the drug asks for before its first dose on the day: what is missing first, what is done last.

    Empty for a drug without a monitoring file, or whose file asks for nothing before the first dose; of a patient who
    has left care, whom nothing is asked of. Raises nothing on odd records.
    """
    if drug not in protocol.drugs:
        return ()
    started = about_to_start(record, drug, on, route)
    lacking = _asked(replace(started, waivers=()), protocol, on)
    wanted = _asked(_with_nothing_done(started), protocol, on)
    waived = {waiver.item: waiver.reason for waiver in evaluate(started, protocol, on).waived}
    held = _asked(started, protocol, on)
    samples = Samples(record, protocol, on)
    found = []
    for item, (due, driver) in wanted.items():
        last = samples.latest(item)
        state, reason = BaselineState.DONE, driver.reason
        if item in lacking:
            state = BaselineState.MISSING if last is None else BaselineState.OUT_OF_DATE
            reason = lacking[item][1].reason
            if item not in held and item in waived:
                state, reason = BaselineState.NOT_NEEDED, waived[item]
        on_day, fact = last if last is not None else (None, None)
        value = _value(record, protocol, item, on_day)
        found.append(BaselineItem(item, due.name, state, reason, on_day, value, fact))
    ranks = {state: rank for rank, state in enumerate(BaselineState)}
    order = {item: rank for rank, item in enumerate(protocol.items)}
    return tuple(sorted(found, key=lambda each: (ranks[each.state], order[each.item])))


def _asked(
    started: MonitoringRecord, protocol: MonitoringProtocol, on: date
) -> dict[str, tuple[DueFinding, DriverFinding]]:
    pairs = ((due, baseline_demand(due, ABOUT_TO_START)) for due in evaluate(started, protocol, on).due)
    return {due.item: (due, driver) for due, driver in pairs if driver is not None}


def _with_nothing_done(record: MonitoringRecord) -> MonitoringRecord:
    """The same patient, of whom nothing that answers an item is recorded, and nothing waived."""
    patient = replace(record.treatment.patient, weights=(), heights=())
    courses = tuple(replace(course, taper_decisions=()) for course in record.treatment.courses)
    treatment = replace(record.treatment, patient=patient, courses=courses)
    return replace(record, treatment=treatment, results=(), risk=(), waivers=())


def _value(record: MonitoringRecord, protocol: MonitoringProtocol, item: str, on: date | None) -> str:
    """What was found on the day: each test of the item with its value, in the order of the protocol."""
    if on is None:
        return ""
    wanted = {analyte for alternative in protocol.items[item].satisfied_by for analyte in alternative}
    shown = {}
    for row in sorted(record.results, key=lambda row: entry_order(row.id)):
        if row.analyte in wanted and row.sampled_on == on:
            analyte = protocol.analytes.get(row.analyte)
            name = analyte.name if analyte else row.analyte
            shown[row.analyte] = (name, wording.value_shown(row.value, row.comparator, row.unit, row.text))
    patient = record.treatment.patient
    measures = [
        *(("weight", f"{display_number(one.kilograms)} kg", one.on) for one in patient.weights),
        *(("height", f"{display_number(one.centimetres)} cm", one.on) for one in patient.heights),
    ]
    shown |= {measure: (measure, text) for measure, text, day in measures if measure in wanted and day == on}
    if len(shown) == 1:
        return next(value for _, value in shown.values())
    order = [analyte for analyte in protocol.analytes if analyte in shown]
    return ", ".join(f"{shown[analyte][0]} {shown[analyte][1]}" for analyte in order)
