"""The worklist's rows as the page puts them together: what one patient has due on one day is one block.

Only rows that stand beside each other anyway are put together, so that the order of the list (docs/adr/0021) holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from patients.models import Patient
from tracker.presenters.worklist import RowShown


@dataclass(frozen=True, slots=True)
class Block:
    """What one patient has due on one day, in the order of the list."""

    rows: tuple[RowShown, ...]

    @property
    def first(self) -> RowShown:
        """Of whom all that concerns the patient and not the item can be read."""
        return self.rows[0]

    @property
    def patient(self) -> Patient:
        return self.first.row.patient

    @property
    def due_on(self) -> date:
        return self.first.row.standing.due_on

    @property
    def ids(self) -> str:
        """The ids of its items, as the control that chooses them together sends them: `12 13 14`."""
        return " ".join(str(shown.row.due_item.pk) for shown in self.rows)


def blocks(rows: Iterable[RowShown]) -> list[Block]:
    """The rows in their order, those of one patient and one day together."""
    together = groupby(rows, key=lambda shown: (shown.row.patient.pk, shown.row.standing.due_on))
    return [Block(tuple(found)) for _, found in together]
