"""Permission changes: roles in the clinic, and the accounts, second factors, tokens and feeds of its people."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import F, Func, JSONField, Q, QuerySet, Value
from django.db.models.lookups import Exact

from patients.models import Membership, Staff
from patients.rules.vocabulary import Role
from tracker.audit.wording import thing_of
from tracker.models import Event, EventKind
from tracker.reports.activity import AT, EVENT, LOGIN, ORIGIN, REASON, REQUEST, ROLE, WHO
from tracker.reports.definitions import Column, Filter, Question, Report, Row
from tracker.reports.people import StaffNames, ids_in, people_choices, role_then
from tracker.reports.sign_ins import of_the_clinics_people
from tracker.reports.trail import ChangedFields, events_of, pages
from tracker.reports.words import Done, fields_in_words

_MEMBERSHIPS, _ACCOUNTS = Membership._meta.db_table, Staff._meta.db_table
_OF_ACCOUNTS = (
    _ACCOUNTS,
    "patients_staff_groups",
    "patients_staff_user_permissions",
    "knox_authtoken",
    "mfa_authenticator",
    "account_emailaddress",
    "socialaccount_socialaccount",
    "monitoring_calendarfeed",
)
_CHANGES = (EventKind.INSERT, EventKind.UPDATE, EventKind.DELETE)
# What these columns hold are rights; of everything else only the names of the fields are told.
_SAID = ("role", "is_lead", "is_active", "is_superuser", "is_staff", "type")
# What signing in moves, by table: when it was last, and which codes are used up (kept with the secret, so masked).
_MOVED_BY_USE = {_ACCOUNTS: ("last_login",), "mfa_authenticator": ("data", "last_used_at")}


class _But(Func):
    """A row as JSON without some of its columns."""

    arg_joiner = " - "
    template = "(%(expressions)s)"
    output_field = JSONField()

    def __init__(self, row: str, columns: tuple[str, ...]) -> None:
        super().__init__(F(row), *map(Value, columns))


def _events(question: Question) -> QuerySet[Event]:
    here = Q(subject=_MEMBERSHIPS, clinic=question.clinic) | Q(subject__in=_OF_ACCOUNTS)
    found = of_the_clinics_people(events_of(question).filter(here, kind__in=_CHANGES), question)
    for table, columns in _MOVED_BY_USE.items():
        unchanged = Q(Exact(_But("new", columns), _But("old", columns)))
        found = found.exclude(unchanged, subject=table, kind=EventKind.UPDATE)
    return found


def _rows(staff: Staff, question: Question) -> Iterator[Row]:
    names, clinic = StaffNames(), question.clinic
    columns = ("kind", "subject", "whose", "old", "new", "actor_id", "roles", "reason", "origin", "request_id")
    for page in pages(_events(question).annotate(changed=ChangedFields()), *columns, "changed"):
        names.learn(ids_in(page, "actor_id") | {int(event.whose) for event in page})
        for event in page:
            yield Row(
                (
                    event.at.astimezone(question.zone),
                    names.name(event.actor_id),
                    names.login(event.actor_id),
                    role_then(event.roles, clinic),
                    names.name(int(event.whose)),
                    thing_of(event.subject),
                    Done(event.kind).label,
                    fields_in_words(event.subject, event.changed) if event.kind == EventKind.UPDATE else "",
                    rights_words(event.old),
                    rights_words(event.new),
                    event.reason,
                    event.origin,
                    event.request_id,
                    event.id,
                )
            )


def rights_words(row: Mapping[str, Any] | None) -> str:
    """The rights that a row of a membership, account or second factor carries, in words; "" for any other."""
    if row is None:
        return ""
    said = {name: row[name] for name in _SAID if name in row}
    words = [Role(said["role"]).label if said["role"] in set(Role) else said["role"]] if "role" in said else []
    words += ["leads the clinic"] if said.get("is_lead") else []
    if "is_active" in said:
        words.append("account open" if said["is_active"] else "account closed")
    words += ["superuser"] if said.get("is_superuser") else []
    words += ["Django staff"] if said.get("is_staff") else []
    words += [str(said["type"])] if "type" in said else []
    return ", ".join(words)


PERMISSION_CHANGES = Report(
    slug="permission-changes",
    title="Permission changes",
    answers="Who gave, changed or took away whose role, account, second factor, token or calendar feed.",
    left_out="Roles in other clinics are not in it. Passwords, keys and tokens are never kept in readable form and are "
    "not in it: only that they changed. Signing in is no change: the moment of the last sign-in and the codes that are "
    "used up stand in the audit trail alone.",
    columns=(
        AT,
        WHO,
        LOGIN,
        ROLE,
        Column("whose", "Whose", "The member of staff whose rights these are."),
        Column("kind", "What", "What was changed."),
        Column("done", "Done", "What happened.", allowed=tuple(word.label for word in Done)),
        Column("fields", "Fields changed", "Names of the fields that were changed.", empty="it is new or gone"),
        Column("before", "Before", "The role or rights before.", empty="there were none, or it carries none"),
        Column("after", "After", "The role or rights since.", empty="there are none, or it carries none"),
        REASON,
        ORIGIN,
        REQUEST,
        EVENT,
    ),
    rows=_rows,
    count=lambda staff, question: _events(question).count(),
    filters=(Filter("person", "Whose", people_choices),),
)
