"""The service audits of the protocol: what each asks, counts and leaves out, read and checked with the other files.

A clinic's own monitoring folder may leave the file out: it then has no audits, and the pages say so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from monitoring.protocol.definitions import DrugMonitoring, ExposureRule, FileHeader, MonitoringProtocol, Rule
from monitoring.protocol.limits import known
from monitoring.protocol.validation import check_header
from monitoring.rules.audit_findings import AuditUnit
from monitoring.rules.findings import ItemKind
from monitoring.rules.vocabulary import AlertGrade
from monitoring.rules.wording import amount_of_time, number
from patients.protocol.tables import Identified, ProtocolError, build, read_toml, unique_by_id
from patients.rules.vocabulary import Vocabulary

AUDITS_FILE = "audits.toml"
_SENTENCES = ("title", "standard", "numerator", "denominator", "note")


class AuditMeasure(Vocabulary):
    """How an audit judges its units; each is one function of monitoring/rules/audits.py."""

    BASELINE = "baseline", "baseline items missing on the day of the first dose"
    TESTS_IN_DATE = "tests_in_date", "items of some kinds overdue on the last day"
    ITEM_IN_DATE = "item_in_date", "one item done and in date on the last day"
    INTERVALS = "intervals", "each interval between two looks, kept or not"
    PATIENTS_INTERVALS = "patients_intervals", "patients with every interval kept"
    ALERTS = "alerts", "days from an alert to a decision"
    EXPOSURE = "exposure", "an item done by the day on which a corticosteroid rule asks for it"
    SIX_MEASURES = "six_measures", "six measures at each assessment"
    SIX_MEASURES_REPEATED = "six_measures_repeated", "days between assessments with six measures"
    QUESTIONS = "questions", "days from a question to its answer"
    SHARED_CARE = "shared_care", "who looks after the tests is recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditDefinition(Rule):
    """One service audit in words, with the few numbers that it needs beside those of the schedule.

    `target_percent` only where a source gives one. `kinds`, `items`: what is looked at. `exposure_rule`: the id of the
    corticosteroid rule that says which dose, for how long, asks for what. `within_days`: days that are still in time,
    the last one included. `grades`: of which alerts.
    """

    title: str
    standard: str
    measure: AuditMeasure
    unit: AuditUnit
    numerator: str
    denominator: str
    exclusions: tuple[str, ...] = ()
    not_judged: tuple[str, ...] = ()
    target_percent: Decimal | None = None
    kinds: tuple[ItemKind, ...] = ()
    items: tuple[str, ...] = ()
    exposure_rule: str = ""
    within_days: int | None = None
    grades: tuple[AlertGrade, ...] = ()

    @property
    def slug(self) -> str:
        """The id as it stands in an address."""
        return self.id.replace("_", "-")

    @property
    def asks_days(self) -> bool:
        """Whether the median of the days is a figure of the audit."""
        return self.measure in (AuditMeasure.ALERTS, AuditMeasure.QUESTIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAnswered:
    """A standard that audits of this kind use and that the record cannot answer, with the reason."""

    id: str
    standard: str
    why: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditsFile(FileHeader):
    audit: tuple[AuditDefinition, ...]
    not_answered: tuple[NotAnswered, ...] = ()


_NEEDS = {
    AuditMeasure.TESTS_IN_DATE: "kinds",
    AuditMeasure.INTERVALS: "kinds",
    AuditMeasure.PATIENTS_INTERVALS: "kinds",
    AuditMeasure.ITEM_IN_DATE: "items",
    AuditMeasure.EXPOSURE: "exposure_rule",
    AuditMeasure.ALERTS: "within_days",
    AuditMeasure.QUESTIONS: "within_days",
    AuditMeasure.SIX_MEASURES_REPEATED: "within_days",
}


def read_audits(folder: Path, drugs: Mapping[str, DrugMonitoring]) -> AuditsFile | None:
    """The audits of a monitoring folder with their numbers written into their words; None when it has none.

    `{within}` stands for `within_days`, `{dose}` and `{length}` for those of the corticosteroid rule. Raises
    ProtocolError.
    """
    if not (folder / AUDITS_FILE).is_file():
        return None
    found = build(AuditsFile, read_toml(folder / AUDITS_FILE), AUDITS_FILE)
    check_header(found, AUDITS_FILE)
    named: tuple[Identified, ...] = (*found.audit, *found.not_answered)
    unique_by_id(named, AUDITS_FILE)
    exposures = {rule.id: rule for drug in drugs.values() for rule in drug.exposure}
    return replace(found, audit=tuple(_written_out(audit, exposures) for audit in found.audit))


def exposure_rule(protocol: MonitoringProtocol, identity: str) -> ExposureRule:
    """The corticosteroid rule of that id; a checked audit names one that is there. Raises KeyError."""
    return {rule.id: rule for drug in protocol.drugs.values() for rule in drug.exposure}[identity]


def _written_out(audit: AuditDefinition, exposures: Mapping[str, ExposureRule]) -> AuditDefinition:
    where = f"{AUDITS_FILE}, audit {audit.id!r}"
    words: dict[str, str] = {}
    if audit.within_days is not None:
        words["within"] = amount_of_time(audit.within_days)
    if audit.exposure_rule:
        known((audit.exposure_rule,), exposures, where, "corticosteroid rule")
        rule = exposures[audit.exposure_rule]
        words |= {"dose": number(rule.milligrams_per_day), "length": amount_of_time(rule.for_days)}

    def filled(text: str) -> str:
        try:
            return text.format(**words)
        except (KeyError, IndexError, ValueError) as error:
            raise ProtocolError(f"{where}: {text!r} names a number that this audit does not have ({error})") from None

    sentences: dict[str, Any] = {name: filled(getattr(audit, name)) for name in _SENTENCES}
    lists: dict[str, Any] = {name: tuple(map(filled, getattr(audit, name))) for name in ("exclusions", "not_judged")}
    return replace(audit, **sentences, **lists)


def check_audits(protocol: MonitoringProtocol) -> None:
    """Raises ProtocolError on the first audit that names what is not there, or lacks what its measure needs."""
    for audit in () if protocol.audits is None else protocol.audits.audit:
        where = f"{AUDITS_FILE}, audit {audit.id!r}"
        if not audit.id.replace("_", "").isalnum() or audit.id != audit.id.lower():
            raise ProtocolError(f"{where}: an id is small letters, digits and _, because it stands in addresses")
        if not audit.source:
            raise ProtocolError(f"{where}: the source is empty")
        known(audit.items, protocol.items, where, "item")
        needed = _NEEDS.get(audit.measure)
        if needed and not getattr(audit, needed):
            raise ProtocolError(f"{where}: the measure {audit.measure.value!r} needs the key {needed!r}")
        if audit.measure is AuditMeasure.ITEM_IN_DATE and len(audit.items) != 1:
            raise ProtocolError(f"{where}: the measure 'item_in_date' looks at exactly one item")
        if audit.within_days is not None and audit.within_days < 1:
            raise ProtocolError(f"{where}, key 'within_days': {audit.within_days} days is not possible")
        if audit.measure is AuditMeasure.ALERTS and not audit.grades:
            raise ProtocolError(f"{where}: the measure 'alerts' needs the key 'grades'")
        if audit.target_percent is not None and not 0 < audit.target_percent <= 100:
            raise ProtocolError(f"{where}: a target lies above 0 and up to 100 percent")
