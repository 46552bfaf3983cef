"""What is typed to open another clinic's record in an emergency, and to review that it was."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.actions.emergency import NOT_A_NUMBER, REASON_TOO_SHORT, SHORTEST_REASON
from patients.inputs import DayField, EntryForm, one_of, words
from patients.rules import nhs_number as nhs
from patients.rules.vocabulary import EmergencyFinding


class OpenEmergencyForm(EntryForm):
    """Number and day must be exactly right. `code` shows once more who is typing; `code_label` says what it is."""

    nhs_number = words(
        _("NHS number"),
        length=14,
        required=True,
        help_text=_("All ten digits, for example 999 123 4567. Nothing is searched."),
    )
    born = DayField(
        label=_("Date of birth"),
        help_text=_("Exactly as the other clinic has it, for example 05/04/1968 or 05-Apr-1968."),
    )
    reason = words(
        _("Why you need this record now"),
        length=300,
        required=True,
        lines=3,
        help_text=_("In a sentence. The patient’s clinic reads it, and it stays in the access log for good."),
    )
    code = forms.CharField(max_length=20_000, widget=forms.PasswordInput)

    def __init__(self, data: Any = None, *, today: date, code_label: str, code_help: str) -> None:
        super().__init__(data, today=today)
        code = self.fields["code"]
        code.label, code.help_text = code_label, code_help
        code.widget.attrs["autocomplete"] = "one-time-code"

    def clean_nhs_number(self) -> str:
        """Everything that is wrong with what was typed is said at once, before the code is used up."""
        typed: str = self.cleaned_data["nhs_number"]
        if not nhs.is_valid(nhs.normalised(typed)):
            raise forms.ValidationError(NOT_A_NUMBER)
        return typed

    def clean_reason(self) -> str:
        typed: str = self.cleaned_data["reason"]
        if len(" ".join(typed.split())) < SHORTEST_REASON:
            raise forms.ValidationError(REASON_TOO_SHORT)
        return typed


class ReviewEmergencyForm(EntryForm):
    """What the patient's clinic finds of an emergency access."""

    finding = one_of(EmergencyFinding, _("What you find"), radios=True)
    note = words(
        _("Note"),
        length=300,
        lines=3,
        help_text=_("What was found, and what follows from it."),
    )

    needed_for = {"note": _("anything but “justified”")}
