"""How a clinic works, and what each of its members is told by e-mail."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import time

from django.db import transaction

from patients.entries import store
from patients.errors import NotFound, Refused, Stale
from patients.models import Clinic, Membership, Staff
from patients.rules.permissions import Permission
from patients.rules.vocabulary import Theme
from patients.selectors import clinic_for, members_of, roles_by_clinic

_TELEPHONE = re.compile(r"\+?[0-9()\s./-]+(?:\s*(?:ext|extension|bleep)\.?\s*[0-9]+)?", re.IGNORECASE)
FEWEST_YEARS, MOST_YEARS = 1, 100
FEWEST_DIGITS = 3
"""A hospital's own extension is the shortest number that somebody can ring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicSettings:
    """What can be changed about a clinic. Times are by its own clocks; `leads` are ids of memberships.

    Records are kept for `retention_years` after the last entry, 1 to 100.
    """

    monitoring_schedule: str
    telephone: str
    digest_at: time
    quiet_from: time
    quiet_until: time
    retention_years: int
    leads: frozenset[int]

    @property
    def fingerprint(self) -> str:
        """The same for the same settings: what a page that was opened earlier had seen."""
        said = repr((*astuple(self)[:-1], sorted(self.leads)))
        return hashlib.sha256(said.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailWanted:
    """What a member of staff is told by e-mail about one clinic."""

    digest: bool
    alerts: bool


def settings_of(clinic: Clinic) -> ClinicSettings:
    """The settings as they stand."""
    return ClinicSettings(
        monitoring_schedule=clinic.monitoring_schedule,
        telephone=clinic.telephone,
        digest_at=clinic.digest_at,
        quiet_from=clinic.quiet_from,
        quiet_until=clinic.quiet_until,
        retention_years=clinic.retention_years,
        leads=frozenset(Membership.objects.filter(clinic=clinic, is_lead=True).values_list("pk", flat=True)),
    )


@transaction.atomic
def change_clinic_settings(*, by: Staff, clinic_id: int, settings: ClinicSettings, seen: str = "") -> Clinic:
    """Sets how the clinic works. `seen` is the fingerprint of the settings that the person had before them.

    Which monitoring schedules there are is known to `monitoring.actions.change_clinic`, which calls this. Raises
    NotFound, NotAllowed, Refused, and Stale when somebody else changed the settings meanwhile.
    """
    clinic_for(by, clinic_id, Permission.MANAGE_CLINIC)
    clinic = Clinic.objects.select_for_update().get(pk=clinic_id)
    before = settings_of(clinic)
    if seen and seen != before.fingerprint:
        raise Stale("Someone changed the settings of this clinic while you were working on them. Nothing was saved.")
    _check_telephone(settings.telephone.strip())
    _check_times(settings)
    if not FEWEST_YEARS <= settings.retention_years <= MOST_YEARS:
        raise Refused(f"Records are kept for {FEWEST_YEARS} to {MOST_YEARS} years.", "retention_years")
    # Whoever leads already stays choosable when their account has been closed: one has to be able to take them out.
    if settings.leads - {row.pk for row in members_of(by, clinic.pk, also=before.leads)}:
        raise Refused("Choose among the members of this clinic.", "leads")
    # Handing over is one's own to do; taking it is not.
    if Membership.objects.filter(pk__in=settings.leads - before.leads, staff=by).exists():
        raise Refused("Somebody else decides whether you lead the clinic.", "leads")
    clinic.monitoring_schedule = settings.monitoring_schedule
    clinic.telephone = settings.telephone.strip()
    clinic.digest_at = settings.digest_at
    clinic.quiet_from, clinic.quiet_until = settings.quiet_from, settings.quiet_until
    clinic.retention_years = settings.retention_years
    store(clinic)
    members = Membership.objects.filter(clinic=clinic)
    members.filter(pk__in=settings.leads, is_lead=False).update(is_lead=True)
    members.filter(is_lead=True).exclude(pk__in=settings.leads).update(is_lead=False)
    return clinic


@transaction.atomic
def change_my_mail(*, by: Staff, wanted: Mapping[int, MailWanted]) -> None:
    """Sets what the person is told by e-mail, by clinic id. Raises NotFound for a clinic that is not theirs."""
    if set(wanted) - set(roles_by_clinic(by)):
        raise NotFound("No such clinic among yours.", "clinic")
    for clinic_id, mail in wanted.items():
        rows = Membership.objects.filter(staff=by, clinic=clinic_id)
        rows.update(wants_digest=mail.digest, wants_alerts=mail.alerts)


@transaction.atomic
def change_my_theme(*, by: Staff, theme: Theme) -> None:
    """Sets how the pages look for the person, wherever they sign in."""
    Staff.objects.filter(pk=by.pk).update(theme=theme.value)


def _check_telephone(telephone: str) -> None:
    digits = sum(character.isdigit() for character in telephone)
    if telephone and (digits < FEWEST_DIGITS or not _TELEPHONE.fullmatch(telephone)):
        raise Refused(
            "Enter a telephone number that patients can ring, for example 0131 496 0123 or 0131 496 0123 ext 45.",
            "telephone",
        )


def _check_times(settings: ClinicSettings) -> None:
    begin, end = settings.quiet_from, settings.quiet_until
    if begin == end:
        raise Refused("The quiet hours end at another time than they begin.", "quiet_until")
    quiet = begin <= settings.digest_at < end if begin < end else not end <= settings.digest_at < begin
    if quiet:
        raise Refused(
            f"The digest would fall into the quiet hours, {begin:%H:%M} to {end:%H:%M}. Choose a time outside them.",
            "digest_at",
        )
