"""The home page: which parts a person sees, by the roles that they have, each clinic by its name where several are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from monitoring.rules.heartbeats import JobStanding
from monitoring.rules.vocabulary import AlertLevel, AlertStatus, Bucket
from monitoring.selectors import WorklistFilters, WorklistRow, query_of
from patients.drafts import count_drafts
from patients.models import Clinic, Staff
from patients.rules.vocabulary import Role
from patients.selectors import clinics_of, roles_by_clinic
from regimens.models import Infusion
from regimens.selectors import drug_name
from tracker.home.clinic import ClinicStanding, clinic_standing
from tracker.home.doctor import DoctorDay, doctor_day
from tracker.home.nurse import NurseDay, Pressing, nurse_day
from tracker.home.running import Health, first_runs, health_of
from tracker.presenters.heartbeats import job_words
from tracker.presenters.reports import RunShown, shown_runs
from tracker.presenters.worklist import tag_of

FIRST_NAMES = 4
"""So many items of one patient are named among what is most pressing."""


@dataclass(frozen=True, slots=True)
class Stat:
    """One number with the list behind it."""

    number: int
    label: str
    url: str = ""
    kind: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ItemShown:
    """One open item and the look of the word for its list."""

    row: WorklistRow
    tag: str


@dataclass(frozen=True, slots=True)
class PressingShown:
    """One patient with the first names of what waits, and how many `more`; `tag` and `word` say how the most pressing
    of it stands.
    """

    pressing: Pressing
    names: tuple[str, ...]
    more: int
    tag: str
    word: str
    due_on: date


@dataclass(frozen=True, slots=True)
class GivenShown:
    """An infusion of today."""

    infusion: Infusion
    drug: str


@dataclass(frozen=True, slots=True)
class NurseShown:
    """`time` by the clinic's clocks; `telephone` is the place on the page of those whom nobody reached."""

    day: NurseDay
    time: str
    stats: list[Stat]
    first: list[PressingShown]
    infusions: list[ItemShown]
    given: list[GivenShown]
    telephone: str
    worklist_url: str
    calendar_url: str


@dataclass(frozen=True, slots=True)
class DoctorShown:
    """`new_results_url` leads to the results that the day counts, `results_url` to all; `nurses_url` to the alerts that
    wait for the nurses.
    """

    day: DoctorDay
    time: str
    alert_stats: list[Stat]
    alerts_url: str
    nurses_url: str
    results_url: str
    new_results_url: str


@dataclass(frozen=True, slots=True)
class ClinicShown:
    standing: ClinicStanding
    anchor: str
    stats: list[Stat]


@dataclass(frozen=True, slots=True)
class HealthShown:
    """`time` by the clinic's clocks. `jobs` that are not well, `trail`: those of the audit trail; pairs of the job and
    how it stands, in words.
    """

    health: Health
    time: str
    jobs: list[tuple[str, str]]
    trail: list[tuple[str, str]]
    stats: list[Stat]


@dataclass(frozen=True, slots=True)
class Home:
    """Everything that the page shows. A part that no role of the person has is empty or None.

    `drafts`: so many forms the person began and did not save.
    """

    clinics: list[Clinic]
    several: bool
    roles: list[Role]
    nurse: list[NurseShown]
    doctor: list[DoctorShown]
    admin: list[ClinicShown]
    audited: list[Clinic]
    runs: list[RunShown]
    health: HealthShown | None
    drafts: int


def home_of(staff: Staff) -> Home:
    """The number of queries depends on the person's clinics and roles, never on how many patients there are."""
    clinics = list(clinics_of(staff).order_by("name", "pk"))
    of_role = _clinics_by_role(staff, clinics)
    several = len(clinics) > 1
    audited = _once([*of_role[Role.ADMIN], *of_role[Role.AUDITOR]])
    return Home(
        clinics=clinics,
        several=several,
        roles=[role for role in Role if of_role[role]],
        nurse=[_nurse(nurse_day(staff, clinic), several) for clinic in of_role[Role.NURSE]],
        doctor=[_doctor(doctor_day(staff, clinic), several) for clinic in of_role[Role.DOCTOR]],
        admin=[_admin(clinic_standing(staff, clinic)) for clinic in of_role[Role.ADMIN]],
        audited=audited,
        runs=shown_runs(first_runs(staff)) if audited else [],
        health=_health(health_of(staff, audited[0])) if audited else None,
        drafts=count_drafts(staff),
    )


def clinics_with_questions(staff: Staff) -> list[int]:
    """The clinics in which the person decides about treatment."""
    return [pk for pk, roles in roles_by_clinic(staff).items() if Role.DOCTOR in roles]


def _clinics_by_role(staff: Staff, clinics: Iterable[Clinic]) -> Mapping[Role, list[Clinic]]:
    roles, rows = roles_by_clinic(staff), list(clinics)
    return {role: [clinic for clinic in rows if role in roles.get(clinic.pk, ())] for role in Role}


def _once(clinics: Iterable[Clinic]) -> list[Clinic]:
    return sorted(dict.fromkeys(clinics), key=lambda clinic: (clinic.name, clinic.pk))


