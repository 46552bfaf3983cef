"""What must have been looked at before an infusion, and how it stands: the list that goes to the infusion chair."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from monitoring.protocol.definitions import BeforeInfusionRule, DrugMonitoring, MonitoringProtocol, Threshold
from monitoring.rules import wording, wording_infusions
from monitoring.rules.enzymes import enzymes_as_results
from monitoring.rules.findings import ThresholdFinding
from monitoring.rules.record import MonitoringRecord, Result
from monitoring.rules.samples import Samples
from monitoring.rules.status import days_after
from monitoring.rules.thresholds import flag
from patients.rules.entry_order import entry_order
from patients.rules.reasons import Predicate, Reason, Truth
from patients.rules.vocabulary import Vocabulary
from regimens.rules.record import Course


class CheckState(Vocabulary):
    """How one thing stands before an infusion."""

    DONE = "done", "recent enough"
    TOO_OLD = "too_old", "too old"
    MISSING = "missing", "never recorded"
    LATER = "later", "not to be done yet"
    ON_THE_DAY = "on_the_day", "to do on the day"


@dataclass(frozen=True, slots=True)
class CheckedValue:
    """One value of an item as it was found, in words, with the bands that it lies in."""

    name: str
    shown: str
    flags: tuple[ThresholdFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class InfusionCheck:
    """One item before one infusion. `on`: when it was last looked at; `from_on`: sooner does not count (None: any day).

    `values` are those of that day. Flagged values are for a person to weigh up; they never lower how recent they are.
    """

    item: str
    name: str
    state: CheckState
    on: date | None
    from_on: date | None
    values: tuple[CheckedValue, ...]
    reason: Reason

    @property
    def flags(self) -> tuple[ThresholdFinding, ...]:
        return tuple(flagged for value in self.values for flagged in value.flags)

    @property
    def needs_action(self) -> bool:
        """Whether somebody has to do or decide something before the infusion."""
        return bool(self.flags) or self.state in (CheckState.TOO_OLD, CheckState.MISSING)


def checks_before(
    record: MonitoringRecord, protocol: MonitoringProtocol, course: Course, infusion_on: date, as_of: date
) -> tuple[InfusionCheck, ...]:
    """What the protocol wants looked at before the infusion of a course that begins on `infusion_on`, as of the day.

    In the order of the protocol. Before the first infusion the bands in which the drug is not started are read too.
    """
    drug = protocol.drugs.get(course.drug)
    if drug is None:
        return ()
    samples = Samples(record, protocol, as_of)
    first = not any(infusion.first_on <= as_of for infusion in course.infusions)
    reader = _Reader(record, protocol, drug, samples, first=first, as_of=as_of)
    found: dict[str, InfusionCheck] = {}
    for rule in drug.before_infusion:
        if rule.routes and course.route not in rule.routes:
            continue
        for item in rule.items:
            if item not in found:
                found[item] = reader.check(rule, item, infusion_on)
    return tuple(found.values())


class _Reader:
    """Reads one patient's latest values of the items."""

    def __init__(
        self,
        record: MonitoringRecord,
        protocol: MonitoringProtocol,
        drug: DrugMonitoring,
        samples: Samples,
        *,
        first: bool,
        as_of: date,
    ) -> None:
        self.record, self.protocol, self.drug, self.samples = record, protocol, drug, samples
        self.as_of = as_of
        seen = (result for result in record.results if result.sampled_on <= as_of)
        self.beside = [*seen, *enzymes_as_results(record.treatment.patient.assessments, as_of)]
        self.protocols = [protocol]
        if first and drug.start_threshold:
            bands: dict[str, tuple[Threshold, ...]] = {}
            for band in drug.start_threshold:
                bands[band.analyte] = (*bands.get(band.analyte, ()), band)
            self.protocols.insert(0, replace(protocol, thresholds=bands))

    def check(self, rule: BeforeInfusionRule, item: str, infusion_on: date) -> InfusionCheck:
        last = self.samples.last_day(item)
        from_on = None if rule.ever else days_after(infusion_on, -rule.within_days)
        state = self._state(rule, last, from_on, infusion_on)
        name = self.protocol.items[item].name
        text = wording_infusions.before_infusion(self.drug.name, infusion_on)
        if last is None:
            predicate = Predicate(f"{name}: {CheckState.MISSING.label}", Truth.UNKNOWN)
        else:
            truth = Truth.TRUE if state is CheckState.DONE else Truth.FALSE
            label = wording.last_done_label(name, last)
            predicate = Predicate(label, truth, (self.samples.reference(item, last),))
        reason = Reason(rule.id, text, rule.kind, rule.source, self.protocol.version, (predicate,))
        values = tuple(self._values(item, last)) if last is not None else ()
        return InfusionCheck(item, name, state, last, from_on, values, reason)

    def _state(
        self, rule: BeforeInfusionRule, last: date | None, from_on: date | None, infusion_on: date
    ) -> CheckState:
        if last is not None and (from_on is None or last >= from_on):
            return CheckState.DONE
        if from_on is not None and rule.within_days == 0 and self.as_of <= infusion_on:
            return CheckState.ON_THE_DAY
        if from_on is not None and self.as_of < from_on:
            return CheckState.LATER
        return CheckState.MISSING if last is None else CheckState.TOO_OLD

    def _values(self, item: str, on: date) -> Iterator[CheckedValue]:
        """The values of the analytes that any way of doing the item asks for, on the day."""
        analytes = dict.fromkeys(
            analyte for alternative in self.protocol.items[item].satisfied_by for analyte in alternative
        )
        for analyte in analytes:
            rows = [row for row in self.samples.rows(analyte) if row.sampled_on == on]
            name = self.protocol.analytes[analyte].name
            if rows:
                yield CheckedValue(name, _shown(rows[-1]), self._flags(rows[-1]))
            elif analyte == "weight":
                yield from self._weight(on, name)

    def _weight(self, on: date, name: str) -> Iterator[CheckedValue]:
        weights = [weight for weight in self.record.treatment.patient.weights if weight.on == on]
        if weights:
            latest = max(weights, key=lambda weight: entry_order(weight.id))
            yield CheckedValue(name, wording.value_shown(latest.kilograms, "", "kg", ""))

    def _flags(self, result: Result) -> tuple[ThresholdFinding, ...]:
        taken = {
            course.drug
            for course in self.record.treatment.courses
            if not course.never_given
            and course.start_on <= result.sampled_on
            and (course.stop_on is None or course.stop_on > result.sampled_on)
        }
        drugs = {*taken, self.drug.id}
        return tuple(
            found for protocol in self.protocols for found in flag(result, protocol, others=self.beside, drugs=drugs)
        )


def _shown(result: Result) -> str:
    return wording.value_shown(result.value, result.comparator, result.unit, result.text)
