"""What would be due on other days, and which results would be read differently, between two schedules."""

from collections.abc import Iterator
from datetime import date

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.findings import DueFinding, MonitoringFindings
from monitoring.rules.levels import days_since_stop, taken_on
from monitoring.rules.record import MonitoringRecord, Result
from monitoring.rules.thresholds import flag
from monitoring.rules.wording import span
from patients.rules.entry_order import entry_order
from patients.rules.wording import display_date
from regimens.rules.comparison import Aspect, Difference, listed

__all__ = ["Aspect", "Difference", "differences", "result_differences"]


def differences(old: MonitoringFindings, new: MonitoringFindings) -> tuple[Difference, ...]:
    """Items that come, go, or are due on another day, for another drug, at another interval or status."""
    return tuple(listed(Aspect.DUE, map(_due, old.due), map(_due, new.due)))


def result_differences(
    record: MonitoringRecord, old: MonitoringProtocol, new: MonitoringProtocol, as_of: date
) -> tuple[Difference, ...]:
    """Newest results that ask for action under one protocol and not, or otherwise, under the other."""
    read_alike = (old.thresholds, old.muscle, old.analytes) == (new.thresholds, new.muscle, new.analytes)
    if read_alike and _after_stop(old) == _after_stop(new):
        return ()
    return tuple(listed(Aspect.RESULTS, _asking(record, old, as_of), _asking(record, new, as_of)))


def _due(found: DueFinding) -> tuple[str, str]:
    driver = found.driver
    words = [display_date(found.due_on), f"for {driver.drug_name}", found.status.label]
    if driver.interval_days is not None:
        words.insert(2, f"every {span(driver.interval_days)}")
    if found.detail:
        words.append(found.detail)
    return f"{found.name} ({found.occasion})" if found.occasion else found.name, ", ".join(words)


def _after_stop(protocol: MonitoringProtocol) -> tuple[int, dict[str, int | None]]:
    """For how long limits hold after a stop: of every drug, and of each."""
    own = {identity: drug.limits_after_stop_days for identity, drug in protocol.drugs.items()}
    return protocol.raising.limits_after_stop_days, own


def _newest(record: MonitoringRecord, as_of: date) -> list[Result]:
    """The last result of each analyte: older ones have been acted on, or will not be."""
    found: dict[str, Result] = {}
    for result in sorted(record.results, key=lambda result: (result.sampled_on, entry_order(result.id))):
        if result.sampled_on <= as_of:
            found[result.analyte] = result
    return list(found.values())


def _asking(record: MonitoringRecord, protocol: MonitoringProtocol, as_of: date) -> Iterator[tuple[str, str]]:
    for result in _newest(record, as_of):
        taken = {course.drug for course in taken_on(record.treatment.courses, result.sampled_on)}
        stopped = days_since_stop(record.treatment.courses, result.sampled_on)
        for found in flag(result, protocol, others=record.results, drugs=taken, stopped=stopped):
            analyte = protocol.analytes[result.analyte]
            yield f"{analyte.name} of {display_date(result.sampled_on)}", f"{found.text}: {found.action}"
