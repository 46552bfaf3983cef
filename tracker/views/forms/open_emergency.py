from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from patients.clock import today_in
from patients.emergencies import may_open_emergencies
from patients.emergency_forms import OpenEmergencyForm
from patients.errors import NotAllowed, Refused
from patients.models import EmergencyAccess
from patients.rules.permissions import Permission
from patients.selectors import clinics_of
from tracker.emergencies import open_in_emergency
from tracker.second_factor import Asked, WrongSecondFactor, asked_of
from tracker.sign_in import passkeys
from tracker.views.forms.page import FormPage

_CODE_WORDS = {
    Asked.CODE: ("Code", "From your authenticator app, or a recovery code that you have not used."),
    Asked.PASSWORD: ("Your password", "You have set up no second factor, so your password is asked for once more."),
    Asked.NOTHING: ("Code", "You have neither a second factor nor a password here: set up a second factor first."),
}
_NOT_ACCEPTED = "This was not accepted as your password. After several failures nothing is accepted for some minutes."


class OpenEmergency(FormPage[OpenEmergencyForm]):
    """Opens one record of another clinic, to read, for a short while."""

    template_name = "patients/open_emergency.html"
    title = _("Emergency access to another clinic’s record")
    permission = Permission.BREAK_GLASS
    danger = True
    opened: list[EmergencyAccess]

    @property
    def submit_label(self) -> str:  # type: ignore[override]  # the minutes are a setting
        return f"Open the record for {settings.EMERGENCY_ACCESS_MINUTES} minutes"

    def open(self, **ids: Any) -> None:
        if not may_open_emergencies(self.staff):
            raise NotAllowed(f"Your role does not {self.permission.label}.")
        self.today = today_in(clinics_of(self.staff, self.permission)[0])

    def form(self, data: QueryDict | None = None) -> OpenEmergencyForm:
        label, help_text = _CODE_WORDS[asked_of(self.staff)]
        return OpenEmergencyForm(data, today=self.today, code_label=label, code_help=help_text)

    def write(self, form: OpenEmergencyForm) -> None:
        asked = asked_of(self.staff)
        try:
            self.opened = open_in_emergency(self.request, by=self.staff, **form.cleaned_data)
        except WrongSecondFactor:
            if asked is Asked.PASSWORD:
                raise Refused(_NOT_ACCEPTED, "code") from None
            raise

    def follow_up(self) -> None:
        """Nothing was written about the patient, so nothing is due anew."""

    def say_done(self) -> None:
        messages.warning(
            self.request, _("The record is open to you, to read. The patient’s clinic is told, and reviews it.")
        )

    def leave(self) -> HttpResponseRedirect:
        return redirect("record", patient_id=self.opened[0].patient_id)

    def context(self) -> dict[str, Any]:
        return {
            "minutes": settings.EMERGENCY_ACCESS_MINUTES,
            "code_is_missing": asked_of(self.staff) is Asked.NOTHING,
            "challenge": passkeys.challenge(self.staff),
        }
