from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.actions import record_contact_details
from patients.clock import day_in
from patients.forms import ContactDetailsForm
from patients.models import ContactDetails
from patients.rules.permissions import Permission
from patients.selectors import contact_details_for
from tracker import display
from tracker.presenters.typed import standing_in
from tracker.views.forms.page import Change, PatientFormPage


class ContactDetailsPage(PatientFormPage[ContactDetailsForm]):
    """Where the patient can be written to, and whether they agreed to reminders by e-mail."""

    template_name = "patients/contact_details.html"
    title = gettext_lazy("Contact details")
    submit_label = gettext_lazy("Record the contact details")
    done = gettext_lazy("The contact details are recorded.")
    permission = Permission.REGISTER_PATIENT

    def form(self, data: QueryDict | None = None) -> ContactDetailsForm:
        now = self.details()
        initial: dict[str, Any] = {"version": 0}
        if now is not None:
            agreed = now.may_remind and self.ended(now) == ""
            initial = {"version": now.pk, "email": now.email, "may_remind": agreed}
            initial["agreed_on"] = now.agreed_on if agreed else None
        return ContactDetailsForm(data, today=self.today, initial=initial)

    def write(self, form: ContactDetailsForm) -> None:
        record_contact_details(by=self.staff, patient_id=self.patient.pk, **form.cleaned_data)

    def details(self) -> ContactDetails | None:
        return contact_details_for(self.staff).filter(patient=self.patient).first()

    def ended(self, details: ContactDetails) -> str:
        """The day on which the patient ended reminders by the link in one of them; "" when they have not."""
        opt_out = getattr(details, "opt_out", None)
        return display.day(day_in(self.patient.clinic, opt_out.at)) if opt_out is not None else ""

    def changes(self) -> list[Change]:
        now = self.details()
        if now is None:
            return [Change("no contact details")]
        reminders = f"agreed to reminders on {display.day(now.agreed_on)}" if now.may_remind else "no reminders"
        said = f"{now.email or 'no e-mail address'}, {reminders}"
        return [self.entered(said, now.recorded_by, now.recorded_at)]

    def standing(self) -> dict[str, str]:
        return standing_in(self.form())

    def previous(self) -> dict[str, str]:
        now = self.details()
        if now is None:
            return {}
        since = display.day(day_in(self.patient.clinic, now.recorded_at))
        agreed = _("agreed on %(day)s") % {"day": display.day(now.agreed_on)} if now.may_remind else _("not agreed")
        return {
            "email": _("%(what)s since %(day)s") % {"what": now.email or _("no e-mail address"), "day": since},
            "may_remind": _("%(what)s, entered on %(day)s") % {"what": agreed, "day": since},
        }

    def context(self) -> dict[str, Any]:
        now = self.details()
        return {"details": now, "ended_on": self.ended(now) if now else ""}
