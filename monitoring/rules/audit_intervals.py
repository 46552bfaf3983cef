"""The audit of the intervals between repeated tests: each one that ended, was given up, or is overdue.

What is asked for once hides nothing here: a test that was never done before the first dose is still wanted at its first
interval, and late for it.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from monitoring.protocol.audits import AuditDefinition
from monitoring.rules.audit_case import AuditCase, cannot_tell, excluded, judged, looked_after_elsewhere, unjudged
from monitoring.rules.audit_findings import AuditOutcome, Judgement
from monitoring.rules.findings import DueFinding
from monitoring.rules.merge import window_of
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.samples import Samples
from monitoring.rules.schedule import evaluate
from monitoring.rules.status import days_after
from monitoring.rules.wording import span
from patients.rules.reasons import FactReference
from patients.rules.wording import display_date

_ASKED_ONCE = "asked for once, not at an interval"
_PAUSED = "monitoring was paused"


def intervals(audit: AuditDefinition, case: AuditCase) -> tuple[Judgement, ...]:
    """Each interval that came to its end in the period, or is overdue on its last day.

    It ends with a look, judged on its day as if nothing of that day had come yet, by the schedule in force on that day;
    or without one, on the day on which a test that was overdue is no longer asked for.
    """
    kinds = tuple(kind.value for kind in audit.kinds)
    if kinds not in case.intervals:
        judge = _Intervals(audit, case)
        case.intervals[kinds] = (*judge.ended_by_a_look(), *judge.given_up(), *judge.still_overdue())
    return case.intervals[kinds]


def ended_intervals(audit: AuditDefinition, case: AuditCase) -> tuple[Judgement, ...]:
    """Those of `intervals` that ended, with a look or without one.

    Left out are what is overdue still, and the looks that were asked for once: to tell those takes as long again.
    """
    judge = _Intervals(audit, case)
    return (*judge.ended_by_a_look(name_once=False), *judge.given_up())


class _Intervals:
    """The intervals of one patient, with the record as it stood before each day that matters."""

    def __init__(self, audit: AuditDefinition, case: AuditCase) -> None:
        self._audit, self._case = audit, case
        self._rows = sorted(case.record.results, key=lambda row: row.sampled_on)
        self._days = [row.sampled_on for row in self._rows]
        self._samples = Samples(case.record, case.monitoring, case.period.end)
        self._looks: dict[date, list[str]] = defaultdict(list)
        for known in case.monitoring.items.values():
            if known.kind in audit.kinds:
                for day in self._samples.days_from(known.id, case.period.from_on):
                    self._looks[day].append(known.id)

    def ended_by_a_look(self, *, name_once: bool = True) -> Iterator[Judgement]:
        """`name_once`: with a line for each look at what was asked for once, which no interval ends with."""
        for day in sorted(self._looks):
            before = self._before(day)
            repeating = self._asked(before, day)
            once: set[str] | None = None
            for item in self._looks[day]:
                due = repeating.get(item)
                if due is not None:
                    if not _begins_today(due, day):
                        yield self._ended(due, before, day, self._samples.reference(item, day))
                    continue
                if not name_once:
                    continue
                if once is None:
                    once = {one.item for one in evaluate(before, self._case.monitoring, day).due}
                if item in once:
                    name = self._case.monitoring.items[item].name
                    key, unit = f"{item}:{day.isoformat()}", f"{name} of {display_date(day)}"
                    yield excluded(self._audit, self._case, _ASKED_ONCE, key=key, unit=unit)

    def given_up(self) -> Iterator[Judgement]:
        """What was overdue until something other than a look ended it: a stop, a decision, the end of care."""
        for day in sorted(_days_of_endings(self._case.record)):
            if not self._case.period.holds(day):
                continue
            before, day_before = self._before(day), days_after(day, -1)
            late = {item: due for item, due in self._asked(before, day_before).items() if due.days_overdue > 0}
            if not late:
                continue
            after = self._asked(before, day)
            for item, due in late.items():
                ends_by_a_look = item in self._looks.get(day, ()) and item in after
                still_late = item in after and after[item].days_overdue > 0
                if not ends_by_a_look and not still_late:
                    key, unit = f"{item}:{day.isoformat()}:no-longer", f"{due.name}, due on {display_date(due.due_on)}"
                    how = f"not done before {display_date(day)}, when it was no longer asked for"
                    yield self._not_done(due, before, day_before, how, key=key, unit=unit)

    def still_overdue(self) -> Iterator[Judgement]:
        end = self._case.period.end
        for due in self._asked(self._case.record, end).values():
            if due.days_overdue > 0:
                key, unit = f"{due.item}:open", f"{due.name}, due on {display_date(due.due_on)}"
                how = f"not done by {display_date(end)}"
                yield self._not_done(due, self._case.record, end, how, key=key, unit=unit)

    def _ended(self, due: DueFinding, before: MonitoringRecord, day: date, row: FactReference) -> Judgement:
        key, unit = f"{due.item}:{day.isoformat()}", f"{due.name} of {display_date(day)}"
        if due.days_overdue == 0:
            text = f"{_asked(due)}, done in time on {display_date(day)}"
            return judged(
                self._audit,
                self._case,
                AuditOutcome.MET,
                text,
                key=key,
                unit=unit,
                facts=(row,),
                decided_on=day,
                days=0,
            )
        if self._was_paused(due, before, day):
            return excluded(self._audit, self._case, _PAUSED, key=key, unit=unit)
        how = f"done {_days(due.days_overdue)} late on {display_date(day)}"
        return self._late(due, how, due.days_overdue, (row,), key=key, unit=unit)

    def _not_done(
        self, due: DueFinding, record: MonitoringRecord, day: date, how: str, *, key: str, unit: str
    ) -> Judgement:
        if self._was_paused(due, record, day):
            return excluded(self._audit, self._case, _PAUSED, key=key, unit=unit)
        why = cannot_tell(due)
        taken_on = due.sample_taken_on
        if taken_on is not None and taken_on > self._last_day(due) and not looked_after_elsewhere(due):
            late = (taken_on - due.due_on).days
            how, why = f"a sample on its way since {display_date(taken_on)}, {_days(late)} late", ""
        if why:
            return unjudged(self._audit, self._case, why, key=key, unit=unit)
        facts = () if due.last_done_by is None else (due.last_done_by,)
        return self._late(due, how, due.days_overdue, facts, key=key, unit=unit)

    def _late(
        self, due: DueFinding, how: str, days: int, facts: tuple[FactReference, ...], *, key: str, unit: str
    ) -> Judgement:
        return judged(
            self._audit,
            self._case,
            AuditOutcome.NOT_MET,
            f"{_asked(due)}, {how}",
            key=key,
            unit=unit,
            facts=facts,
            decided_on=due.due_on,
            days=days,
        )

    def _was_paused(self, due: DueFinding, record: MonitoringRecord, day: date) -> bool:
        """Whether it became overdue in a pause that held until the day, or ended no more than the days of grace before.

        A pause that is begun when it is overdue already excuses nothing.
        """
        back_on = overdue_on = days_after(self._last_day(due), 1)
        if not any(one.from_on <= overdue_on < max(one.until, one.ended_on or one.until) for one in record.pauses):
            return False
        while back_on <= day:
            then = self._asked(record, back_on).get(due.item)
            if then is None or then.paused_until is None:
                break
            back_on = then.paused_until
        return back_on > overdue_on and day <= days_after(back_on, self._grace(due))

    def _asked(self, record: MonitoringRecord, day: date) -> dict[str, DueFinding]:
        """What of the kinds is asked for at an interval on the day, by item."""
        found = evaluate(record, self._case.monitoring, day, only_repeating=True).due
        return {due.item: due for due in found if due.kind in self._audit.kinds}

    def _before(self, day: date) -> MonitoringRecord:
        return replace(self._case.record, results=tuple(self._rows[: bisect_left(self._days, day)]))

    def _grace(self, due: DueFinding) -> int:
        return window_of(self._case.monitoring, self._case.monitoring.items[due.item]).grace_days

    def _last_day(self, due: DueFinding) -> date:
        """The last day on which it was not overdue yet."""
        return days_after(due.due_on, self._grace(due))


def _days_of_endings(record: MonitoringRecord) -> set[date]:
    """Days on which a test may no longer be asked for, or only later, without having been done."""
    days = {one.stop_on for one in record.treatment.courses if one.stop_on is not None}
    days |= {one.made_on for one in record.waivers} | {one.from_on for one in record.overrides}
    days |= {one.on for one in record.risk}
    left_on = record.treatment.patient.person.status_on
    return days if left_on is None else {*days, left_on}


def _begins_today(due: DueFinding, day: date) -> bool:
    """Whether no day of the interval has passed yet: a look on the day of the start ends none."""
    return due.driver.interval_days is not None and due.due_on == days_after(day, due.driver.interval_days)


def _asked(due: DueFinding) -> str:
    return f"asked for every {span(due.driver.interval_days or 0)}, due on {display_date(due.due_on)}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
