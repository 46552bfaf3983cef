"""What stands around every page: who is signed in, where, and which protocols speak."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.protocol.load import load as load_monitoring
from monitoring.schedules import protocol_of
from monitoring.selectors import clinics_with_alerts, late_jobs
from monitoring.selectors.alerts import open_alerts_in
from patients.emergencies import may_open_emergencies, with_emergencies_waiting
from patients.models import Clinic, Staff
from patients.models.patient import Provenance
from patients.rules.permissions import Permission
from patients.selectors import may, open_emergencies, patients_for, roles_by_clinic
from regimens.protocol.load import load as load_pathway
from tracker.presenters.emergencies import OpenEmergencyShown, Waiting, open_shown, waiting
from tracker.presenters.heartbeats import alarm_words, moment

# Pages that lie under another entry than the patients.
_SECTIONS = {
    "home": "home",
    "worklist": "worklist",
    "worklist_bulk": "worklist",
    "worklist_print": "worklist",
    "alerts": "alerts",
    "alert": "alerts",
    "results": "alerts",
    "calendar": "calendar",
    "calendar_day": "calendar",
    "calendar_feeds": "calendar",
    "sign_in": "",
    "sign_in_code": "",
    "confirm_identity": "",
    "change_password": "",
    "my_second_factor": "",
    "add_app": "",
    "add_passkey": "",
    "recovery_codes": "",
    "my_sessions": "",
    "gallery": "",
    "protocol": "help",
    "protocol_pathway": "help",
    "protocol_drugs": "help",
    "protocol_drug": "help",
    "protocol_activity": "help",
    "protocol_audits": "help",
    "protocol_cohort": "help",
    "questions": "home",
    "search": "",
    "safe_silence": "safe_silence",
    "reports": "reports",
    "ask_for_report": "reports",
    "report_runs": "reports",
    "clinic_audits": "reports",
    "clinic_audit": "reports",
    "clinic_history": "reports",
    "my_settings": "",
    "clinic_settings": "",
    "clinic_staff": "",
    "clinic_member": "",
    "add_member": "",
    "add_account": "",
    "change_role": "",
    "make_lead": "",
    "end_lead": "",
    "end_membership": "",
    "close_account": "",
    "open_account": "",
    "reset_factor": "",
    "end_member_sessions": "",
    "new_start_link": "",
    "start_account": "",
    "emergency": "",
    "emergency_reviews": "",
    "review_emergency": "",
    "mail": "",
}
# Parts of the site whose addresses all begin with the name of their entry.
_SECTIONS_BY_BEGINNING = ("cohort", "help")


@dataclass(frozen=True, slots=True)
class MembershipShown:
    role: str
    clinic: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the main navigation; `waiting` is how many things wait behind it that nobody has seen."""

    section: str
    url: str
    label: str
    waiting: int = 0
    waiting_words: str = ""


@dataclass(frozen=True, slots=True)
class ProtocolShown:
    name: str
    version: str


