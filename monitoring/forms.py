"""What is typed about open items. Shape and parse only; actions decide."""

from django import forms

from patients.inputs import DayField, EntryForm, words


class SnoozeItemForm(EntryForm):
    """Until when a due item is put off, and why."""

    until = DayField(
        label="Put off until", help_text="The day on which it comes back to the worklist. For example 05/04/2026."
    )
    reason = words(
        "Reason", length=300, required=True, help_text="For example: sample taken by the GP, result awaited."
    )
    occasion = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