def _nurse(day: NurseDay, several: bool) -> NurseShown:
    only = day.clinic.pk if several else None
    counts, telephone = day.by_bucket, f"telephone-{day.clinic.pk}"

    def bucket(word: Bucket, label: str, kind: str = "") -> Stat:
        address = _with(reverse("worklist"), query_of(WorklistFilters(clinic=only, bucket=word.value)))
        return Stat(counts[word], label, address, kind if counts[word] else "")

    stats = [
        bucket(Bucket.OVERDUE, _("overdue"), "danger"),
        bucket(Bucket.TODAY, _("due now"), "caution"),
        bucket(Bucket.THIS_WEEK, _("due this week")),
        bucket(Bucket.WAITING, _("samples on their way")),
        _alerts(day.alerts_unseen, _("alerts nobody has seen"), only),
        Stat(
            day.not_reached_count,
            _("to telephone: no reminder reached them"),
            f"#{telephone}",
            "caution" if day.not_reached_count else "",
        ),
    ]
    worklist_url = _with(reverse("worklist"), query_of(WorklistFilters(clinic=only)))
    calendar_url = _with(
        reverse("calendar_day", args=[day.as_of.isoformat()]), urlencode({"clinic": only}) if only else ""
    )
    return NurseShown(
        day=day,
        time=_clock(day.read_at),
        stats=stats,
        first=[_pressing(found) for found in day.first],
        infusions=_items(day.infusions),
        given=[GivenShown(row, drug_name(row.course)) for row in day.given],
        telephone=telephone,
        worklist_url=worklist_url,
        calendar_url=calendar_url,
    )


def _doctor(day: DoctorDay, several: bool) -> DoctorShown:
    only = day.clinic.pk if several else None
    waiting_for = {AlertLevel.DOCTOR: _("wait for a doctor"), AlertLevel.LEAD: _("wait for the clinic lead")}
    stats = [
        _alerts(day.alerts_by_level.get(level, 0), label, only, level)
        for level, label in waiting_for.items()
        if level is AlertLevel.DOCTOR or level in day.alerts_by_level
    ]
    of_nurses = _alerts(day.alerts_of_nurses, _("wait for the nurses first"), only, AlertLevel.NURSE)
    if day.alerts_of_nurses:
        stats.append(replace(of_nurses, kind=""))
    alerts_url, results_url = (_with(reverse(name), _clinic(only)) for name in ("alerts", "results"))
    entered = {"since": day.results_since.isoformat()} | ({"clinic": str(only)} if only else {})
    new_results_url = _with(reverse("results"), urlencode(entered))
    return DoctorShown(day, _clock(day.read_at), stats, alerts_url, of_nurses.url, results_url, new_results_url)


def _alerts(number: int, label: str, clinic: int | None, level: AlertLevel | None = None) -> Stat:
    said = {"status": AlertStatus.OPEN.value} | ({"level": level.value} if level else {})
    said |= {"clinic": str(clinic)} if clinic else {}
    return Stat(number, label, _with(reverse("alerts"), urlencode(said)), "danger" if number else "")


def _admin(standing: ClinicStanding) -> ClinicShown:
    people = reverse("clinic_staff", args=[standing.clinic.pk])
    stats = [
        Stat(standing.patients, _("patients under care")),
        Stat(standing.members, _("staff who can sign in"), people),
        Stat(
            standing.without_factor,
            _("must have a second factor and have none"),
            people,
            "caution" if standing.without_factor else "",
        ),
        Stat(standing.not_used, _("invited, never signed in"), people),
        Stat(
            standing.emergencies,
            _("emergency accesses to review"),
            reverse("emergency_reviews"),
            "caution" if standing.emergencies else "",
        ),
    ]
    return ClinicShown(standing, f"clinic-{standing.clinic.pk}", stats)


def _health(health: Health) -> HealthShown:
    mails = reverse("mail")
    stats = [
        Stat(health.failed, _("e-mails failed, tried again"), f"{mails}?status=failed"),
        Stat(health.given_up, _("e-mails given up"), f"{mails}?status=given_up", "caution" if health.given_up else ""),
    ]
    return HealthShown(
        health=health,
        time=_clock(health.read_at),
        jobs=[_job(found, health.zone) for found in health.unwell],
        trail=[_job(found, health.zone) for found in health.trail],
        stats=stats,
    )


def _items(rows: Iterable[WorklistRow]) -> list[ItemShown]:
    return [ItemShown(row, tag_of(row.bucket)) for row in rows]


def _pressing(found: Pressing) -> PressingShown:
    first = min(found.rows, key=lambda row: row.standing.due_on)
    names = tuple(dict.fromkeys(row.name for row in found.rows))
    return PressingShown(
        pressing=found,
        names=names[:FIRST_NAMES],
        more=len(names[FIRST_NAMES:]),
        tag=tag_of(first.bucket),
        word=first.bucket.label,
        due_on=first.standing.due_on,
    )


def _clock(moment: datetime) -> str:
    """By the clinic's clocks: a template would turn it into UTC."""
    return f"{moment:%H:%M}"


def _job(found: JobStanding, zone: str) -> tuple[str, str]:
    shown = job_words(found, zone)
    if found.last_at is None:
        return shown.label, shown.state
    return shown.label, _("%(state)s, last seen %(when)s") % {"state": shown.state, "when": shown.last_seen}


def _clinic(clinic: int | None) -> str:
    return urlencode({"clinic": clinic}) if clinic else ""


def _with(address: str, query: str) -> str:
    return f"{address}?{query}" if query else address
