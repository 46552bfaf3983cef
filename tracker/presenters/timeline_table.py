"""The entries of a timeline in a table, and as a file for spreadsheets."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from patients.models import Patient
from patients.rules.vocabulary import DatePrecision
from tracker import display
from tracker.reports.cells import in_csv
from tracker.reports.definitions import Value
from tracker.reports.formats import BOM
from tracker.timeline.marks import Row

MOST_IN_DRAWING = 400  # rows of a table that comes with its drawing; a longer one has an address of its own
ROWS_ON_A_PAGE = 1_500
COLUMNS = (
    "hospital_number", "nhs_number", "as_of", "lane", "from", "until", "date_known", "words", "comparator", "value",
    "unit", "source_kind", "source_id",
)  # fmt: skip


def as_csv(patient: Patient, as_of: date, rows: Iterable[Row]) -> bytes:
    """One line for each row of the table, whose it is on each; every text is made harmless to spreadsheets.

    `until` is empty for what still is so; `date_known` says how exactly the first day is known. `comparator` stands
    before the value, so that nobody reckons with the 5 of `<5` unawares.
    """
    target = io.StringIO(newline="")
    target.write(BOM)
    writer = csv.writer(target, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    whose: tuple[Value, ...] = (patient.hospital_number, patient.nhs_number, as_of)
    for row in rows:
        cells: tuple[Value, ...] = (
            *whose, row.lane, row.from_on, row.from_on if row.single else row.to_on,
            str(DatePrecision(row.precision).value), row.words, row.comparator, _value(row), row.unit, row.kind,
            row.entry_id,
        )  # fmt: skip
        writer.writerow([in_csv(cell) for cell in cells])
    return target.getvalue().encode()


def _value(row: Row) -> Decimal | None:
    """Without the zeros that only the column of the database added."""
    return None if row.value is None else Decimal(display.number(row.value))
