"""What is typed about a dose: when a course starts, and when it changes. Shape and parse only; actions decide.

The drug catalogue is handed in by the view.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.inputs import (
    DAY_HELP,
    DayField,
    EntryForm,
    NumberField,
    PartialDayField,
    Section,
    SeenForm,
    WordsField,
    one_of,
    words,
)
from patients.rules.wording import display_number
from regimens.actions import REASON_LENGTH, NewDose
from regimens.rules.record import DosePeriod
from regimens.rules.vocabulary import (
    DoseBasis,
    DoseUnit,
    Frequency,
    Route,
    Weekday,
)

# Headings of the catalogue, each with pairs of drug id and generic name.
DrugChoices = Sequence[tuple[str, Sequence[tuple[str, str]]]]

_WEEKDAY_NOT_RECORDED = "not_recorded"
_WEEKDAYS = [("", "Choose one"), *Weekday.choices(), (_WEEKDAY_NOT_RECORDED, "weekday not recorded")]
_OUTSIDE = "outside"
# What of a present dose may no longer fit once something else of it is changed.
_OFFERED = ("amount", "weekday", "frequency_text")


class GuardedForm(SeenForm):
    """A form whose entry the dose guard can stop until a reason is given. The reason is asked for only then."""

    override_reason = WordsField(
        label=_("Reason to record this all the same"),
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.HiddenInput,
        one_line=False,
    )

    def ask_for_reason(self) -> None:
        """Shows the field for the reason, last on the form."""
        field = self.fields["override_reason"]
        field.required = True  # said beside the label; that it is missing is the action's to say
        field.widget = forms.Textarea(attrs={"rows": 2, "autocomplete": "off"})
        field.help_text = "It is kept with the course, with your name and the day."
        self.layout = (*self.layout, Section(_("Why it is right all the same"), ("override_reason",)))


class DoseForm(EntryForm):
    """The dose part of a form: an amount with its unit, how often, and on which weekday."""

    amount = NumberField(
        label=_("Amount"), help_text=_("Each time it is taken. Leave it empty if the dose is not known.")
    )
    unit = one_of(DoseUnit, _("Unit"), required=False)
    basis = one_of(DoseBasis, _("The amount is"), initial=DoseBasis.FLAT)
    frequency = one_of(Frequency, _("How often"), required=False)
    weekday = forms.ChoiceField(
        label=_("Weekday"),
        choices=_WEEKDAYS,
        required=False,
        help_text=_("For a drug taken once a week, above all methotrexate."),
    )
    frequency_text = words(
        _("How often, in words"),
        length=200,
        help_text=_("For “as described”, for example days 1 and 15 of each cycle."),
    )

    needed_for = {
        "unit": "an amount",
        "frequency": "an amount",
        "weekday": "a dose once a week",
        "frequency_text": "“as described”",
    }

    dose_section = Section(_("Dose"), ("amount", "unit", "basis", "frequency", "weekday", "frequency_text"))

    def clean(self) -> dict[str, Any]:
        """How often is chosen, not left to a default; a weekly dose names its weekday or says it is not recorded."""
        typed: dict[str, Any] = self.cleaned_data
        if typed.get("amount") is not None and "frequency" in typed and typed["frequency"] is None:
            self.add_error("frequency", _("Choose how often, or “frequency not recorded”."))
        weekly = typed.get("frequency") is Frequency.ONCE_WEEKLY
        if weekly and typed.get("weekday") == "":
            self.add_error("weekday", _("Choose the weekday, or “weekday not recorded”."))
        if not weekly and typed.get("weekday") in set(Weekday):
            self.add_error("weekday", _("A weekday belongs to a dose once a week. Check how often it is taken."))
        if typed.get("frequency") is Frequency.AS_TEXT and typed.get("frequency_text") == "":
            self.add_error("frequency_text", _("Describe how often it is taken."))
        return typed

    def dose(self) -> NewDose:
        """The dose as the action takes it. Only for a valid form."""
        typed = self.cleaned_data
        weekday = typed["weekday"]
        return NewDose(
            amount=typed["amount"],
            unit=typed["unit"],
            basis=typed["basis"],
            frequency=typed["frequency"] or Frequency.NOT_RECORDED,
            frequency_text=typed["frequency_text"],
            weekday=Weekday(weekday) if weekday not in ("", _WEEKDAY_NOT_RECORDED) else None,
        )


class StartCourseForm(GuardedForm, DoseForm):
    """A course of a catalogue drug, or of one outside it named in words."""

    drug = forms.ChoiceField(label=_("Drug"))
    drug_text = words(
        _("Drug outside the pathway"),
        length=120,
        help_text=_("Only for a drug that is not in the list: its generic name."),
    )
    on = PartialDayField(label=_("Started on"))
    route = one_of(Route, _("Route"), initial=Route.NOT_RECORDED)
    note = words(_("Note"), length=500, lines=2)

    layout = (
        Section(_("Drug"), ("drug", "drug_text", "route")),
        Section(_("Start"), ("on",)),
        DoseForm.dose_section,
        Section(_("Note"), ("note",)),
    )
    field_order = ("drug", "drug_text", "route", "on")
    needed_for = {**DoseForm.needed_for, "drug_text": "a drug that is not in the list"}

    def __init__(self, data: Any = None, *, today: date, drugs: DrugChoices) -> None:
        super().__init__(data, today=today)
        offer_drugs(self, [*drugs, ("Not in this list", [(_OUTSIDE, "drug outside the pathway, named below")])])

    def clean_drug(self) -> str:
        """The catalogue's id, or "" for a drug outside it, as the action takes it."""
        drug: str = self.cleaned_data["drug"]
        return "" if drug == _OUTSIDE else drug


