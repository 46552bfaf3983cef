from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from patients.clock import today_in
from patients.forms import WithdrawEntryForm
from patients.selectors import patient_for, require
from regimens.rules.vocabulary import OutcomeKind
from regimens.selectors import course_for
from tracker import display
from tracker.journal import current_entry
from tracker.record_tabs import TAB_OF_KIND, tab_address
from tracker.views.forms.page import PatientFormPage


class WithdrawEntry(PatientFormPage[WithdrawEntryForm]):
    """Takes one entry out of the record as entered in error; it stays readable as withdrawn."""

    template_name = "patients/withdraw_entry.html"
    title = _("Entered in error")
    submit_label = _("Withdraw the entry")
    done = _("The entry is withdrawn. It stays at the end of this page, with the reason.")
    danger = True
    judgements: tuple[str, ...] = ()

    def open(self, **ids: Any) -> None:
        self.patient = patient_for(self.staff, ids["patient_id"])
        self.today = today_in(self.patient.clinic)
        self.entry = current_entry(self.staff, self.patient, ids["kind"], ids["entry_id"])
        self.permission = self.entry.kind.permission  # each kind of entry needs its own
        require(self.staff, self.patient.clinic_id, self.permission)
        if self.entry.kind.word == "course":
            course = course_for(self.staff, self.entry.id)
            self.judgements = (
                ()
                if course.never_given
                else tuple(
                    f"{OutcomeKind(row.kind).label}, {display.day(row.on, row.precision)}"
                    for row in course.outcomes.all()
                )
            )

    def form(self, data: QueryDict | None = None) -> WithdrawEntryForm:
        rows: dict[str, forms.Field] = {}
        if self.judgements:
            rows["with_judgements"] = forms.BooleanField(
                label=_("Withdraw the judgements on this course as well"), required=False
            )
        return WithdrawEntryForm(data, today=self.today, rows=rows)

    def write(self, form: WithdrawEntryForm) -> None:
        withdraw = self.entry.kind.withdraw
        assert withdraw is not None  # current_entry finds only kinds that can be withdrawn
        withdraw(by=self.staff, entry_id=self.entry.id, **form.cleaned_data)

    def leave(self) -> HttpResponseRedirect:
        """Back to the tab on which the entry stood, where it is now listed as withdrawn."""
        return redirect(self.cancel_url())

    def cancel_url(self) -> str:
        return tab_address(self.patient.pk, TAB_OF_KIND.get(self.entry.kind.word, "overview"))

    def context(self) -> dict[str, Any]:
        entered = self.entry.at.astimezone(ZoneInfo(self.patient.clinic.time_zone))
        return {
            "entry": self.entry,
            "entered": f"{display.day(entered.date())} at {entered:%H:%M}",
            "judgements": self.judgements,
        }
