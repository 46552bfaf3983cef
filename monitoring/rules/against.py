"""What on the record speaks against starting or raising a drug on the day of deciding: open alerts, and monitoring that
is overdue.

It adds no definition of its own: which alerts are open and what is overdue is handed in as the record says it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from monitoring.rules.findings import DueFinding, DueStatus, ItemKind
from monitoring.rules.vocabulary import AlertGrade
from patients.rules.reasons import FactReference, Predicate, Reason, Truth
from patients.rules.wording import display_date, joined
from regimens.rules.guard_findings import GuardCode, GuardFinding, GuardLevel, in_order

# What looks at the patient. An infusion or a taper step that is late is treatment, and an action is no test.
_LOOKS = frozenset({ItemKind.TEST, ItemKind.TROUGH, ItemKind.OBSERVATION, ItemKind.SCREEN})
_GRADES = {grade: rank for rank, grade in enumerate(AlertGrade)}


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An alert that is not closed: how soon it needs a person, what it says, of which day, and what it rests on.

    `test` is the key of the test whose result raised it, "" for what no result raised.
    """

    grade: AlertGrade
    on: date
    text: str
    about: FactReference
    reason: Reason
    test: str = ""


def against_findings(alerts: Iterable[OpenAlert], due: Iterable[DueFinding]) -> tuple[GuardFinding, ...]:
    """One warning for each open alert, and one for each drug and day since when something of it is overdue.

    Alerts by their grade and the newest first, those of one test and grade as one series; the longest overdue first.
    `due` is what the schedule finds for the day of deciding. What is paused, snoozed, or waits for the result of a
    sample is not overdue there, and so not here.
    """
    overdue: dict[tuple[str, date], list[DueFinding]] = {}
    for one in due:
        if one.status is DueStatus.OVERDUE and one.kind in _LOOKS:
            overdue.setdefault((one.driver.drug_name, one.due_on), []).append(one)
    late = [_overdue(drug, since, items) for (drug, since), items in overdue.items()]
    return in_order([*map(_open_alert, alerts), *late])


def _open_alert(alert: OpenAlert) -> GuardFinding:
    words = f"open alert ({alert.grade.label}) of {display_date(alert.on)}: {alert.text}"
    place = (_GRADES[alert.grade], -alert.on.toordinal())
    series = f"{alert.grade.value}:{alert.test or alert.reason.rule_id}"
    return GuardFinding(GuardCode.OPEN_ALERT, GuardLevel.WARN, words, (alert.about,), alert.reason, place, series)


def _overdue(drug: str, since: date, items: Sequence[DueFinding]) -> GuardFinding:
    """The items of one drug that were due on one day; the reason is that of the first by name, with each one's last."""
    ordered = sorted(items, key=lambda one: (one.name, one.occasion))
    names = joined(tuple(dict.fromkeys(one.name for one in ordered)), "and")
    words = f"monitoring of {drug} overdue since {display_date(since)}: {names}"
    driver = ordered[0].driver
    facts = tuple(dict.fromkeys([driver.course, *(one.last_done_by for one in ordered if one.last_done_by)]))
    predicates = tuple(_last_done(one) for one in ordered)
    reason = Reason(
        driver.reason.rule_id,
        driver.reason.text,
        driver.reason.kind,
        driver.reason.source,
        driver.reason.protocol_version,
        (*driver.reason.predicates, *predicates),
    )
    return GuardFinding(GuardCode.MONITORING_OVERDUE, GuardLevel.WARN, words, facts, reason, (since.toordinal(),))


def _last_done(one: DueFinding) -> Predicate:
    if one.last_done_on is None:
        return Predicate(f"{one.name}: nothing is recorded", Truth.FALSE)
    facts = (one.last_done_by,) if one.last_done_by else ()
    return Predicate(f"{one.name}: last recorded on {display_date(one.last_done_on)}", Truth.FALSE, facts)
