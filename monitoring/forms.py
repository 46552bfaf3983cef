"""What is typed about open items. Shape and parse only; actions decide."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from patients.inputs import DayField, EntryForm, words

_COMES_BACK = _("The day on which it comes back to the worklist. For example 05/04/2026.")


class SnoozeItemForm(EntryForm):
    """Until when a due item is put off, and why."""

    until = DayField(label=_("Put off until"))
    reason = words(
        _("Reason"), length=300, required=True, help_text=_("For example: sample taken by the GP, result awaited.")
    )
    occasion = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, today: date, initial: Mapping[str, Any], limit: str) -> None:
        super().__init__(data, today=today, initial=initial)
        self.fields["until"].help_text = format_lazy("{} {}", _COMES_BACK, limit)
