"""Results as a page shows them: each with its name, the bands it lies in, and how it was corrected."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.entered import above_its_limit
from monitoring.rules.enzymes import enzymes_as_results
from monitoring.rules.findings import ThresholdFinding
from monitoring.rules.levels import days_since_stop, taken_on
from monitoring.rules.record import MonitoringRecord, Result
from monitoring.rules.thresholds import flag
from monitoring.rules.units import conversion_in_words
from monitoring.selectors import Correction
from patients.rules.entry_order import entry_order
from patients.rules.reasons import Truth
from tracker.presenters.corrections import correction_words


@dataclass(frozen=True, slots=True)
class ResultShown:
    """A result with its analyte's name and the bands of the protocol that it lies in."""

    result: Result
    name: str
    flags: tuple[ThresholdFinding, ...]
    above_limit: bool
    in_own_unit: str = ""
    corrected: tuple[str, ...] = ()

    @property
    def needs_action(self) -> bool:
        """Whether it lies in a band that asks for action."""
        return any(flag.truth is Truth.TRUE for flag in self.flags)

    @property
    def is_out_of_range(self) -> bool:
        """Above its limit, in a band that asks for action, or in one of which that cannot be told."""
        return bool(self.flags) or self.above_limit


def results_shown(
    results: Iterable[Result], record: MonitoringRecord, protocol: MonitoringProtocol, as_of: date
) -> tuple[ResultShown, ...]:
    """These results in their order, each read beside everything sampled up to the day."""
    seen = [result for result in record.results if result.sampled_on <= as_of]
    beside = [*seen, *enzymes_as_results(record.treatment.patient.assessments, as_of)]
    shown = []
    for result in results:
        analyte = protocol.analytes.get(result.analyte)
        courses, day = record.treatment.courses, result.sampled_on
        taken = {course.drug for course in taken_on(courses, day)}
        flags = flag(result, protocol, others=beside, drugs=taken, stopped=days_since_stop(courses, day))
        own = conversion_in_words(analyte, result.value, result.comparator, result.unit) if analyte else ""
        name = analyte.name if analyte else result.analyte
        shown.append(ResultShown(result, name, flags, above_its_limit(result), own))
    return tuple(shown)


def urgent_results(record: MonitoringRecord, protocol: MonitoringProtocol, as_of: date) -> tuple[ResultShown, ...]:
    """The newest result of each analyte that lies in a band which asks for action, the newest first."""
    shown = results_shown(newest_of_each(record.results, as_of), record, protocol, as_of)
    asking = [row for row in shown if row.needs_action]
    return tuple(sorted(asking, key=lambda row: (row.result.sampled_on, row.name), reverse=True))


def newest_of_each(results: Iterable[Result], as_of: date) -> list[Result]:
    """The newest result of each analyte sampled up to the day."""
    newest: dict[str, Result] = {}
    for result in sorted(results, key=lambda result: (result.sampled_on, entry_order(result.id))):
        if result.sampled_on <= as_of:
            newest[result.analyte] = result
    return list(newest.values())


def corrections_told(
    corrections: Mapping[int, Sequence[Correction]], zone: str
) -> Callable[[ResultShown], ResultShown]:
    """Adds to a result what stood before it was corrected; `corrections` by the id of the result that stands now."""
    words = {str(pk): tuple(correction_words(step, zone) for step in steps) for pk, steps in corrections.items()}

    def told(row: ResultShown) -> ResultShown:
        return replace(row, corrected=words.get(row.result.id, ()))

    return told
