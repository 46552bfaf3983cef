"""Tables of counts in which every number knows whom it counts: the list behind a number is the number.

A grid is built once for the page, for its CSV file and for the list behind one cell, so that none can differ.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from monitoring.rules.audit_findings import percentage
from patients.rules.wording import display_number

ALL = "all"
"""The row or column that adds up the others."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One that is counted: a patient, or something of a patient's that `words` name."""

    patient_id: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """`of`: part of the denominator of the row's share; `met`: of its numerator as well."""

    code: str
    heading: str
    of: bool = False
    met: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """`address`: `grid.row.column`, by which an address asks for the list behind it. `total`: it adds up others."""

    address: str
    heading: str
    units: tuple[Unit, ...]
    total: bool = False

    @property
    def count(self) -> int:
        return len(self.units)


@dataclass(frozen=True, slots=True)
class Row:
    """`part` and `whole` make the share of the row, where its grid has one."""

    code: str
    heading: str
    cells: tuple[Cell, ...]
    part: int = 0
    whole: int = 0

    @property
    def percent(self) -> Decimal | None:
        """Percent to one decimal; None of nothing."""
        return percentage(self.part, self.whole)

    @property
    def share(self) -> str:
        """`73.4 %`; "" where there is nobody to take a share of."""
        percent = self.percent
        return "" if percent is None else f"{display_number(percent)}\u00a0%"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of counts. `definition` says who is counted, what is left out, and what the share is of."""

    code: str
    title: str
    row_heading: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    definition: str
    share_heading: str = ""
    empty: str = ""

    @property
    def most(self) -> int:
        """The largest count of any cell that is no total, by which cells are shaded."""
        return max((cell.count for row in self.rows for cell in row.cells if not cell.total), default=0)

    @property
    def has_share(self) -> bool:
        return bool(self.share_heading)

    @property
    def shares(self) -> tuple[Row, ...]:
        """The rows that have a share."""
        return tuple(row for row in self.rows if self.has_share and row.whole)

    def cell(self, address: str) -> Cell | None:
        """The cell with that address."""
        return next((cell for row in self.rows for cell in row.cells if cell.address == address), None)

    def row(self, code: str) -> Row | None:
        return next((row for row in self.rows if row.code == code), None)

    def table(self) -> list[list[str]]:
        """The headings and the rows as text, for a CSV file."""
        share = [self.share_heading] if self.has_share else []
        heads = [self.row_heading, *(column.heading for column in self.columns), *share]
        lines = [
            [row.heading, *(str(cell.count) for cell in row.cells), *([row.share] if self.has_share else [])]
            for row in self.rows
        ]
        return [heads, *lines]


@dataclass(slots=True)
class Counting:
    """Puts units into the cells of a grid, one by one."""

    code: str
    columns: tuple[Column, ...]
    found: dict[tuple[str, str], list[Unit]] = field(default_factory=dict)

    def add(self, row: str, column: str, unit: Unit) -> None:
        self.found.setdefault((row, column), []).append(unit)

    def units(self, row: str, column: str) -> tuple[Unit, ...]:
        return tuple(sorted(self.found.get((row, column), []), key=lambda unit: (unit.patient_id, unit.words)))

    def total(self, row: str) -> int:
        return sum(len(self.found.get((row, column.code), ())) for column in self.columns)

    def rows(self, headings: Iterable[tuple[str, str]], *, empty_rows: bool = False) -> tuple[Row, ...]:
        """The rows in the order of these codes and words; one that counts nobody is left out unless asked for."""
        return tuple(self._row(code, heading) for code, heading in headings if empty_rows or self.total(code))

    def _row(self, code: str, heading: str) -> Row:
        cells = tuple(
            Cell(
                f"{self.code}.{code}.{column.code}",
                f"{heading}, {column.heading}",
                self.units(code, column.code),
                total=ALL in (code, column.code),
            )
            for column in self.columns
        )
        counted = list(zip(self.columns, cells, strict=True))
        return Row(
            code,
            heading,
            cells,
            part=sum(cell.count for column, cell in counted if column.met),
            whole=sum(cell.count for column, cell in counted if column.of or column.met),
        )
