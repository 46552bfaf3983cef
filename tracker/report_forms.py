"""What is chosen of a report: clinic, period, filters. Shape only; tracker/reports decides."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.inputs import DayField, EntryForm, MomentField
from patients.models import Clinic, Staff
from tracker.reports.definitions import Report

_BESIDE = ("report", "clinic", "from", "until", "known_at")


KNOWN_AT_HELP = _(
    "Empty for now. A day, for what was known at its end; or the moment under known_at in the manifest of an earlier "
    "pack, to have its rows again."
)


class ReportForm(EntryForm):
    """Which clinic and which days, and what narrows the report."""

    def __init__(
        self, data: Any, *, today: date, staff: Staff, report: Report, clinic: Clinic, clinics: Sequence[Clinic]
    ) -> None:
        rows: dict[str, forms.Field] = {"report": forms.CharField(widget=forms.HiddenInput, initial=report.slug)}
        choices = [(str(one.pk), one.name) for one in clinics]
        one_clinic = forms.HiddenInput() if len(choices) == 1 else forms.Select()
        rows["clinic"] = forms.ChoiceField(label=_("Clinic"), choices=choices, widget=one_clinic)
        rows["from"] = DayField(label=_("From"), help_text="")
        rows["until"] = DayField(label=_("Until"), help_text="")
        if report.known_then:
            rows["known_at"] = MomentField(label=_("As known at"), help_text=KNOWN_AT_HELP, required=False)
        for one in report.filters:
            if one.choices is None:
                rows[one.name] = forms.CharField(label=one.label, required=False, max_length=20, help_text=one.help)
            else:
                offered = [("", "all"), *one.choices(staff, clinic)]
                rows[one.name] = forms.ChoiceField(label=one.label, required=False, choices=offered, help_text=one.help)
        super().__init__(data, today=today, rows=rows)

    def chosen(self) -> dict[str, str]:
        """The filters that were set. Only for a valid form."""
        return {name: value for name, value in self.cleaned_data.items() if name not in _BESIDE and value}
