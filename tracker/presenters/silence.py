"""What stands on the lists of safe silence, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, cast

from django.conf import settings
from django.db.models import Model

from monitoring.models import Alert, DueItem, Mail, NotWorkedOut, Pause
from monitoring.protocol.load import load as load_monitoring
from monitoring.rules.vocabulary import AlertGrade, MailKind
from monitoring.selectors import Silence
from patients.clock import day_in
from patients.models import Patient
from patients.rules.wording import joined
from patients.seen import seen
from regimens.models import Course
from regimens.selectors import drug_name
from tracker import display


@dataclass(frozen=True, slots=True)
class SilentRow:
    """One line of a list: whom it is about (None: no patient) and what is silent."""

    patient: Patient | None
    what: str


@dataclass(frozen=True, slots=True)
class SilenceList:
    """One list with its total, what it means and what to do, and the rows of it that are shown."""

    kind: Silence
    total: int
    explained: str
    rows: list[SilentRow]

    @property
    def caption(self) -> str:
        """What the table is called, apart from the heading of its panel."""
        return f"{self.kind.label}: who and what"

    @property
    def left_out(self) -> int:
        return self.total - len(self.rows)


class _Watched(Protocol):
    """What the lists of patients add to each."""

    watched: list[Course]
    last_result_on: date | None


def explained(kind: Silence) -> str:
    """What it means to stand on the list, and what to do about it."""
    return {
        Silence.NOT_WORKED_OUT: "The software failed on their records: what is due, and the alerts, may be out of date "
        "or missing. It tries again each night and after each entry. Look through the record yourself, and report it.",
        Silence.NOTHING_DUE: "They take a drug that is looked at again and again, yet nothing is open, and neither a "
        "pause nor a “not needed” says why. Open the record: “What is due” says why nothing is asked for.",
        Silence.NO_OWNER: "Nobody who works in the clinic is named for the patient or for any item. Name somebody on "
        "the worklist.",
        Silence.NO_RESULT: f"Tests are due and no result of any kind was sampled in the last "
        f"{settings.SILENT_AFTER_DAYS} days. Are results sent somewhere else? Ask the laboratory or the practice.",
        Silence.NO_REMINDER: "Open items without a live reminder, so that no digest tells of them. The daily check "
        "makes them good; one that is still here tomorrow is a fault to report.",
        Silence.NOBODY_TO_ALERT: "Nobody has seen these alerts, and no doctor or nurse of the clinic wants e-mails "
        "about alerts and has an address. Look at them now, and see that somebody can be written to.",
        Silence.MAIL_GIVEN_UP: f"In the last {settings.GIVEN_UP_SHOWN_DAYS} days these could not be sent, however "
        "often it was tried. Check the address, and tell the person in another way.",
        Silence.NO_RULES: "The software knows nothing to look at for these drugs: it will never remind. Choose the "
        "drug from the catalogue if it is there, or keep watch outside this software.",
        Silence.LONG_PAUSE: f"Monitoring is paused for more than {settings.LONG_PAUSE_DAYS} days in all. Is the drug "
        "still not taken? Resume, or stop the course.",
    }[kind]


def rows_shown(found: Iterable[Model]) -> list[SilentRow]:
    """One page of a list, in words."""
    rows = [_row(each) for each in found]
    seen(row.patient.pk for row in rows if row.patient is not None)
    return rows


def _last(sampled_on: date | None) -> str:
    return display.day(sampled_on) if sampled_on else "never recorded"


def _row(row: Model) -> SilentRow:
    if isinstance(row, Patient):
        watched = cast(_Watched, row)
        drugs = dict.fromkeys(drug_name(course) for course in watched.watched)
        return SilentRow(row, f"takes {joined(tuple(drugs), 'and')}; last result {_last(watched.last_result_on)}")
    if isinstance(row, NotWorkedOut):
        since, last = (display.day(day_in(row.patient.clinic, moment)) for moment in (row.since, row.last_at))
        return SilentRow(row.patient, f"since {since} ({row.error_type}), last tried {last}")
    if isinstance(row, DueItem):
        item = load_monitoring().items.get(row.item)
        return SilentRow(row.patient, f"{item.name if item else row.item}, due {display.day(row.due_on)}")
    if isinstance(row, Alert):
        return SilentRow(row.patient, f"{AlertGrade(row.grade).label}, {display.day(row.on)}: {row.text}")
    if isinstance(row, Mail):
        to = row.contact_details.patient if row.contact_details is not None else None
        reader = "the patient" if row.staff is None else row.staff.get_full_name() or row.staff.username
        return SilentRow(to, f"{MailKind(row.kind).label} for {display.day(row.for_day)}, to {reader}")
    if isinstance(row, Pause):
        drug = load_monitoring().drugs.get(row.drug)
        of = (drug.name if drug else row.drug) or "every drug"
        text = f"{of}, from {display.day(row.from_on)} until {display.day(row.until)}: {row.reason}"
        return SilentRow(row.patient, text)
    assert isinstance(row, Course)
    return SilentRow(row.patient, f"{drug_name(row)}, from {display.day(row.start_on, row.start_precision)}")
