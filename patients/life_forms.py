"""What is typed when records are merged, handed over or given out. Shape and parse only; actions decide."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.entries import LONGEST_REASON
from patients.inputs import EntryForm, words


class FindOtherForm(EntryForm):
    """Which record is the other one of the same person."""

    other = words(
        _("Hospital number of the other record"),
        length=20,
        required=True,
        help_text=_("The record whose entries come over to this one. You see what would happen before anything does."),
    )


class MergeForm(EntryForm):
    """Why two records are merged, by somebody who has looked at what it does; `seen` stands for that."""

    reason = words(
        _("How do you know that both records are of one person?"),
        length=LONGEST_REASON,
        required=True,
        help_text=_("For example: same NHS number, confirmed with the patient on the telephone."),
    )
    one_person = forms.BooleanField(
        label=_("I have compared the two and they are one person"),
        error_messages={"required": "Tick this once you have compared the two."},
    )
    seen = forms.CharField(widget=forms.HiddenInput)


class UndoMergeForm(EntryForm):
    """Why two records are taken apart again."""

    reason = words(_("Why are they taken apart again?"), length=LONGEST_REASON, required=True)


class AskTransferForm(EntryForm):
    """Where a patient goes, and why. `clinics` are pairs of id and name."""

    to_clinic = forms.TypedChoiceField(label=_("Clinic that takes over"), coerce=int)
    reason = words(_("Reason"), length=LONGEST_REASON, required=True, help_text=_("The other clinic reads it."))

    def __init__(self, data: Any = None, *, today: date, clinics: Sequence[tuple[int, str]]) -> None:
        super().__init__(data, today=today)
        field = self.fields["to_clinic"]
        assert isinstance(field, forms.TypedChoiceField)
        choices: list[tuple[int | str, str]] = [("", "Choose one"), *clinics]
        field.choices = choices


class AcceptTransferForm(EntryForm):
    """Under which number a patient is taken over."""

    hospital_number = words(_("Hospital number with you"), length=20, required=True)


class DeclineTransferForm(EntryForm):
    """Why a patient is not taken over."""

    note = words(_("Reason"), length=LONGEST_REASON, required=True, help_text=_("The clinic that asked reads it."))


class SubjectAccessForm(EntryForm):
    """Who asked for everything that is held, and how they were identified."""

    reason = words(
        _("Who asked, and how were they identified?"),
        length=LONGEST_REASON,
        required=True,
        help_text=_("For example: the patient, in person, passport seen. It is recorded with your name."),
    )
