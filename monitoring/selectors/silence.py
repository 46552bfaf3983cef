"""What nobody would notice by itself: patients who are monitored and yet not looked at, and reminders that never came.

Every list is a condition on rows, for any number of patients in one statement; no schedule is worked out here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import (
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Model,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
)

from monitoring.models import Alert, Assignment, DueItem, Mail, NotNeeded, NotWorkedOut, Pause, Reminder, Result
from monitoring.models.due_item import DueItemStatus
from monitoring.protocol.definitions import DrugMonitoring
from monitoring.protocol.load import load
from monitoring.rules.findings import ItemKind
from monitoring.rules.vocabulary import AlertStatus, MailStatus, ReminderStatus
from monitoring.selectors.mail import GRADES_TO_MAIL, any_reader_of_alerts
from monitoring.selectors.work import ROLES_THAT_OWN
from patients.clock import today_in
from patients.models import Clinic, Membership, Patient, Staff
from patients.rules.vocabulary import PatientStatus, Vocabulary
from patients.selectors import clinics_of
from regimens.models import Course

_LASTING = ("repeat", "trough", "infusion", "taper", "eye_screening", "review")
"""The lists of rules that ask again and again for as long as the drug is taken."""


class Silence(Vocabulary):
    """A way in which a patient or a task can fall out of sight."""

    NOT_WORKED_OUT = "not_worked_out", "could not be worked out"
    NOTHING_DUE = "nothing_due", "nothing is asked for"
    NO_OWNER = "no_owner", "nobody's work"
    NO_RESULT = "no_result", "no result for a long time"
    NO_REMINDER = "no_reminder", "open, and nobody is told"
    NOBODY_TO_ALERT = "nobody_to_alert", "alerts that reach nobody"
    MAIL_GIVEN_UP = "mail_given_up", "e-mails given up"
    NO_RULES = "no_rules", "drugs without monitoring rules"
    LONG_PAUSE = "long_pause", "paused for long"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose silence: the patients of these clinics, as of a day."""

    clinic_ids: tuple[int, ...]
    as_of: date

    @property
    def patients(self) -> QuerySet[Patient]:
        """Patients under care."""
        return Patient.objects.filter(clinic__in=self.clinic_ids, status=PatientStatus.ACTIVE)

    def days_ago(self, days: int) -> date:
        return self.as_of - timedelta(days)


def scope_of(staff: Staff, as_of: date) -> Scope:
    """The patients whom the person may see."""
    return Scope(tuple(clinics_of(staff).values_list("pk", flat=True)), as_of)


def silent(scope: Scope, kind: Silence) -> QuerySet[Model]:
    """Everything on one list, in a fixed order."""
    return _LISTS[kind](scope)


def silence_by_clinic() -> dict[str, dict[str, int]]:
    """How many stand on each list of each clinic, by its short name, on the day where the clinic is."""
    found = {}
    for clinic in Clinic.objects.all():
        scope = Scope((clinic.pk,), today_in(clinic))
        found[clinic.slug] = {kind.value: count for kind, count in counts_in(scope).items()}
    return found


def counts_in(scope: Scope) -> dict[Silence, int]:
    """How many stand on each list; one query a list."""
    return {kind: silent(scope, kind).count() for kind in Silence}


def lasting_courses(as_of: date) -> QuerySet[Course]:
    """Courses running on the day whose drug, given so, is looked at again and again."""
    wanted = Q(pk__in=[])
    for drug in load().drugs.values():
        routes = _routes_looked_at(drug)
        if routes is not None:
            wanted |= Q(drug=drug.id, route__in=routes) if routes else Q(drug=drug.id)
    return running_courses(as_of).filter(wanted)


def running_courses(as_of: date) -> QuerySet[Course]:
    """Courses that have not been stopped by the day, those planned to begin later among them."""
    rows = Course.objects.filter(superseded_at__isnull=True, never_given=False)
    return rows.filter(Q(stop_on__isnull=True) | Q(stop_on__gt=as_of))


def _routes_looked_at(drug: DrugMonitoring) -> set[str] | None:
    """The routes whose courses are looked at again and again; empty for every route, None for no course."""
    rules = [rule for name in _LASTING for rule in getattr(drug, name)]
    if not rules:
        return None
    routes = [{str(route) for route in getattr(rule, "routes", ())} for rule in rules]
    return set().union(*routes) if all(routes) else set()


def _monitored(scope: Scope) -> QuerySet[Patient]:
    """With `watched`, the courses that are looked at again and again, and `last_result_on`."""
    courses = lasting_courses(scope.as_of)
    last = Result.objects.filter(superseded_at__isnull=True, patient=OuterRef("pk")).order_by("-sampled_on")
    return (
        scope.patients.filter(Exists(courses.filter(patient=OuterRef("pk"))))
        .annotate(last_result_on=Subquery(last.values("sampled_on")[:1]))
        .prefetch_related(Prefetch("courses", courses.order_by("start_on", "pk"), to_attr="watched"))
    )


def _open_items(**of: object) -> QuerySet[DueItem]:
    return DueItem.objects.filter(status=DueItemStatus.OPEN, **of)


def _pauses(as_of: date) -> QuerySet[Pause]:
    rows = Pause.objects.filter(superseded_at__isnull=True, ended_on__isnull=True)
    return rows.filter(from_on__lte=as_of, until__gt=as_of)


