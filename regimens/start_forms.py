"""What is sent when a course that was typed step by step is at last started. Shape only; the action decides."""

from datetime import date
from typing import Any

from django import forms

from regimens.dose_forms import GuardedForm


class ConfirmStartForm(GuardedForm):
    """The last step: what was typed is kept apart; `as_shown` says, sealed, which draft and what of it was shown."""

    as_shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, today: date, as_shown: str, seen: str) -> None:
        super().__init__(data, today=today, initial={"as_shown": as_shown, "seen": seen})
