from typing import Any, cast
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.actions import change_clinic
from monitoring.protocol.load import schedules
from monitoring.schedules import is_known
from monitoring.tasks import reconcile_clinic_soon
from patients.actions import settings_of
from patients.clock import today_in
from patients.errors import Stale
from patients.models import Membership
from patients.rules.permissions import Permission
from patients.rules.vocabulary import Role
from patients.selectors import clinic_for, may, members_of
from patients.settings_forms import IN_FORCE, ClinicSettingsForm
from tracker import display
from tracker.audit.clinics import latest_settings_change
from tracker.presenters.typed import compared, standing_in
from tracker.views.forms.page import STALE, Change, FormPage


class ClinicSettingsPage(FormPage[ClinicSettingsForm]):
    """How one clinic works: its monitoring schedule, what patients ring, when e-mail goes out, who leads it."""

    template_name = "patients/clinic_settings.html"
    title = gettext_lazy("Clinic settings")
    submit_label = gettext_lazy("Save the settings")
    done = gettext_lazy("The settings are saved.")
    permission = Permission.MANAGE_CLINIC

    def open(self, **ids: Any) -> None:
        self.clinic = clinic_for(self.staff, ids["clinic_id"], self.permission)
        self.today = today_in(self.clinic)
        self.settings = settings_of(self.clinic)
        self.members = list(members_of(self.staff, self.clinic.pk, also=self.settings.leads))

    def form(self, data: QueryDict | None = None) -> ClinicSettingsForm:
        return ClinicSettingsForm(
            data,
            today=self.today,
            settings=self.settings,
            schedules=self.schedules(),
            members=[(row.pk, _named(row)) for row in self.members],
        )

    def schedules(self) -> list[tuple[str, str]]:
        """The default first; one that the clinic has chosen and that is gone is named, so that it can be left."""
        found = list(schedules())
        choices = [(IN_FORCE, f"the one in force for every clinic (now {found[0][1]})"), *found]
        chosen = self.settings.monitoring_schedule
        return choices if is_known(chosen) else [*choices, (chosen, f"{chosen}, which no longer exists")]

    def write(self, form: ClinicSettingsForm) -> None:
        change_clinic(by=self.staff, clinic_id=self.clinic.pk, settings=form.settings(), seen=form.cleaned_data["seen"])

    def follow_up(self) -> None:
        """Another schedule moves dates; what else can be set here moves none."""
        if (
            clinic_for(self.staff, self.clinic.pk, self.permission).monitoring_schedule
            != self.settings.monitoring_schedule
        ):
            reconcile_clinic_soon(self.clinic.pk)

    def leave(self) -> HttpResponseRedirect:
        return redirect("my_settings")

    def cancel_url(self) -> str:
        return reverse("my_settings")

    def show_again(self, form: ClinicSettingsForm, stale: Stale) -> HttpResponse:
        """As typed; the next attempt counts as made in sight of the settings as they stand now."""
        self.open(clinic_id=self.clinic.pk)
        typed = cast(QueryDict, form.data).copy()
        typed["seen"] = self.settings.fingerprint
        again = self.form(typed)
        rows = compared(again, standing_in(self.form()))
        return self.show(again, STALE, stale=stale, changes=self.changes(), compared=rows)

    def changes(self) -> list[Change]:
        """Who changed the settings last and when, where the audit trail knows."""
        event = latest_settings_change(self.clinic)
        if event is None or event.actor is None:
            return []
        local = event.at.astimezone(ZoneInfo(self.clinic.time_zone))
        at = f"{display.day(local.date())} at {local:%H:%M}"
        return [Change(_("the settings below"), event.actor.get_full_name() or event.actor.username, at)]

    def previous(self) -> dict[str, str]:
        """What stands now, for the fields whose value somebody may have typed over."""
        return standing_in(self.form()) if self.request.method == "POST" else {}

    def context(self) -> dict[str, Any]:
        return {
            "clinic": self.clinic,
            "nobody_leads": not self.settings.leads,
            "manages_staff": may(self.staff, self.clinic.pk, Permission.MANAGE_STAFF),
        }


def _named(row: Membership) -> str:
    closed = "" if row.staff.is_active else " (account closed)"
    return f"{row.staff.get_full_name() or row.staff.username}, {Role(row.role).label}{closed}"