def _not_worked_out(scope: Scope) -> QuerySet[NotWorkedOut]:
    """Whatever became of the patient: what is open for somebody who has died must be closed too."""
    rows = NotWorkedOut.objects.filter(patient__clinic__in=scope.clinic_ids)
    return rows.select_related("patient__clinic").order_by("since", "pk")


def _nothing_due(scope: Scope) -> QuerySet[Patient]:
    """No open item, and neither a pause nor a recorded "not needed" that would say why."""
    of_patient = {"patient": OuterRef("pk")}
    waived = NotNeeded.objects.filter(superseded_at__isnull=True, **of_patient)
    waived = waived.filter(Q(until__isnull=True) | Q(until__gt=scope.as_of))
    return _monitored(scope).filter(
        ~Exists(_open_items(**of_patient)), ~Exists(waived), ~Exists(_pauses(scope.as_of).filter(**of_patient))
    )


def _no_owner(scope: Scope) -> QuerySet[Patient]:
    """The patient, or some open item, is given to nobody who still works in the clinic."""
    at_work = Membership.objects.filter(clinic=OuterRef("patient__clinic"), role__in=ROLES_THAT_OWN)
    here = Exists(at_work.filter(staff=OuterRef("owner")))
    owned = Assignment.objects.filter(here, superseded_at__isnull=True, owner__is_active=True, patient=OuterRef("pk"))
    given_up = ~here | Q(owner__isnull=True) | Q(owner__is_active=False)
    nobodys = DueItem.objects.filter(given_up, status=DueItemStatus.OPEN, patient=OuterRef("pk"))
    return _monitored(scope).filter(~Exists(owned) | Exists(nobodys))


def _no_result(scope: Scope) -> QuerySet[Patient]:
    """Blood or urine tests are due, the drug has been taken for as long, and no result of any test has come in."""
    since = scope.days_ago(settings.SILENT_AFTER_DAYS)
    of_patient = {"patient": OuterRef("pk")}
    tests = [item.id for item in load().items.values() if item.kind in (ItemKind.TEST, ItemKind.TROUGH)]
    due = _open_items(item__in=tests, due_on__lte=scope.as_of, **of_patient)
    due = due.filter(Q(paused_until__isnull=True) | Q(paused_until__lte=scope.as_of))
    results = Result.objects.filter(superseded_at__isnull=True, sampled_on__gt=since, **of_patient)
    return _monitored(scope).filter(
        Exists(due),
        Exists(lasting_courses(scope.as_of).filter(start_on__lte=since, **of_patient)),
        ~Exists(results),
    )


def _no_reminder(scope: Scope) -> QuerySet[DueItem]:
    live = Reminder.objects.filter(~Q(status=ReminderStatus.ACTED), due_item=OuterRef("pk"))
    rows = _open_items(patient__in=scope.patients.order_by()).filter(~Exists(live))
    return rows.select_related("patient").order_by("due_on", "pk")


def _nobody_to_alert(scope: Scope) -> QuerySet[Alert]:
    """Nobody has seen it, and there is nobody in its clinic to whom an e-mail about it could go."""
    rows = Alert.objects.filter(
        ~Exists(any_reader_of_alerts(OuterRef("patient__clinic"))),
        status=AlertStatus.OPEN,
        grade__in=GRADES_TO_MAIL,
        patient__clinic__in=scope.clinic_ids,
    )
    return rows.select_related("patient").order_by("opened_at", "pk")


def _mail_given_up(scope: Scope) -> QuerySet[Mail]:
    rows = Mail.objects.filter(
        status=MailStatus.GIVEN_UP,
        clinic__in=scope.clinic_ids,
        for_day__gt=scope.days_ago(settings.GIVEN_UP_SHOWN_DAYS),
    )
    return rows.select_related("staff", "contact_details__patient").order_by("-for_day", "-pk")


def _no_rules(scope: Scope) -> QuerySet[Course]:
    rows = running_courses(scope.as_of).filter(patient__in=scope.patients.order_by())
    return rows.exclude(drug__in=list(load().drugs)).select_related("patient").order_by("-start_on", "pk")


def _long_pauses(scope: Scope) -> QuerySet[Pause]:
    lasting = ExpressionWrapper(F("until") - F("from_on"), output_field=DurationField())
    rows = _pauses(scope.as_of).filter(patient__in=scope.patients.order_by()).annotate(lasting=lasting)
    long = rows.filter(lasting__gt=timedelta(settings.LONG_PAUSE_DAYS))
    return long.select_related("patient").order_by("-until", "pk")


_LISTS: dict[Silence, Callable[[Scope], QuerySet[Model]]] = {
    Silence.NOT_WORKED_OUT: _not_worked_out,
    Silence.NOTHING_DUE: _nothing_due,
    Silence.NO_OWNER: _no_owner,
    Silence.NO_RESULT: _no_result,
    Silence.NO_REMINDER: _no_reminder,
    Silence.NOBODY_TO_ALERT: _nobody_to_alert,
    Silence.MAIL_GIVEN_UP: _mail_given_up,
    Silence.NO_RULES: _no_rules,
    Silence.LONG_PAUSE: _long_pauses,
}
