"""What long corticosteroid treatment asks for, item by item: due, done, or not asked for yet and why."""

from dataclasses import dataclass

from monitoring.protocol.definitions import ExposureRule, MonitoringProtocol
from monitoring.rules import wording_doses
from monitoring.rules.demands import Chart
from monitoring.rules.findings import DueFinding, MonitoringFindings
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.samples import Done, Samples
from monitoring.rules.steroid import exposure, runs


@dataclass(frozen=True, slots=True)
class SteroidItem:
    """One item of the long-term rules. `due` None: nothing is asked for as of the day, and `why_not` says why."""

    item: str
    name: str
    due: DueFinding | None
    last_done: Done | None
    why_not: str
    source: str


def steroid_items(
    record: MonitoringRecord, findings: MonitoringFindings, protocol: MonitoringProtocol, drug: str
) -> tuple[SteroidItem, ...]:
    """The items that the drug's rules by dose and duration, and its repeated tests, ask for, in the file's order."""
    rules = protocol.drugs.get(drug)
    if rules is None:
        return ()
    chart = Chart(record, protocol, findings.as_of, Samples(record, protocol, findings.as_of))
    due = {one.item: one for one in reversed(findings.due)}
    by_item: dict[str, list[ExposureRule]] = {}
    for rule in rules.exposure:
        for item in rule.items:
            by_item.setdefault(item, []).append(rule)
    repeated = {item: rule for rule in rules.repeat for item in rule.items}
    found = []
    for item, asked in by_item.items():
        last = chart.samples.latest(item)
        why_not = "" if item in due or last is not None else _not_yet(chart, asked)
        found.append(_standing(protocol, item, due.get(item), last, why_not, asked[0].source))
    for item, again in repeated.items():
        last = chart.samples.latest(item)
        found.append(_standing(protocol, item, due.get(item), last, "", again.source))
    return tuple(found)


def _standing(
    protocol: MonitoringProtocol, item: str, due: DueFinding | None, last: Done | None, why_not: str, source: str
) -> SteroidItem:
    return SteroidItem(item, protocol.items[item].name, due, last, why_not, source)


def _not_yet(chart: Chart, rules: list[ExposureRule]) -> str:
    """How far the present run of days is from each limit."""
    return "; ".join(
        wording_doses.exposure_short_of(rule.milligrams_per_day, rule.for_days, _so_far(chart, rule)) for rule in rules
    )


def _so_far(chart: Chart, rule: ExposureRule) -> int:
    found = runs(exposure(chart), rule)
    if not found or found[-1].to_on is not None:
        return 0
    return found[-1].days(chart.as_of)
