"""The newest result of each test as a letter ranks them: what asks for something first, what is in range in one line.

A number is only called in range when a limit of the protocol or of the laboratory speaks about it; without one that is
said. It changed when it stands otherwise to its limits than the sample before, or was found in other words: two numbers
within their limits always differ a little, and a trend that matters is a finding of the protocol.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils.translation import gettext as _

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.alerts import ResultReading, read_results
from monitoring.rules.entered import above_its_limit
from monitoring.rules.record import MonitoringRecord, Result
from monitoring.rules.vocabulary import AlertGrade
from patients.rules.entry_order import entry_order
from patients.rules.reasons import Truth
from tracker import display
from tracker.letters.room import Keeper
from tracker.letters.runs import Line, strong_in
from tracker.presenters.record_values import newest_of_each

# What a practice looks for as one line, however long ago; each is an analyte of the protocol.
VACCINES = ("influenza_vaccine", "pneumococcal_vaccine", "shingles_vaccine")
_PRESSING = (AlertGrade.URGENT, AlertGrade.ACTION, AlertGrade.LOOK)


@dataclass(frozen=True, slots=True)
class Told:
    """One result in words: `said` is its test and value or finding, or what a limit says of them.

    `sign` is the word that must not be missed, or ""; `before` how the one before it was.
    """

    said: str
    on: date
    sign: str = ""
    before: str = ""

    def line(self) -> Line:
        """`needs action: ALT 250 U/L: above 100 U/L (29-Oct-2026)`, the sign bold."""
        words = {"sign": self.sign, "result": self.said, "day": display.day(self.on), "before": self.before}
        if self.before:
            return strong_in(_("%(result)s (%(day)s): %(sign)s, before %(before)s") % words, self.sign)
        return strong_in(_("%(sign)s: %(result)s (%(day)s)") % words, self.sign)


@dataclass(frozen=True, slots=True)
class Ranked:
    """The newest result of each test, each in one place: the lists are told in this order."""

    pressing: tuple[Told, ...]
    changed: tuple[Told, ...]
    in_range: tuple[Told, ...]
    without_limit: tuple[Told, ...]
    in_words: tuple[Told, ...]
    vaccines: tuple[Told, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is none but of vaccines."""
        return not (self.pressing or self.changed or self.in_range or self.without_limit or self.in_words)

    def summed_up(self, keep: Keeper) -> Iterator[Line]:
        """A line of each kind that asks for nothing, its name bold, with how many more the record holds."""
        values, findings = keep.room.values, keep.room.findings
        kinds = (
            (_("In range"), self.in_range, values, ", "),
            (_("Not compared with a limit"), self.without_limit, values, ", "),
            (_("Done and found"), self.in_words, findings, "; "),  # findings in words have commas of their own
        )
        for title, rows, most, joint in kinds:
            if rows:
                shown, further = keep.first(_newest_first(rows), most)
                yield _titled(title, " ".join(filter(None, [_by_day(shown, joint), further])))

    def vaccine_line(self) -> Line:
        """Which vaccines are recorded, or that none is."""
        return _titled(_("Vaccines"), _by_day(self.vaccines, "; ") or _("none recorded"))


def ranked_results(
    record: MonitoringRecord,
    protocol: MonitoringProtocol,
    as_of: date,
    days: int | None = None,
    *,
    told_elsewhere: Callable[[Result], bool] = lambda row: False,
) -> Ranked:
    """As of the day, but for what is told elsewhere. `days` back at most (None: all), vaccines from ever."""
    newest = newest_of_each(record.results, as_of)
    kept = [
        row
        for row in newest
        if row.analyte not in VACCINES
        and (days is None or (as_of - row.sampled_on).days <= days)
        and not told_elsewhere(row)
    ]
    earlier = _last_before(kept, record.results)
    readings = read_results(record, protocol, as_of, [*kept, *earlier.values()])
    read = {each.result.id: each for each in readings}
    found: dict[str, list[tuple[tuple[int, str], Told]]] = {}
    for row in kept:
        before = earlier.get(row.analyte)
        name = _name(row, protocol)
        place, rank, told = _told(read[row.id], read[before.id] if before else None, name)
        found.setdefault(place, []).append(((rank, name.casefold()), told))
    lists = {place: tuple(told for _rank, told in sorted(rows, key=_by_rank)) for place, rows in found.items()}
    given = [_plain(row, _name(row, protocol).removesuffix(" vaccine")) for row in newest if row.analyte in VACCINES]
    return Ranked(
        **{place: lists.get(place, ()) for place in _PLACES},
        vaccines=_newest_first(given),
    )


