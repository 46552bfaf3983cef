"""The record as it was known on an earlier day: what was entered since, and what is answered otherwise now."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from patients.models import Patient
from patients.rules.vocabulary import PatientStatus
from tracker import display
from tracker.journal import EntryChange
from tracker.selectors import RecordPage, Standing


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """One thing that happened to an entry, the moment by the clinic's clocks."""

    kind: str
    what: str
    on: date | None
    event: str
    at: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class AnswerDiffers:
    """One answer that is another now than it was then."""

    name: str
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class LookingBack:
    """What the notice over a record as it was known on a day says.

    `late` are the changes to entries about the page's day or earlier, which may answer otherwise; `ahead` the others.
    """

    known_on: date
    late: tuple[ChangeShown, ...]
    ahead: tuple[ChangeShown, ...]
    differences: tuple[AnswerDiffers, ...]

    @property
    def count(self) -> int:
        return len(self.late) + len(self.ahead)


def looking_back(page: RecordPage) -> LookingBack | None:
    """The notice's content; None when the page shows what is known now."""
    if page.known_on is None or page.now is None:
        return None
    changes = changes_shown(page.changes, page.standing.patient)
    late = tuple(change for change in changes if change.on is None or change.on <= page.standing.as_of)
    return LookingBack(
        known_on=page.known_on,
        late=late,
        ahead=tuple(change for change in changes if change not in late),
        differences=differences(page.standing, page.now),
    )


def changes_shown(changes: Iterable[EntryChange], patient: Patient) -> tuple[ChangeShown, ...]:
    """What happened to entries of one patient, as a page lists it."""
    zone = ZoneInfo(patient.clinic.time_zone)
    return tuple(
        ChangeShown(
            kind=change.kind.label,
            what=change.what,
            on=change.on,
            event=change.event.label,
            at=f"{display.day(local.date())} at {local:%H:%M}",
            by=change.by,
            reason=change.reason,
        )
        for change in changes
        for local in [change.at.astimezone(zone)]
    )


def differences(then: Standing, now: Standing, leaving_out: Collection[str] = ()) -> tuple[AnswerDiffers, ...]:
    """What two standings of one patient answer otherwise, in the order in which the record tells it."""
    said = ((name, say(then), say(now)) for name, say in _ANSWERS.items() if name not in leaving_out)
    return tuple(AnswerDiffers(name, before, after) for name, before, after in said if before != after)


def _status(standing: Standing) -> PatientStatus:
    """The status on the page's day; one that came later had not begun."""
    person = standing.record.treatment.patient.person
    later = person.status_on is not None and person.status_on > standing.as_of
    return PatientStatus.ACTIVE if later else person.status


def _line(number: int) -> str:
    return f"line {number}" if number else "no line yet"


def _each(words: Iterable[str]) -> str:
    return ", ".join(words) or "none"


_ANSWERS: dict[str, Callable[[Standing], str]] = {
    "Status": lambda standing: _status(standing).label,
    "Severity": lambda standing: standing.pathway.severity.group.label,
    "Phase": lambda standing: standing.pathway.phase.phase.label,
    "Line reached": lambda standing: _line(standing.pathway.line_reached),
    "Judged to have failed": lambda standing: _each(_line(line) for line in standing.pathway.failed_lines),
    "Next step": lambda standing: standing.pathway.next_step.text or standing.pathway.next_step.word.label,
    "Options": lambda standing: _each(option.name for option in standing.pathway.options),
    "Questions": lambda standing: _each(prompt.text for prompt in standing.pathway.prompts),
    "Overdue": lambda standing: _each(due.name for due in standing.monitoring.due if due.days_overdue > 0),
}
