"""Failed sign-ins of those who belong or belonged to the clinic."""

from collections.abc import Iterator

from django.db.models import Case, F, Q, QuerySet, TextField, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from patients.models import Staff
from tracker.audit.words import SecurityKind
from tracker.models import Event, EventKind
from tracker.reports.activity import AT, EVENT, LOGIN, ORIGIN, REQUEST
from tracker.reports.definitions import Column, Filter, Question, Report, Row
from tracker.reports.people import StaffNames, memberships_until, people_choices
from tracker.reports.trail import events_of, pages

_FAILED = (
    SecurityKind.SIGN_IN_FAILED,
    SecurityKind.LOCKED_OUT,
    SecurityKind.SECOND_FACTOR_FAILED,
    SecurityKind.EMERGENCY_NOT_FOUND,
)


def _events(question: Question) -> QuerySet[Event]:
    filters = question.filters
    kinds = [kind.value for kind in _FAILED if filters.get("what", kind) == kind]
    found = events_of(question).filter(kind=EventKind.SECURITY, subject__in=kinds)
    return of_the_clinics_people(found, question)


def of_the_clinics_people(events: QuerySet[Event], question: Question) -> QuerySet[Event]:
    """Those about accounts of people who belong or belonged to the clinic, with `whose`: the account's id, as text.

    It is the account that the event names, else whoever was signed in. Somebody counts until they left the clinic: what
    happens to their account later is no business of it.
    """
    chosen = question.filters.get("person")
    people = memberships_until(question.clinic)
    people = {pk: until for pk, until in people.items() if not chosen or str(pk) == chosen}
    theirs = Q(whose__in=[str(pk) for pk, until in people.items() if until is None])
    for pk, until in people.items():
        if until is not None:
            theirs |= Q(whose=str(pk), at__lte=until)
    named = [KT("new__account"), KT("new__staff_id"), KT("old__staff_id"), KT("new__user_id"), KT("old__user_id")]
    own_row = Case(When(subject=Staff._meta.db_table, then=F("row_id")))
    whose = Coalesce(*named, own_row, Cast("actor_id", TextField()), output_field=TextField())
    return events.annotate(whose=whose).filter(theirs)


def _rows(staff: Staff, question: Question) -> Iterator[Row]:
    names = StaffNames()
    events = _events(question).annotate(address=KT("new__address"))
    for page in pages(events, "subject", "whose", "address", "origin", "request_id"):
        names.learn({int(event.whose) for event in page})
        for event in page:
            yield Row(
                (
                    event.at.astimezone(question.zone),
                    SecurityKind(event.subject).label,
                    names.name(int(event.whose)),
                    names.login(int(event.whose)),
                    event.address or "",
                    event.origin,
                    event.request_id,
                    event.id,
                )
            )


FAILED_SIGN_INS = Report(
    slug="failed-sign-ins",
    title="Failed sign-ins",
    answers="When signing in, a second factor or a try at emergency access failed, for whose account, and from where.",
    left_out="Only accounts of people who belong to the clinic, or did at that time. A user name that nobody has "
    "belongs to no clinic and is not in it.",
    columns=(
        AT,
        Column("what", "What", "What failed.", allowed=tuple(kind.label for kind in _FAILED)),
        Column("person", "Account of", "Whose account it was about."),
        Column("login", LOGIN.heading, LOGIN.meaning),
        Column("address", "Address", "The network address that it came from.", empty="not recorded"),
        ORIGIN,
        REQUEST,
        EVENT,
    ),
    rows=_rows,
    count=lambda staff, question: _events(question).count(),
    filters=(
        Filter("person", "Person", people_choices),
        Filter("what", "What", lambda staff, clinic: [(kind.value, kind.label) for kind in _FAILED]),
    ),
)
