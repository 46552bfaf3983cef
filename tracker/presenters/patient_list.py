"""One line of the patient list: who, where they stand, what comes next, and what to look out for."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.rules.findings import DueStatus
from tracker.patient_flags import TOLD_AT_ONCE
from tracker.presenters.record_values import urgent_results
from tracker.selectors import Standing


@dataclass(frozen=True, slots=True)
class Flag:
    """A word to look out for, and its look."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class PatientLine:
    standing: Standing
    flags: tuple[Flag, ...]


def present(standings: list[Standing]) -> list[PatientLine]:
    """The lines of one page of the list."""
    return [PatientLine(standing, _flags(standing)) for standing in standings]


def _flags(standing: Standing) -> tuple[Flag, ...]:
    found = []
    if urgent := urgent_results(standing.record, standing.protocol, standing.as_of):
        names = ", ".join(row.name for row in urgent)
        found.append(Flag("danger", _("needs action: %(names)s") % {"names": names}))
    if overdue := sum(1 for due in standing.monitoring.due if due.status is DueStatus.OVERDUE):
        found.append(Flag("overdue", ngettext("%(n)s overdue", "%(n)s overdue", overdue) % {"n": overdue}))
    for condition in standing.record.treatment.patient.conditions:
        present_now = condition.from_on <= standing.as_of and (
            condition.to_on is None or condition.to_on >= standing.as_of
        )
        if present_now and condition.kind in TOLD_AT_ONCE:
            found.append(Flag("caution", condition.kind.label))
    if waiting := len(standing.questions.open):
        found.append(Flag("info", ngettext("%(n)s question", "%(n)s questions", waiting) % {"n": waiting}))
    if gaps := len(standing.pathway.gaps):
        found.append(Flag("plain", ngettext("%(n)s gap", "%(n)s gaps", gaps) % {"n": gaps}))
    return tuple(dict.fromkeys(found))