_PLACES = ("pressing", "changed", "in_range", "without_limit", "in_words")


def _told(now: ResultReading, before: ResultReading | None, name: str) -> tuple[str, int, Told]:
    """In which list a result stands, how far up, and its words."""
    row, finding = now.result, now.finding
    plain = _plain(row, name)
    if finding is not None:
        known = finding.reason.predicates[0].truth is Truth.TRUE
        sign = finding.grade.label if known else _("cannot be told")
        said = "; ".join([finding.text, *(reason.text for reason in finding.further)])
        return "pressing", _PRESSING.index(finding.grade), Told(said, row.sampled_on, sign)
    if above_its_limit(row):
        return "pressing", len(_PRESSING), Told(plain.said, row.sampled_on, _("above the upper limit"))
    compared = _within(now)
    if before is not None and compared and (before.finding is not None or above_its_limit(before.result)):
        return "changed", 0, _changed(plain, _("back in range"), before.result)
    if before is not None and row.value is None and _words(row) != _words(before.result):
        return "changed", 1, _changed(plain, _("changed"), before.result)
    if row.value is None:
        return "in_words", 0, plain
    return ("in_range" if compared else "without_limit"), 0, plain


def _within(reading: ResultReading) -> bool:
    """Whether a limit speaks about the number and it is within, that of the laboratory before that of the protocol.

    `>30` or `<50` says nothing about a limit of 40.
    """
    row = reading.result
    if row.value is None or reading.note:
        return False
    if row.upper_limit is None:
        return reading.clear
    return row.value <= row.upper_limit and row.comparator not in (">", ">=")


def _plain(row: Result, name: str) -> Told:
    written = display.result_value(row.comparator, row.value, row.unit, row.text)
    return Told(f"{name} {written}" if row.value is not None else f"{name}: {written}", row.sampled_on)


def _changed(told: Told, sign: str, before: Result) -> Told:
    value = display.result_value(before.comparator, before.value, before.unit, before.text)
    then = _("%(value)s on %(day)s") % {"value": value, "day": display.day(before.sampled_on)}
    return Told(told.said, told.on, sign, then)


def _words(row: Result) -> str:
    return " ".join(row.text.casefold().split())


def _last_before(newest: Iterable[Result], results: Iterable[Result]) -> dict[str, Result]:
    """The result before the newest of each test, from an earlier day."""
    days = {row.analyte: row.sampled_on for row in newest}
    found: dict[str, Result] = {}
    for row in sorted(results, key=lambda row: (row.sampled_on, entry_order(row.id))):
        if row.analyte in days and row.sampled_on < days[row.analyte]:
            found[row.analyte] = row
    return found


def _name(row: Result, protocol: MonitoringProtocol) -> str:
    analyte = protocol.analytes.get(row.analyte)
    return analyte.name if analyte else row.analyte


def _by_rank(each: tuple[tuple[int, str], Told]) -> tuple[int, str]:
    return each[0]


def _newest_first(rows: Iterable[Told]) -> tuple[Told, ...]:
    return tuple(sorted(rows, key=lambda told: told.on, reverse=True))


def _by_day(rows: Iterable[Told], joint: str) -> str:
    """`albumin 42 g/L, ALT 32 U/L (17-Nov-2026); HbA1c 63 mmol/mol (09-Aug-2026)`."""
    days = groupby(rows, key=lambda told: told.on)
    return "; ".join(f"{joint.join(told.said for told in of_day)} ({display.day(on)})" for on, of_day in days)


def _titled(title: str, said: str) -> Line:
    return strong_in(_("%(title)s: %(said)s") % {"title": title, "said": said}, title)
