"""What is typed about open items. Shape and parse only; actions decide."""

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.inputs import DayField, EntryForm, words


class SnoozeItemForm(EntryForm):
    """Until when a due item is put off, and why."""

    until = DayField(
        label=_("Put off until"), help_text=_("The day on which it comes back to the worklist. For example 05/04/2026.")
    )
    reason = words(
        _("Reason"), length=300, required=True, help_text=_("For example: sample taken by the GP, result awaited.")
    )
    occasion = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
