"""Results as a flowsheet: one row for each test, one column for each day of samples, the newest day first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from django.core.paginator import Page, Paginator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from monitoring.panels import PANELS, Panel
from monitoring.protocol.definitions import Analyte
from monitoring.rules.entered import Direction, direction
from monitoring.rules.record import Result
from patients.rules.entry_order import entry_order
from tracker.presenters.record_values import ResultShown, results_shown
from tracker.selectors import Standing

DAYS_A_PAGE = 8
# The first panel of the entry page only joins others, so no test is grouped under it.
_GROUPS = PANELS[1:]


@dataclass(frozen=True, slots=True)
class Step:
    """How a value stands to the one before it: a sign and its words."""

    sign: str
    words: str | Promise


STEPS: Mapping[Direction, Step] = {
    Direction.HIGHER: Step("↑", _("higher than before")),
    Direction.LOWER: Step("↓", _("lower than before")),
    Direction.SAME: Step("→", _("as before")),
}


@dataclass(frozen=True, slots=True)
class Value:
    """One result in its place. `step` is None for the first of its test and where two cannot be compared."""

    shown: ResultShown
    step: Step | None


@dataclass(frozen=True, slots=True)
class Cell:
    """What was found in the samples of one day; several of one test stand one below the other."""

    on: date
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class TestRow:
    """One test over the days of the page."""

    analyte: str
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The tests of one panel."""

    name: str | Promise
    rows: tuple[TestRow, ...]


@dataclass(frozen=True, slots=True)
class Flowsheet:
    """Everything that the results tab draws. `page` is the page of days; `panels` are those that can be chosen."""

    page: "Page[date]"
    groups: tuple[Group, ...]
    out_of_range: tuple[ResultShown, ...]
    others: tuple[ResultShown, ...]
    panels: tuple[Panel, ...]
    panel: Panel | None
    count: int

    @property
    def days(self) -> list[date]:
        return list(self.page.object_list)


def present_flowsheet(
    standing: Standing, panel: Panel | None, number: str, showing: str, told: Callable[[ResultShown], ResultShown]
) -> Flowsheet:
    """The days of one page. `showing` is the id of a result whose page is wanted; else `number` says which.

    `told` adds to a result what the rules do not know: how it was corrected.
    """
    as_of, record, protocol = standing.as_of, standing.record, standing.protocol
    every = [result for result in record.results if result.sampled_on <= as_of]
    seen = [result for result in every if panel is None or result.analyte in panel.analytes]
    pages = Paginator(sorted({result.sampled_on for result in seen}, reverse=True), DAYS_A_PAGE)
    page = pages.get_page(_page_of(showing, seen, pages) or number)
    here = sorted((result for result in seen if result.sampled_on in set(page.object_list)), key=_newest, reverse=True)
    shown = [told(row) for row in results_shown(here, record, protocol, as_of)]
    taken = {result.analyte for result in every}
    return Flowsheet(
        page=page,
        groups=tuple(_groups(shown, steps_of(seen, protocol.analytes), list(page.object_list))),
        out_of_range=tuple(row for row in shown if row.is_out_of_range),
        others=tuple(row for row in shown if not row.is_out_of_range),
        panels=tuple(one for one in PANELS if taken & set(one.analytes)),
        panel=panel,
        count=len(seen),
    )


def steps_of(results: Iterable[Result], analytes: Mapping[str, Analyte]) -> dict[str, Step]:
    """How each value stands to the last one of its test from an earlier day, by result id.

    None where these two cannot be compared, whatever came before them: `<5` is not 5, and a level of one brand is not
    one of another. An arrow over the head of a value between would be read as one from it.
    """
    found: dict[str, Step] = {}
    in_order = sorted(results, key=lambda row: (row.analyte, row.sampled_on, entry_order(row.id)))
    for test, rows in groupby(in_order, key=attrgetter("analyte")):
        last: Result | None = None
        for _day, samples in groupby(rows, key=attrgetter("sampled_on")):
            of_day = list(samples)
            if last is not None and test in analytes:
                found |= {row.id: step for row in of_day if (step := _step(row, last, analytes[test])) is not None}
            last = of_day[-1]
    return found


def _step(now: Result, last: Result, analyte: Analyte) -> Step | None:
    if (now.brand, now.assay) != (last.brand, last.assay):
        return None
    found = direction(now, last, analyte)
    return None if found is None else STEPS[found]


def _page_of(showing: str, seen: Sequence[Result], pages: "Paginator[date]") -> int | None:
    """The number of the page with the day of this result; None where it is not among them."""
    day = next((result.sampled_on for result in seen if result.id == showing), None)
    return None if day is None else list(pages.object_list).index(day) // DAYS_A_PAGE + 1


def _groups(shown: Iterable[ResultShown], steps: dict[str, Step], days: list[date]) -> Iterable[Group]:
    by_test: dict[str, list[ResultShown]] = {}
    for row in shown:
        by_test.setdefault(row.result.analyte, []).append(row)
    for panel in _GROUPS:
        found = [by_test.pop(analyte) for analyte in panel.analytes if analyte in by_test]
        if found:
            yield Group(panel.name, tuple(_row(rows, steps, days) for rows in found))
    if by_test:
        rest = sorted(by_test.values(), key=lambda rows: rows[0].name.casefold())
        yield Group(_("Other tests"), tuple(_row(rows, steps, days) for rows in rest))


def _row(rows: Sequence[ResultShown], steps: dict[str, Step], days: list[date]) -> TestRow:
    cells = (
        Cell(day, tuple(Value(row, steps.get(row.result.id)) for row in rows if row.result.sampled_on == day))
        for day in days
    )
    return TestRow(rows[0].result.analyte, rows[0].name, tuple(cells))


def _newest(result: Result) -> tuple[date, str, str]:
    return result.sampled_on, result.analyte, result.id
