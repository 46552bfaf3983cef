"""The audit of the pathway's questions: how long each waited for an answer.

A question counts once, from the day on which it is first put until it no longer arises. When it is put is worked out
again from the record, by days on which the facts were true: the same rules put it on the record page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from monitoring.protocol.audits import AuditDefinition
from monitoring.rules.audit_answers import answered, unanswered
from monitoring.rules.audit_case import AuditCase, excluded, judged, unjudged
from monitoring.rules.audit_findings import AuditOutcome, Judgement
from monitoring.rules.status import days_after
from monitoring.rules.wording import amount_of_time
from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference
from patients.rules.wording import display_date
from regimens.rules.pathway import evaluate
from regimens.rules.record import Review, TreatmentRecord
from regimens.rules.vocabulary import PromptCode

_Key = tuple[PromptCode, str]


@dataclass(slots=True)
class _Asked:
    """A question from the day it was first put to the first day on which it no longer arose (None: it still does)."""

    key: _Key
    since: date
    gone_on: date | None = None

    def took_in(self, given: "_Given") -> bool:
        """Whether the answer was given while the question was put, the day on which it went included.

        An answer whose outcome or milestone is dated back ends the question on that earlier day, and is no earlier.
        """
        review, ends_on = given.review, given.ends_on
        in_time = self.since <= ends_on and (self.gone_on is None or ends_on <= self.gone_on)
        return (review.prompt, review.subject) == self.key and in_time


@dataclass(frozen=True, slots=True)
class _Given:
    """An answer, and the day from which what it recorded counts: its own, or an earlier one."""

    review: Review
    ends_on: date


def question_answers(audit: AuditDefinition, case: AuditCase) -> Iterator[Judgement]:
    """Each question that was first put in the period: how many days until somebody answered it."""
    asked = _asked(audit, case)
    given = _given(case)
    for one in sorted(asked, key=lambda one: (one.since, one.key)):
        if case.period.holds(one.since):
            yield _question(audit, case, one, next((row.review for row in given if one.took_in(row)), None))
    alone: set[tuple[_Key, date]] = set()
    for row in given:
        review = row.review
        place = ((review.prompt, review.subject), review.on)
        if case.period.holds(review.on) and place not in alone and not any(one.took_in(row) for one in asked):
            alone.add(place)
            yield _answered_at_once(audit, case, row)


def _given(case: AuditCase) -> list[_Given]:
    """The answers up to `as_of`, the first given first."""
    treatment = case.record.treatment
    outcomes = {outcome.id: outcome.on for course in treatment.courses for outcome in course.outcomes}
    milestones = {milestone.id: milestone.on for milestone in treatment.milestones}
    rows = sorted(
        (row for row in treatment.reviews if row.on <= case.period.as_of), key=lambda row: (row.on, entry_order(row.id))
    )
    return [
        _Given(row, min(row.on, outcomes.get(row.outcome, row.on), milestones.get(row.milestone, row.on)))
        for row in rows
    ]


def _question(audit: AuditDefinition, case: AuditCase, asked: _Asked, answer: Review | None) -> Judgement:
    key, unit = _named(asked.key, asked.since)
    begun = f"put on {display_date(asked.since)}"
    if answer is not None:
        word = answer.answer.label
        return answered(audit, case, asked.since, answer.on, begun, word, key=key, unit=unit, facts=_fact(answer))
    if asked.gone_on is None:
        return unanswered(audit, case, asked.since, f"{begun}, not answered", key=key, unit=unit, facts=())
    within = audit.within_days or 0
    text = f"{begun}, no longer arose on {display_date(asked.gone_on)}"
    if (asked.gone_on - asked.since).days <= within:
        return excluded(audit, case, "no longer arose before the time was over", text, key=key, unit=unit)
    text = f"{text}, after more than {amount_of_time(within)} without an answer"
    return judged(audit, case, AuditOutcome.NOT_MET, text, key=key, unit=unit, decided_on=asked.gone_on)


def _answered_at_once(audit: AuditDefinition, case: AuditCase, given: _Given) -> Judgement:
    """An answer to a question that the record does not put any more, not even on the day before.

    Accepting records an outcome or a milestone, and with that the question is gone on the day on which it came. Any
    other answer leaves it standing: then the facts behind it were corrected since. And what was recorded for an earlier
    day hides since when the question was put.
    """
    review = given.review
    key, unit = _named((review.prompt, review.subject), review.on)
    if given.ends_on < review.on:
        text = f"{review.answer.label} on {display_date(review.on)}, with effect from {display_date(given.ends_on)}"
        return unjudged(audit, case, "since when the question was put is not known any more", text, key=key, unit=unit)
    if review.outcome or review.milestone:
        begun, word = f"put on {display_date(review.on)}", review.answer.label
        return answered(audit, case, review.on, review.on, begun, word, key=key, unit=unit, facts=_fact(review))
    text = f"{review.answer.label} on {display_date(review.on)}; what it rested on was corrected since"
    return unjudged(audit, case, "what the question rested on was corrected since", text, key=key, unit=unit)


def _named(key: _Key, since: date) -> tuple[str, str]:
    code, subject = key
    return f"question:{code.value}:{subject}:{since.isoformat()}", f"{code.label} (put on {display_date(since)})"


def _fact(review: Review) -> tuple[FactReference, ...]:
    return (FactReference("review", review.id, f"{review.answer.label} on {display_date(review.on)}"),)


def _asked(audit: AuditDefinition, case: AuditCase) -> list[_Asked]:
    """The questions put on the first day of the period or later, as far as their answers are waited for.

    A question arises, and goes, when a fact comes or when time has passed. On days of facts it is looked for as it is;
    between two of them, where only time passes, its day is found by halving.
    """
    period = case.period
    last = min(period.as_of, days_after(period.end, (audit.within_days or 0) + 1))
    asker = _Asker(case)
    before = days_after(period.from_on, -1)
    running = {key: _Asked(key, before) for key in asker.put_on(before)}
    found: list[_Asked] = []
    starts = sorted({period.from_on, *_days_of_facts(case.record.treatment)})
    starts = [day for day in starts if period.from_on <= day <= last]
    for place, start in enumerate(starts):
        end = starts[place + 1] - timedelta(1) if place + 1 < len(starts) else last
        for day in dict.fromkeys((start, end)):
            now = asker.put_on(day)
            for key in [key for key in running if key not in now]:
                gone = running.pop(key)
                gone.gone_on = asker.turned_on(key, start, day, put=False)
                found.append(gone)
            for key in sorted(now - running.keys()):
                running[key] = _Asked(key, asker.turned_on(key, start, day, put=True))
    return [*found, *running.values()]


class _Asker:
    """Which questions the rules put on a day, answered or not, by code and subject; each day is worked out once."""

    def __init__(self, case: AuditCase) -> None:
        self._case = case
        self._put: dict[date, frozenset[_Key]] = {}

    def put_on(self, day: date) -> frozenset[_Key]:
        found = self._put.get(day)
        if found is None:
            prompts = evaluate(self._case.record.treatment, self._case.pathway, day).prompts
            found = self._put[day] = frozenset((prompt.code, prompt.subject) for prompt in prompts)
        return found

    def turned_on(self, key: _Key, start: date, day: date, *, put: bool) -> date:
        """The first day from `start` on, `day` at the latest, on which it is put (or no longer), as it is on `day`."""
        low, high = days_after(start, -1), day
        while (high - low).days > 1:
            middle = low + (high - low) // 2
            if (key in self.put_on(middle)) == put:
                high = middle
            else:
                low = middle
        return high


def _days_of_facts(record: TreatmentRecord) -> set[date]:
    """Every day on which something recorded begins or ends to count for the pathway."""
    patient = record.patient
    days = {row.on for row in patient.weights} | {row.on for row in patient.heights}
    days |= {row.on for row in patient.assessments} | {row.on for row in record.milestones}
    days |= {row.on for row in patient.autoantibodies if row.on is not None}
    for condition in patient.conditions:
        days.add(condition.from_on)
        if condition.to_on is not None:
            days.add(days_after(condition.to_on, 1))
    for course in record.courses:
        days.add(course.start_on)
        if course.stop_on is not None:
            days.add(course.stop_on)
        days |= {row.from_on for row in course.doses} | {row.on for row in course.outcomes}
        days |= {row.first_on for row in course.infusions} | {row.on for row in course.taper}
        days |= {row.on for row in course.taper_decisions}
    if patient.person.status_on is not None:
        days.add(patient.person.status_on)
    return days
