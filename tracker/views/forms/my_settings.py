from typing import Any

from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.actions import change_my_mail, change_my_theme
from patients.rules.permissions import Permission
from patients.rules.vocabulary import Theme
from patients.selectors import may, memberships_of
from patients.settings_forms import MySettingsForm
from tracker.views.forms.page import FormPage


class MySettingsPage(FormPage[MySettingsForm]):
    """How the pages look for the person who is signed in, and what they are told by e-mail for each clinic."""

    template_name = "patients/my_settings.html"
    title = _("My settings")
    submit_label = _("Save my settings")
    done = _("Your settings are saved.")
    permission = Permission.READ_RECORD

    def open(self, **ids: Any) -> None:
        self.memberships = list(memberships_of(self.staff))
        self.today = timezone.localdate()

    def form(self, data: QueryDict | None = None) -> MySettingsForm:
        return MySettingsForm(data, today=self.today, theme=Theme(self.staff.theme), memberships=self.memberships)

    def write(self, form: MySettingsForm) -> None:
        change_my_mail(by=self.staff, wanted=form.wanted())
        change_my_theme(by=self.staff, theme=form.chosen_theme)

    def follow_up(self) -> None:
        """Nothing: no date moves by it."""

    def leave(self) -> HttpResponseRedirect:
        return redirect("my_settings")

    def context(self) -> dict[str, Any]:
        managed = [row.clinic for row in self.memberships if may(self.staff, row.clinic_id, Permission.MANAGE_CLINIC)]
        return {"memberships": self.memberships, "managed": managed}
