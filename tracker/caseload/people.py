"""The list behind a number: exactly what the number counted, by name."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from patients.models import Patient, Staff
from patients.rules.vocabulary import Subtype
from patients.seen import seen
from regimens.rules.findings import Phase
from tracker import display
from tracker.caseload.cohort import Cohort, in_order, listed
from tracker.caseload.figures import figures
from tracker.caseload.figures_now import steroid_words, under_care_words
from tracker.caseload.filters import drug_choices
from tracker.caseload.grids import Cell, Unit
from tracker.caseload.members import Member

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Behind:
    """What is listed, by name. `cell` None: everybody under care. `unknown`: the address asked for no such number."""

    title: str
    definition: str
    units: tuple[Unit, ...]
    cell: Cell | None
    page: str = "cohort"
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One row: the patient, where they stand, and what of theirs is counted."""

    patient: Patient
    member: Member
    words: str

    @property
    def subtype(self) -> str:
        return Subtype(self.member.subtype).label

    @property
    def line(self) -> str:
        return _("line %(line)d") % {"line": self.member.line} if self.member.line else _("none yet")

    @property
    def phase(self) -> str:
        return Phase(self.member.phase).label if self.member.in_scope else _("pathway does not apply")

    @property
    def drugs(self) -> str:
        names = dict(drug_choices())
        return ", ".join(names.get(drug, drug) for drug in self.member.drugs_now) or _("none recorded")

    @property
    def steroid(self) -> str:
        return steroid_words(self.member)

    @property
    def overdue(self) -> int:
        return len(self.member.late)

    @property
    def care(self) -> str:
        """Said of whoever is no longer under care; "" for the others."""
        return "" if self.member.under_care else _("no longer under care")


def behind(staff: Staff, cohort: Cohort, address: str) -> Behind:
    """The units of the cell with that address; of everybody under care where there is none such."""
    figure = figures().get(address.partition(".")[0])
    grid = figure.build(cohort) if figure is not None else None
    cell = grid.cell(address) if grid is not None else None
    if grid is not None and cell is not None and figure is not None:
        title = f"{grid.title}: {cell.heading}"
        return Behind(title, grid.definition, _by_name(staff, cell.units), cell, figure.page)
    # A number that has come down to nobody has no row of its own any more; that is a list of nobody, not of everybody.
    title, definition = _("People under care"), under_care_words(cohort)
    units = () if grid is not None else tuple(Unit(member.patient_id) for member in cohort.members)
    return Behind(title, definition, _by_name(staff, units), None, unknown=bool(address))


def listed_rows(staff: Staff, cohort: Cohort, units: Iterable[Unit]) -> list[PersonRow]:
    """One page of the list: these people are seen."""
    wanted = list(units)
    found = listed(staff, cohort, [unit.patient_id for unit in wanted])
    rows = [(found[unit.patient_id], unit.words) for unit in wanted if unit.patient_id in found]
    return [PersonRow(one.patient, one.member, words) for one, words in rows]


def people_lines(staff: Staff, cohort: Cohort, people: Behind) -> Iterator[list[str]]:
    """The list as lines of text, its headings first, read in parts. Whom it holds is told before the first goes out."""
    seen(unit.patient_id for unit in people.units)
    return _lines(staff, cohort, people.units)


def _lines(staff: Staff, cohort: Cohort, units: Sequence[Unit]) -> Iterator[list[str]]:
    yield [
        _("Hospital number"), _("Family name"), _("Given names"), _("Born"), _("Subtype"), _("Line"), _("Phase"),
        _("Drugs taken"), _("Corticosteroid"), _("Overdue items"), _("Under care"), _("Counted"),
    ]  # fmt: skip
    for start in range(0, len(units), _AT_ONCE):
        for row in listed_rows(staff, cohort, units[start : start + _AT_ONCE]):
            patient = row.patient
            yield [
                patient.hospital_number,
                patient.family_name,
                patient.given_names,
                display.day(patient.born, patient.born_precision),
                row.subtype,
                row.line,
                row.phase,
                row.drugs,
                row.steroid,
                str(row.overdue),
                row.care or _("yes"),
                row.words,
            ]


def _by_name(staff: Staff, units: Sequence[Unit]) -> tuple[Unit, ...]:
    """In the order of names. Whoever cannot be read any more stays out, and nobody can be who was counted just now."""
    place = in_order(staff, {unit.patient_id for unit in units})
    return tuple(
        sorted((unit for unit in units if unit.patient_id in place), key=lambda u: (place[u.patient_id], u.words))
    )
