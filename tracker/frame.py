"""What stands around every page: who is signed in, where, and which protocols speak."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from monitoring.protocol.load import load as load_monitoring
from monitoring.schedules import protocol_of
from monitoring.selectors import clinics_with_alerts, late_jobs
from monitoring.selectors.alerts import open_alerts_in
from patients.models import Clinic, Staff
from patients.models.patient import Provenance
from patients.selectors import patients_for, roles_by_clinic
from regimens.protocol.load import load as load_pathway
from tracker.presenters.heartbeats import alarm_words

# Pages that lie under another entry than the patients.
_SECTIONS = {
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
    "gallery": "",
    "protocol": "",
    "safe_silence": "safe_silence",
    "my_settings": "",
    "clinic_settings": "",
}


@dataclass(frozen=True, slots=True)
class MembershipShown:
    role: str
    clinic: str


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
        return list(clinics_with_alerts(self._staff)) if self._staff else []

    @cached_property
    def open_alerts(self) -> int:
        """How many alerts wait for the person that nobody has seen; counted with the clinics, in the same query."""
        return sum(map(open_alerts_in, self._clinics))

    @cached_property
    def holds_demo_patients(self) -> bool:
        """Whether the person sees any patient who is no one's clinical record."""
        if self._staff is None:
            return False
        return patients_for(self._staff).exclude(provenance=Provenance.CLINICAL).exists()

    @cached_property
    def protocol_versions(self) -> list[ProtocolShown]:
        """The pathway, and each schedule by which a clinic of the person monitors."""
        used = {one.schedule_id: one for one in map(protocol_of, self._clinics)}
        monitoring = used.values() or [load_monitoring()]
        return [
            ProtocolShown("treatment pathway", load_pathway().version),
            *(ProtocolShown(f"monitoring ({one.schedule_name})", one.version) for one in monitoring),
        ]

    @cached_property
    def alarms(self) -> list[str]:
        """What should have run in the background and has not, in words; on every page until it runs again."""
        if self._staff is None or not (late := late_jobs()):
            return []
        zone = self._clinics[0].time_zone if self._clinics else settings.TIME_ZONE
        return [alarm_words(found, zone) for found in late]

    @property
    def section(self) -> str:
        """Which entry of the main navigation the page lies under."""
        match = self._request.resolver_match
        return _SECTIONS.get(match.url_name or "", "patients" if not match.namespace else "") if match else ""

    @property
    def api_docs_url(self) -> str:
        try:
            return reverse("api:documentation")
        except NoReverseMatch:
            return ""


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Context processor."""
    return {"frame": Frame(request)}
