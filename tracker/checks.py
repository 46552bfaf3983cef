"""System checks of the protocol: it loads and is whole, its reviews are not late, and the clinic's cases agree.

`manage.py check --tag protocol` runs those alone that need no database; `manage.py check --database default --tag
database` also looks at which schedules the clinics have chosen, and with `--deploy` at what the database lets the
application do to the audit trail.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register
from django.db import DatabaseError
from django.utils import timezone

from monitoring.schedules import clinics_with_schedule, is_known
from patients.protocol.tables import ProtocolError
from patients.rules.wording import display_date
from regimens.protocol.schema import PathwayProtocol
from regimens.protocol.vignettes import CaseFile, read_vignettes
from regimens.rules.cases import CaseError
from regimens.rules.replay import Replayed, replay
from tracker.audit.rights import rights_of_this_connection
from tracker.database.roles import APPLICATION
from tracker.protocols import WholeProtocol, protocol_in_force

PROTOCOL = "protocol"


@register(PROTOCOL)
def protocol_is_whole(**_: Any) -> list[CheckMessage]:
    """Every part loads, and each drug of the catalogue has its monitoring file and the reverse."""
    try:
        protocol_in_force()
    except ProtocolError as error:
        hint = "Put the protocol file right; nothing runs on a broken protocol."
        if settings.PROTOCOL_FOLDER:
            hint = f"{hint} PROTOCOL_FOLDER is {settings.PROTOCOL_FOLDER}."
        return [Error(str(error), hint=hint, id="tracker.E001")]
    return []


@register(PROTOCOL)
def protocol_reviews_are_not_late(**_: Any) -> list[CheckMessage]:
    """A warning for each review date that has passed, with the files it has passed for."""
    protocol = _usable()
    late: dict[date, list[str]] = defaultdict(list)
    today = timezone.localdate()
    for file in protocol.files if protocol else ():
        if file.review_is_late(today):
            late[file.next_review].append(file.name)
    return [
        Warning(
            f"The review due on {display_date(day)} has not been done for: {', '.join(names)}.",
            hint="Review the files with a clinician and set reviewed_on and next_review anew.",
            id="tracker.W001",
        )
        for day, names in sorted(late.items())
    ]


@register(PROTOCOL, deploy=True)
def protocol_is_signed_off(**_: Any) -> list[CheckMessage]:
    """Says before a deployment which files nobody has signed off. The page of the protocol says it every day."""
    protocol = _usable()
    names = [file.name for file in protocol.files if not file.signed_off_by] if protocol else []
    if not names:
        return []
    return [
        Info(
            f"Not signed off clinically: {', '.join(names)}.",
            hint="Whoever answers for clinical safety signs each file: signed_off_by.",
            id="tracker.I001",
        )
    ]


@register(PROTOCOL)
def vignettes_agree(**_: Any) -> list[CheckMessage]:
    """The cases in VIGNETTES_FOLDER can be read and are answered as they say.

    Warnings only: a slip in a made-up case must not keep the patients' record from starting.
    """
    folder, protocol = settings.VIGNETTES_FOLDER, _usable()
    if folder is None or protocol is None:
        return []
    try:
        files = read_vignettes(folder, protocol.pathway)
    except CaseError as error:
        hint = "Set it to a folder of cases, or unset it."
        return [Warning(f"VIGNETTES_FOLDER: {error}.", hint=hint, id="tracker.W003")]
    return [message for file in files for message in _of_file(file, protocol.pathway)]


@register(Tags.database)
def clinics_monitor_by_known_schedules(*, databases: Collection[str] | None = None, **_: Any) -> list[CheckMessage]:
    """A warning for each clinic whose schedule is not among the protocol's: the default one is used there."""
    if not databases or _usable() is None:
        return []
    try:
        with_schedule = clinics_with_schedule()
    except DatabaseError:  # before its first migration there is no clinic to ask about
        return []
    return [
        Warning(
            f"The clinic {clinic.slug} monitors by the schedule {clinic.monitoring_schedule!r}, which does not exist: "
            "the default schedule is used for its patients.",
            hint="Choose another schedule in the settings of the clinic, or put the schedule's file back.",
            id="tracker.W004",
        )
        for clinic in with_schedule
        if not is_known(clinic.monitoring_schedule)
    ]


@register(Tags.database, deploy=True)
def the_application_cannot_change_the_trail(
    *, databases: Collection[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """An error where the application's own connection could change or empty the audit trail, or owns it.

    Only before a deployment (`check --deploy --database default`): `migrate` connects as the owner, as it should.
    """
    if not databases or settings.DEBUG:
        return []
    try:
        rights = rights_of_this_connection()
    except DatabaseError:
        return []
    if not rights.too_much:
        return []
    return [
        Error(
            f"The database user of the application, {rights.user}, {', '.join(rights.too_much)}.",
            hint=f"Give DATABASE_URL a user of its own, such as {APPLICATION}, and run `manage.py make_roles` with the "
            "present user's address as DATABASE_OWNER_URL.",
            id="tracker.E002",
        )
    ]


def _usable() -> WholeProtocol | None:
    """The protocol, or None when it cannot be used, which `protocol_is_whole` says."""
    try:
        return protocol_in_force()
    except ProtocolError:
        return None


def _of_file(file: CaseFile, protocol: PathwayProtocol) -> Iterator[CheckMessage]:
    if file.fault:
        hint = "Put the file right as docs/vignettes/README.md tells, or move it out of VIGNETTES_FOLDER."
        yield Warning(f"{file.path.name}: {file.fault}.", hint=hint, id="tracker.W003")
    for replayed in replay(file.cases, protocol):
        for name in replayed.differs:
            yield _disagreement(file, replayed, name)


def _disagreement(file: CaseFile, replayed: Replayed, name: str) -> CheckMessage:
    case, checkpoint = replayed.case, replayed.checkpoint
    text = (
        f"{file.path.name}, case {case.id!r}, day {checkpoint.as_of_day} ({checkpoint.confidence} confidence), {name}: "
        f"expected {_words(replayed.expected[name])}, found {_words(replayed.computed[name])}."
    )
    hint = "Either the protocol or the case is wrong: `manage.py replay_cases` prints the reasons."
    if replayed.fails:
        return Warning(text, hint=hint, id="tracker.W002")
    return Info(text, hint=hint, id="tracker.I002")


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value)
