"""What the dose guard answers: one finding a message, each with its level, its reason and the facts behind it."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference, Reason
from patients.rules.vocabulary import Vocabulary


class GuardLevel(Vocabulary):
    """How much a message holds: a stop asks for a reason, a warning asks once, a note is only shown."""

    STOP = "stop", "needs a reason before it is saved"
    WARN = "warn", "warning"
    NOTE = "note", "note"


class GuardCode(Vocabulary):
    """What a message is about. The first three alone stop a dose; an infusion that was given is stopped by its amount.

    A message about something else never holds more than a warning does.
    """

    METHOTREXATE_NOT_WEEKLY = "methotrexate_not_weekly", "methotrexate more often than once a week"
    # The word is older than the drugs' own numbers. It is stored with doses and answered by the API, so it stays.
    TIMES_USUAL = "ten_times", "many times the usual dose"
    NOT_TOLERATED = "not_tolerated", "not tolerated before"
    UNAVAILABLE = "unavailable", "contraindicated or declined before"
    WITHHELD = "withheld", "withheld by an added safety rule"
    CAUTION = "caution", "caution"
    WEEKLY_NOT_STATED = "weekly_not_stated", "once a week is not stated"
    ABOVE_RANGE = "above_range", "above the printed dose"
    ABOVE_START = "above_start", "above the printed start"
    TIMES_PRESENT = "times_present", "many times the present dose"
    BELOW_RANGE = "below_range", "below the printed dose"
    DIVIDED_DOSES = "divided_doses", "divided doses"
    FREQUENCY = "frequency", "how often"
    WEEKDAY = "weekday", "weekday"
    WEEKDAY_CHANGED = "weekday_changed", "another weekday"
    ROUTE = "route", "route"
    PLANNED_AMOUNT = "planned_amount", "another amount than planned"
    CYCLE_DAYS = "cycle_days", "days of the cycle"
    CYCLE_INTERVAL = "cycle_interval", "interval between cycles"
    SAME_DRUG = "same_drug", "the same drug twice"
    SAME_CLASS = "same_class", "two drugs of one class"
    BASELINE_SCREEN = "baseline_screen", "baseline screen"
    OPEN_ALERT = "open_alert", "open alert"
    MONITORING_OVERDUE = "monitoring_overdue", "monitoring overdue"
    IN_CATALOGUE = "in_catalogue", "named in words"
    NO_DATED_WEIGHT = "no_dated_weight", "no dated weight"
    OLD_WEIGHT = "old_weight", "old weight"
    START_AHEAD = "start_ahead", "start far ahead"
    NOT_CHECKED = "not_checked", "not checked"
    NO_PRINTED_DOSE = "no_printed_dose", "no printed dose"
    ADULT_RANGES = "adult_ranges", "adult doses"
    USUAL_MAINTENANCE = "usual_maintenance", "usual maintenance dose"
    INEFFECTIVE_BEFORE = "ineffective_before", "ineffective before"
    OTHER_ROUTE = "other_route", "not tolerated by another route"
    NAMED_COMBINATION = "named_combination", "named combination"
    TWO_OF_LINE_1 = "two_of_line_1", "two first-line drugs"
    FOLIC_ACID = "folic_acid", "folic acid"
    NOT_AN_OPTION = "not_an_option", "outside the present step"
    IMMUNOGLOBULIN_ALONE = "immunoglobulin_alone", "immunoglobulin alone"
    SUDDEN_STOP = "sudden_stop", "stopped suddenly"
    SICK_DAYS = "sick_days", "sick-day rules"


STOPS = frozenset({GuardCode.METHOTREXATE_NOT_WEEKLY, GuardCode.TIMES_USUAL, GuardCode.NOT_TOLERATED})
# What is said besides the drug and its dose, in its order after them: it holds whatever the dose is.
_BESIDES = {GuardCode.OPEN_ALERT: 1, GuardCode.MONITORING_OVERDUE: 2, GuardCode.BASELINE_SCREEN: 3}
_LEVELS = {level: rank for rank, level in enumerate(GuardLevel)}
_CODES = {code: rank for rank, code in enumerate(GuardCode)}


@dataclass(frozen=True, slots=True)
class GuardFinding:
    """One message about a dose that somebody means to record.

    `place` is its own among the messages of its code, the least first. Messages of one `series` say the same of several
    days, the newest first: a page may show that one and fold the others beneath it.
    """

    code: GuardCode
    level: GuardLevel
    text: str
    facts: tuple[FactReference, ...]
    reason: Reason
    place: tuple[int, ...] = ()
    series: str = ""

    @property
    def fingerprint(self) -> str:
        """Stands for the message as it was shown: another dose, weight or rule gives another one."""
        said = "\n".join((self.code.value, self.level.value, self.text, self.reason.rule_id))
        return sha256(said.encode()).hexdigest()[:16]


def stops(findings: Iterable[GuardFinding]) -> tuple[GuardFinding, ...]:
    """Those that need a reason before anything is saved."""
    return tuple(finding for finding in findings if finding.level is GuardLevel.STOP)


def holding(findings: Iterable[GuardFinding]) -> tuple[GuardFinding, ...]:
    """Those that must be seen before a person saves: all but the notes."""
    return tuple(finding for finding in findings if finding.level is not GuardLevel.NOTE)


def in_order(findings: Iterable[GuardFinding]) -> tuple[GuardFinding, ...]:
    """What is said of the drug and its dose first, the gravest first; then open alerts, then tests that are overdue or
    missing. The record's rows do not set the order, and the same message stands only once.

    Of two that say the same of different rows it is the one of the first row by id.
    """
    last_first = sorted(
        findings, key=lambda each: [(fact.kind, entry_order(fact.id)) for fact in each.facts], reverse=True
    )
    by_words = {_order(each): each for each in last_first}
    return tuple(by_words[key] for key in sorted(by_words))


def _order(each: GuardFinding) -> tuple[int, int, int, tuple[int, ...], str, str]:
    besides = _BESIDES.get(each.code, 0)
    return (besides, _LEVELS[each.level], _CODES[each.code], each.place, each.text, each.reason.rule_id)