class ChangeDoseForm(GuardedForm, DoseForm):
    """A dose from a day on; it opens with the `present` one, of which nothing counts as typed until it is changed.

    `version` is the course's version that the page was read at; `replaces` the dose of the same day that the person has
    seen beside this one and saves it over.
    """

    on = DayField(label=_("From"), help_text=_("The first day of this dose. ") + DAY_HELP)
    dose_unknown = forms.BooleanField(label=_("The new dose is not known"), required=False)
    note = words(_("Note"), length=300)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    replaces = forms.IntegerField(required=False, widget=forms.HiddenInput)

    layout = (
        Section(_("From when"), ("on",)),
        Section(_("New dose"), (*DoseForm.dose_section.names, "dose_unknown")),
        Section(_("Note"), ("note",)),
    )
    field_order = ("on",)
    needed_for = {**DoseForm.needed_for, "amount": "a dose that is known"}

    def __init__(
        self, data: Any = None, *, today: date, version: int | None = None, present: DosePeriod | None = None
    ) -> None:
        super().__init__(data, today=today, initial={"version": version, **_as_initial(present)})
        self.fields["amount"].help_text = _("Each time it is taken.")

    def clean(self) -> dict[str, Any]:
        """An empty amount must be meant. What was only filled in, and no longer fits what was typed, goes."""
        offered = {name for name in _OFFERED if name in self.initial and name not in self.changed_data}
        typed = self.cleaned_data
        if typed.get("dose_unknown") and "amount" in offered:
            typed |= {"amount": None, "unit": None, "basis": DoseBasis.FLAT}
        if typed.get("frequency") is not Frequency.ONCE_WEEKLY and "weekday" in offered:
            typed["weekday"] = ""
        if typed.get("frequency") is not Frequency.AS_TEXT and "frequency_text" in offered:
            typed["frequency_text"] = ""
        typed = super().clean()
        if typed.get("dose_unknown") and typed.get("amount") is not None:
            self.add_error("dose_unknown", _("Enter an amount or tick this, not both."))
        elif "amount" in typed and typed["amount"] is None and not typed.get("dose_unknown"):
            self.add_error("amount", _("Enter the new amount, or tick that it is not known."))
        return typed


def _as_initial(dose: DosePeriod | None) -> dict[str, Any]:
    """The fields of a dose as its form opens with them."""
    if dose is None:
        return {}
    weekday = dose.weekday.value if dose.weekday else _WEEKDAY_NOT_RECORDED
    return {
        "amount": None if dose.amount is None else Decimal(display_number(dose.amount)),
        "unit": dose.unit,
        "basis": dose.basis,
        "frequency": dose.frequency,
        "weekday": weekday if dose.frequency is Frequency.ONCE_WEEKLY else "",
        "frequency_text": dose.frequency_text,
    }


def offer_drugs(form: forms.Form, drugs: DrugChoices) -> None:
    """Puts the catalogue into the field `drug`."""
    field = form.fields["drug"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [("", "Choose one"), *drugs]
