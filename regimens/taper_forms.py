"""What is typed about a taper: its plan, and what is decided at a checkpoint. Shape and parse only."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.inputs import DAY_HELP, DayField, NumberField, PartsField, Section, SeenForm, one_of, words
from regimens.actions import NewTaperStep
from regimens.dose_forms import GuardedForm
from regimens.rules.vocabulary import TaperChoice, Trend

# Pairs of a planned day, as YYYY-MM-DD, and the step in words.
StepChoices = Sequence[tuple[str, str]]
TAPER_ROWS = tuple(f"step_{number}" for number in range(1, 13))


class TaperStepField(PartsField):
    """One step: from a day on, so many mg a day. Gives a NewTaperStep, or None when empty."""

    def __init__(self, number: int) -> None:
        parts = (DayField(label=_("From"), help_text=""), NumberField(label=_("mg a day")))
        super().__init__(parts, label=f"Step {number}")

    def compress(self, data_list: Any) -> NewTaperStep | None:
        on, milligrams = data_list
        if on is None and milligrams is None:
            return None
        if on is None:
            raise forms.ValidationError(_("Enter the day from which this dose holds."))
        if milligrams is None:
            raise forms.ValidationError(_("Enter the dose in mg a day; 0 means stop."))
        return NewTaperStep(on=on, milligrams_per_day=milligrams)


class PlanTaperForm(SeenForm):
    """A planned corticosteroid taper, one row a step; `version` is the course's version that the page was read at."""

    note = words(_("Note"), length=300)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    layout = (
        Section(_("Steps"), TAPER_ROWS, f"One row a step, in their order; leave the rest empty. {DAY_HELP}"),
        Section(_("Note"), ("note",)),
    )

    def __init__(self, data: Any = None, *, today: date, version: int | None = None) -> None:
        rows = {name: TaperStepField(number) for number, name in enumerate(TAPER_ROWS, 1)}
        super().__init__(data, today=today, initial={"version": version}, rows=rows)

    def steps(self) -> list[NewTaperStep]:
        """The rows that were filled in, in their order. Only for a valid form."""
        return [step for name in TAPER_ROWS if (step := self.cleaned_data[name]) is not None]


class StepField(forms.TypedChoiceField):
    """A planned day. One that is no longer offered is read too: the action says what became of it."""

    def valid_value(self, value: Any) -> bool:
        return True


class DecideTaperForm(GuardedForm):
    """How strength, muscle enzyme and symptoms stand, and what was decided; `version` is the course's, as it was read.

    `planned_on` is offered only where a step is still to be decided on; `usual` is the one that it usually is about.
    """

    on = DayField(label=_("Looked at on"))
    strength = one_of(Trend, _("Strength"))
    muscle_enzyme = one_of(Trend, _("Muscle enzyme"))
    symptoms = one_of(Trend, _("Symptoms"))
    choice = one_of(TaperChoice, _("Decision"), radios=True)
    milligrams_per_day = NumberField(
        label=_("New dose in mg a day"),
        help_text=_(
            "Needed to raise, and to cut without a planned step. Left empty otherwise: the plan's dose, or the "
            "present one."
        ),
    )
    reason = words(_("Reason"), length=500, lines=3, help_text=_("Needed to hold or to raise."))
    next_check_on = DayField(
        label=_("Look again on"),
        required=False,
        help_text=_("Needed to hold or to raise. A step that is held moves to this day, and all later ones with it."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    needed_for = {
        "milligrams_per_day": "a raise, or a cut without a planned step",
        "reason": "a hold or a raise",
        "next_check_on": "a hold or a raise",
    }

    layout = (
        Section(
            _("Looked at"), ("on", "strength", "muscle_enzyme", "symptoms"), "Compared with the checkpoint before."
        ),
        Section(_("Decision"), ("planned_on", "choice", "milligrams_per_day")),
        Section(_("Why, and when to look again"), ("reason", "next_check_on")),
    )

    def __init__(self, data: Any = None, *, today: date, steps: StepChoices, usual: str, version: int) -> None:
        rows: dict[str, forms.Field] = {}
        if steps:
            choices = [("", "Choose one"), *steps]
            rows["planned_on"] = StepField(
                label=_("Planned step"), choices=choices, coerce=date.fromisoformat, empty_value=None
            )
        super().__init__(data, today=today, initial={"on": today, "version": version, "planned_on": usual}, rows=rows)
