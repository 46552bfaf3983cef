"""When each item was done, by the day of the sample and never by the day of the report.

Only results sampled on or before `as_of` are seen. A number that is asked for must have a value: words alone ("sample
clotted") do not answer it; an item in words needs either. A result with neither answers nothing.
"""

from collections.abc import Collection
from datetime import date

from monitoring.protocol.definitions import MonitoringProtocol, ResultType
from monitoring.rules import wording
from monitoring.rules.record import MonitoringRecord, Result, RiskAssessment
from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference

Done = tuple[date, FactReference]
_ON_THE_RECORD = ("weight", "height", "taper_checkpoint")
_NO_ROWS: dict[date, tuple[str, str]] = {}


class Samples:
    """The results of one patient as of a day, found by analyte and by item."""

    __slots__ = (
        *("_analyte_days", "_as_of", "_decisions", "_item_days", "_last", "_patient", "_protocol", "_references"),
        *("_risk", "_rows"),
    )

    def __init__(self, record: MonitoringRecord, protocol: MonitoringProtocol, as_of: date) -> None:
        self._protocol = protocol
        self._as_of = as_of
        self._patient = record.treatment.patient
        self._decisions = [each for course in record.treatment.courses for each in course.taper_decisions]
        self._risk: tuple[RiskAssessment, ...] = record.risk
        self._rows: dict[str, list[Result]] = {}
        self._analyte_days: dict[str, dict[date, tuple[str, str]]] = {}
        self._item_days: dict[str, Collection[date]] = {}
        self._last: dict[str, date | None] = {}
        self._references: dict[tuple[str, date], FactReference] = {}
        for result in record.results:
            if result.sampled_on <= as_of and (result.value is not None or self._answers_in_words(result)):
                rows = self._rows.get(result.analyte)
                if rows is None:
                    self._rows[result.analyte] = [result]
                else:
                    rows.append(result)

    def last_day(self, item: str) -> date | None:
        """The last day on which the item was done."""
        if item not in self._last:
            self._last[item] = max(self._days(item), default=None)
        return self._last[item]

    def latest(self, item: str) -> Done | None:
        """The last day on which the item was done, with the row that shows it."""
        last = self.last_day(item)
        return None if last is None else (last, self.reference(item, last))

    def days_from(self, item: str, earliest: date) -> list[date]:
        """Every day on or after `earliest` on which the item was done, in order."""
        return sorted(day for day in self._days(item) if day >= earliest)

    def rows(self, analyte: str) -> list[Result]:
        """The results of one analyte that answer something, oldest first."""
        return sorted(self._rows.get(analyte, ()), key=_by_day)

    def reference(self, item: str, on: date) -> FactReference:
        """The row behind a day on which the item was done."""
        found = self._references.get((item, on))
        if found is None:
            kind, identity = self._row_behind(item, on)
            found = FactReference(kind, identity, wording.last_done_label(self._protocol.items[item].name, on))
            self._references[item, on] = found
        return found

    def _answers_in_words(self, result: Result) -> bool:
        analyte = self._protocol.analytes.get(result.analyte)
        return bool(result.text) and (analyte is None or analyte.result_type is ResultType.TEXT)

    def _days(self, item: str) -> Collection[date]:
        found = self._item_days.get(item)
        if found is None:
            known = self._protocol.items[item]
            alternatives = known.satisfied_by
            found = self._days_of_all(alternatives[0]) if alternatives else ()
            if known.by_risk_assessment:
                found = {one.on for one in self._risk if one.on <= self._as_of}
            for alternative in alternatives[1:]:
                others = self._days_of_all(alternative)
                if others:
                    found = {*found, *others}
            self._item_days[item] = found
        return found

    def _days_of_all(self, analytes: tuple[str, ...]) -> Collection[date]:
        """The days on which all of the analytes were seen."""
        days: Collection[date] = self._rows_by_day(analytes[0])
        for analyte in analytes[1:]:
            if not days:
                return ()
            days = self._rows_by_day(analyte).keys() & days
        return days

    def _rows_by_day(self, analyte: str) -> dict[date, tuple[str, str]]:
        """Kind and id of the row for each day; of several of one day the one entered first."""
        found = self._analyte_days.get(analyte)
        if found is None:
            rows = self._rows.get(analyte, ())
            if not rows and analyte not in _ON_THE_RECORD:
                return _NO_ROWS
            found = {row.sampled_on: ("result", row.id) for row in rows}
            if len(found) < len(rows):
                ordered = sorted(rows, key=_by_day, reverse=True)
                found = {row.sampled_on: ("result", row.id) for row in ordered}
            kind = "taper_decision" if analyte == "taper_checkpoint" else analyte
            for identity, on in sorted(self._measures(analyte), key=lambda each: entry_order(each[0])):
                if on <= self._as_of:
                    found.setdefault(on, (kind, identity))
            self._analyte_days[analyte] = found
        return found

    def _measures(self, analyte: str) -> list[tuple[str, date]]:
        """Weights and heights on the patient's record answer the items of that name, and decisions a checkpoint."""
        if analyte == "taper_checkpoint":
            return [(decision.id, decision.on) for decision in self._decisions]
        if analyte == "weight":
            return [(weight.id, weight.on) for weight in self._patient.weights]
        if analyte == "height":
            return [(height.id, height.on) for height in self._patient.heights]
        return []

    def _row_behind(self, item: str, on: date) -> tuple[str, str]:
        """The row of the first analyte of the first alternative that was seen in full on the day."""
        if self._protocol.items[item].by_risk_assessment:
            return "risk_assessment", min((one.id for one in self._risk if one.on == on), key=entry_order)
        for alternative in self._protocol.items[item].satisfied_by:
            if all(on in self._rows_by_day(analyte) for analyte in alternative):
                return self._rows_by_day(alternative[0])[on]
        raise LookupError(f"{item} was not done on {on}")


def _by_day(row: Result) -> tuple[date, tuple[int, str]]:
    return (row.sampled_on, entry_order(row.id))
