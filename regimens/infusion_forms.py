"""What is typed about infusions: the plan of a course, and a cycle that was given. Shape and parse only."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.inputs import (
    DAY_HELP,
    DayField,
    Label,
    NumberField,
    Section,
    SeenForm,
    WholeNumberField,
    one_of,
    words,
)
from patients.rules.wording import display_number
from regimens.actions import NewInfusionPlan
from regimens.dose_forms import GuardedForm
from regimens.rules.vocabulary import DoseUnit, InfusionAnchor, ReactionGrade, WeightBasis

_BETWEEN_DATES = re.compile(r"[\n,;]+")
_BETWEEN_SIZES = re.compile(r"[\s,;]+")
_SIZE = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,2})?")


class DaysField(DayField):
    """Several days, one a line or with commas between them. Gives a tuple of days in the order typed."""

    def __init__(self, *, label: Label, help_text: Label) -> None:
        super().__init__(label=label, help_text=help_text, required=False)
        self.widget = forms.Textarea(attrs={"rows": 6})

    def read(self, text: str) -> tuple[date, ...]:
        days = []
        for part in _BETWEEN_DATES.split(text):
            if not part.strip():
                continue
            try:
                days.append(super().read(part.strip()))
            except forms.ValidationError as error:
                raise forms.ValidationError(f"“{part.strip()}”: {' '.join(error.messages)}") from None
        return tuple(days)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return "\n".join(str(super(DaysField, self).prepare_value(day)) for day in value)
        return value


class SizesField(forms.CharField):
    """Vial sizes with commas or spaces between them. Gives a tuple of numbers."""

    def clean(self, value: Any) -> Any:
        sizes = []
        for part in _BETWEEN_SIZES.split(super().clean(value) or ""):
            if not part:
                continue
            if _SIZE.fullmatch(part) is None:
                raise forms.ValidationError(f"“{part}” is no vial size. Enter numbers, for example 5, 10, 20.")
            sizes.append(Decimal(part))
        return tuple(sizes)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(display_number, value)) if isinstance(value, list | tuple) else value


class PlanInfusionsForm(SeenForm):
    """How a course of infusions goes on: from the last one, or on fixed dates, and the dose of one cycle."""

    anchor = one_of(InfusionAnchor, _("The next cycle is counted from"), radios=True)
    interval_days = WholeNumberField(label=_("Days from one first day to the next"))
    dates = DaysField(
        label=_("First day of each cycle"), help_text=f"For fixed dates: one a line, in their order. {DAY_HELP}"
    )
    days_per_cycle = WholeNumberField(label=_("Consecutive days of one cycle"), required=True)
    amount = NumberField(
        label=_("Amount of one cycle"), help_text=_("All its days together. Or give an amount per kg.")
    )
    amount_per_kilogram = NumberField(
        label=_("Amount per kg"), help_text=_("All days together, for example 2 for 2 g/kg.")
    )
    unit = one_of(DoseUnit, _("Unit"), required=False)
    weight_basis = one_of(
        WeightBasis,
        _("Which weight"),
        initial=WeightBasis.ACTUAL,
        help_text=_("For an amount per kg. Ideal and adjusted weight need height and sex."),
    )
    vial_sizes = SizesField(
        label=_("Vial sizes at hand"),
        max_length=80,
        required=False,
        help_text=_("In the unit above, for example 5, 10, 20. The dose is rounded to whole vials of these."),
    )
    review_after_cycles = forms.TypedChoiceField(
        label=_("Review after"), coerce=int, empty_value=None, required=False, choices=()
    )
    note = words(_("Note"), length=300)
    needed_for = {"interval_days": "counting from the last cycle", "dates": "fixed dates", "unit": "an amount"}

    layout = (
        Section(_("When"), ("anchor", "interval_days", "dates", "days_per_cycle")),
        Section(_("Dose of one cycle"), ("amount", "amount_per_kilogram", "unit", "weight_basis", "vial_sizes")),
        Section(_("Review"), ("review_after_cycles",)),
        Section(_("Note"), ("note",)),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        today: date,
        initial: Mapping[str, Any] | None = None,
        review: tuple[int, int] | None = None,
        interval_help: str = "",
    ) -> None:
        super().__init__(data, today=today, initial=initial)
        self.fields["interval_days"].help_text = interval_help
        if review is None:
            del self.fields["review_after_cycles"]
            return
        first, last = review
        field = self.fields["review_after_cycles"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [
            ("", f"{first} cycles, as the protocol says"),
            *((number, f"{number} cycles") for number in range(first, last + 1)),
        ]

    def clean(self) -> dict[str, Any]:
        """An interval that was only offered, and left as it stood, does not count against fixed dates."""
        typed: dict[str, Any] = self.cleaned_data
        fixed = typed.get("anchor") is InfusionAnchor.FIXED_DATES
        if fixed and typed.get("interval_days") == self.initial.get("interval_days"):
            typed["interval_days"] = None
        return typed

    def plan(self) -> NewInfusionPlan:
        """The plan as the action takes it. Only for a valid form."""
        typed = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        return NewInfusionPlan(**{**typed, "dates": typed["dates"] or ()})


class RecordInfusionForm(GuardedForm):
    """One infusion cycle that was given, or those of its days that were given by now."""

    first_on = DayField(label=_("First day"))
    days = forms.IntegerField(
        label=_("Number of consecutive days"),
        initial=1,
        min_value=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    total = NumberField(
        label=_("Whole amount of these days"), help_text=_("All of them together. Leave it empty if not known.")
    )
    unit = one_of(DoseUnit, _("Unit"), required=False)
    dosing_weight = NumberField(label=_("Weight that the dose was worked out from, in kg"))
    dosing_weight_on = DayField(label=_("That weight was measured on"), required=False)
    product = words(_("Product"), length=80, help_text=_("The brand on the vials."))
    batch_numbers = words(
        _("Batch numbers"), length=300, help_text=_("As printed on the vials, with commas between them.")
    )
    reaction = one_of(ReactionGrade, _("How it was borne"), initial=ReactionGrade.NOT_RECORDED, required=False)
    reaction_note = words(
        _("What happened"), length=300, help_text=_("Needed for a reaction: what happened, what was done.")
    )
    note = words(_("Note"), length=300)
    needed_for = {"unit": "an amount", "dosing_weight_on": "a dosing weight", "reaction_note": "a reaction"}

    layout = (
        Section(_("Given"), ("first_on", "days", "total", "unit")),
        Section(_("Dosing weight"), ("dosing_weight", "dosing_weight_on"), "For a dose per kg, such as 2 g/kg."),
        Section(_("Product"), ("product", "batch_numbers")),
        Section(_("Reaction"), ("reaction", "reaction_note")),
        Section(_("Note"), ("note",)),
    )

    def __init__(self, data: Any = None, *, today: date, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, today=today, initial=initial)

    def clean_reaction(self) -> ReactionGrade:
        """Nothing chosen is not recorded."""
        return self.cleaned_data["reaction"] or ReactionGrade.NOT_RECORDED
