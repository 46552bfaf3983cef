"""What is typed to open another clinic's record in an emergency, and to review that it was."""

from datetime import date
from typing import Any

from django import forms

from patients.inputs import DayField, EntryForm, one_of, words
from patients.rules.vocabulary import EmergencyFinding


class OpenEmergencyForm(EntryForm):
    """Number and day must be exactly right. `code` shows once more who is typing; `code_label` says what it is."""

    nhs_number = words(
        "NHS number",
        length=14,
        required=True,
        help_text="All ten digits, for example 999 123 4567. Nothing is searched.",
    )
    born = DayField(
        label="Date of birth", help_text="Exactly as the other clinic has it, for example 05/04/1968 or 05-Apr-1968."
    )
    reason = words(
        "Why you need this record now",
        length=300,
        required=True,
        lines=3,
        help_text="In a sentence. The patient’s clinic reads it, and it stays in the access log for good.",
    )
    code = forms.CharField(max_length=20_000, widget=forms.PasswordInput)

    def __init__(self, data: Any = None, *, today: date, code_label: str, code_help: str) -> None:
        super().__init__(data, today=today)
        code = self.fields["code"]
        code.label, code.help_text = code_label, code_help
        code.widget.attrs["autocomplete"] = "one-time-code"


class ReviewEmergencyForm(EntryForm):
    """What the patient's clinic finds of an emergency access."""

    finding = one_of(EmergencyFinding, "What you find", radios=True)
    note = words(
        "Note",
        length=300,
        lines=3,
        help_text="Needed unless it was justified: what was found, and what follows from it.",
    )