class Frame:
    """Read only when the page asks for it; error pages without a person never touch the database."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def _staff(self) -> Staff | None:
        user = getattr(self._request, "user", None)
        return user if isinstance(user, Staff) else None

    @cached_property
    def member_name(self) -> str:
        return (self._staff.get_full_name() or self._staff.get_username()) if self._staff else ""

    @cached_property
    def memberships(self) -> list[MembershipShown]:
        """Each clinic of the person with the role there."""
        if self._staff is None:
            return []
        roles = roles_by_clinic(self._staff)
        return [
            MembershipShown(" and ".join(sorted(role.label for role in roles[clinic.pk])), clinic.name)
            for clinic in self._clinics
        ]

    @cached_property
    def _clinics(self) -> list[Clinic]:
        return list(with_emergencies_waiting(clinics_with_alerts(self._staff))) if self._staff else []

    @cached_property
    def open_alerts(self) -> int:
        """How many alerts wait for the person that nobody has seen; counted with the clinics, in the same query."""
        return sum(map(open_alerts_in, self._clinics))

    @cached_property
    def emergencies(self) -> list[OpenEmergencyShown]:
        """The person's open emergency accesses: a band on every page until they are over."""
        if self._staff is None or not (found := open_emergencies(self._staff)):
            return []
        return [open_shown(one, timezone.now(), self.zone) for one in found]

    @cached_property
    def may_open_emergencies(self) -> bool:
        return self._staff is not None and may_open_emergencies(self._staff)

    @cached_property
    def reviews_emergencies(self) -> bool:
        return bool(self._reviewed_for)

    @cached_property
    def emergencies_to_review(self) -> Waiting | None:
        """How many emergency accesses wait for the person's review; counted with the clinics, in the same query."""
        return waiting(self._reviewed_for, timezone.now())

    @cached_property
    def _reviewed_for(self) -> list[Clinic]:
        """The clinics for which the person reviews emergency access."""
        staff = self._staff
        return [one for one in self._clinics if staff and may(staff, one.pk, Permission.REVIEW_BREAK_GLASS)]

    @cached_property
    def holds_demo_patients(self) -> bool:
        """Whether the person sees any patient who is no one's clinical record."""
        if self._staff is None:
            return False
        return patients_for(self._staff).exclude(provenance=Provenance.CLINICAL).exists()

    @property
    def audited_clinics(self) -> list[Clinic]:
        """The clinics whose service audits the person may run."""
        staff = self._staff
        return [one for one in self._clinics if staff and may(staff, one.pk, Permission.RUN_AUDITS)]

    @property
    def staffed_clinics(self) -> list[Clinic]:
        """The clinics of which the person decides who belongs to them."""
        staff = self._staff
        return [one for one in self._clinics if staff and may(staff, one.pk, Permission.MANAGE_STAFF)]

    @property
    def runs_reports(self) -> bool:
        """Whether the person may see the reports of any clinic. No query: the roles are read already."""
        staff = self._staff
        return staff is not None and any(may(staff, pk, Permission.RUN_AUDITS) for pk in roles_by_clinic(staff))

    @cached_property
    def protocol_versions(self) -> list[ProtocolShown]:
        """The pathway, and each schedule by which a clinic of the person monitors."""
        used = {one.schedule_id: one for one in map(protocol_of, self._clinics)}
        monitoring = used.values() or [load_monitoring()]
        return [
            ProtocolShown("treatment pathway", load_pathway().version),
            *(ProtocolShown(f"monitoring ({one.schedule_name})", one.version) for one in monitoring),
        ]

    @property
    def printed_at(self) -> str:
        """When the page was made, by the clocks of the person's clinic: for the foot of a sheet of paper."""
        return moment(timezone.now(), self.zone)

    @property
    def zone(self) -> str:
        """The clocks by which pages about no single record tell the time: those of the person's clinic."""
        return self._clinics[0].time_zone if self._clinics else settings.TIME_ZONE

    @cached_property
    def alarms(self) -> list[str]:
        """What should have run in the background and has not, in words; on every page until it runs again."""
        if self._staff is None or not (late := late_jobs()):
            return []
        return [alarm_words(found, self.zone) for found in late]

    @property
    def section(self) -> str:
        """Which entry of the main navigation the page lies under."""
        match = self._request.resolver_match
        if match is None or match.namespace:
            return ""
        name = match.url_name or ""
        beginning = next((one for one in _SECTIONS_BY_BEGINNING if name.startswith(one)), "patients")
        return _SECTIONS.get(name, beginning)

    @property
    def entries(self) -> list[Entry]:
        """The main navigation of the person who is signed in, in the order of their day."""
        unseen = self.open_alerts
        unseen_words = ngettext("%(count)d not yet seen", "%(count)d not yet seen", unseen) % {"count": unseen}
        found = [
            Entry("home", reverse("home"), _("Home")),
            Entry("patients", reverse("patient_list"), _("Patients")),
            Entry("worklist", reverse("worklist"), _("Worklist")),
            Entry("alerts", reverse("alerts"), _("Alerts"), unseen, unseen_words),
            Entry("calendar", reverse("calendar"), _("Calendar")),
            Entry("cohort", _address_of("cohort"), _("Cohort")),
            Entry("safe_silence", reverse("safe_silence"), _("Safe silence")),
            Entry("reports", reverse("reports") if self.runs_reports else "", _("Reports")),
            Entry("help", _address_of("help"), _("Help")),
        ]
        return [entry for entry in found if entry.url]

    @property
    def api_docs_url(self) -> str:
        return _address_of("api:documentation")


def _address_of(name: str) -> str:
    """Where a page is, or nothing when this installation does not have it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Context processor."""
    return {"frame": Frame(request)}
