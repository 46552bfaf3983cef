"""What is typed about one patient's monitoring plan. Shape and parse only; actions decide.

Which drugs, items and levels there are to choose from is handed in by the view.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring.rules.vocabulary import MonitoredBy, RiskTier
from patients.inputs import DAY_HELP, DayField, EntryForm, NumberField, WholeNumberField, one_of, words

Choices = Sequence[tuple[str, str]]

EVERY = "every"
"""What stands in the form for "every drug" and "every item": an empty control means that nothing was chosen."""


def _one_or_every(label: str, choices: Choices, every: str) -> forms.TypedChoiceField:
    """One of the choices, or all of them; cleaned to "" for all, as the record has it."""
    return forms.TypedChoiceField(
        label=label,
        choices=[("", "Choose one"), *choices, (EVERY, every)],
        coerce=lambda chosen: "" if chosen == EVERY else chosen,
    )


def _drug_field(drugs: Choices) -> forms.TypedChoiceField:
    return _one_or_every("Drug", drugs, "every drug of this patient")


class AssessRiskForm(EntryForm):
    """How likely the drugs are to harm, and why."""

    on = DayField(label=_("Judged on"))
    tier = one_of(RiskTier, _("Risk"), radios=True)
    factors = words(
        _("Risk factors"),
        length=500,
        lines=3,
        help_text=_(
            "For example: eGFR 48, alcohol, older than 75, abnormal results before, other drugs that harm the liver."
        ),
    )

    needed_for = {"factors": _("low and high risk")}


class ChangeIntervalForm(EntryForm):
    """Another interval than the schedule's, until a day."""

    interval_days = WholeNumberField(
        label=_("Every how many days"), required=True, help_text=_("For example 28 for 4 weeks.")
    )
    from_on = DayField(label=_("From"), help_text=_("Today or an earlier day. ") + DAY_HELP)
    until = DayField(
        label=_("Until"),
        help_text=_("From this day on the schedule’s own interval holds again. For example 05/04/2027."),
    )
    reason = words(_("Reason"), length=300, required=True, help_text=_("Shown beside every date that it moves."))

    def __init__(
        self, data: Any = None, *, today: date, initial: Mapping[str, Any], drugs: Choices, items: Choices
    ) -> None:
        rows = {"drug": _drug_field(drugs), "item": _one_or_every("What", items, "everything that is repeated")}
        super().__init__(data, today=today, initial=initial, rows=rows)
        self.order_fields(["drug", "item", "interval_days", "from_on", "until", "reason"])


class EndIntervalForm(EntryForm):
    """Why the schedule's own interval is right again."""

    reason = words(_("Reason"), length=300, required=True)


class ShareCareForm(EntryForm):
    """Who looks after the tests of a drug from a day on."""

    monitored_by = one_of(MonitoredBy, _("Who looks after the tests"), radios=True)
    provider = words(
        _("Practice or service"),
        length=120,
        help_text=_("Its name, and where it can be reached."),
    )
    from_on = DayField(label=_("From"))
    note = words(_("Note"), length=300, help_text=_("For example what was agreed, and how results come back."))

    needed_for = {"provider": _("any service but this clinic")}

    def __init__(self, data: Any = None, *, today: date, initial: Mapping[str, Any], drugs: Choices) -> None:
        super().__init__(data, today=today, initial=initial, rows={"drug": _drug_field(drugs)})
        self.order_fields(["drug", "monitored_by", "provider", "from_on", "note"])


class PauseMonitoringForm(EntryForm):
    """From when until when a drug's tests are not asked for, and why."""

    from_on = DayField(label=_("From"), help_text=_("The first day without tests. ") + DAY_HELP)
    until = DayField(
        label=_("Until"),
        help_text=_(
            "From this day on the tests are asked for again. At most 28 days from the first day, or one interval of "
            "the tests where that is longer; a doctor can choose up to 183 days."
        ),
    )
    reason = words(
        _("Reason"), length=300, required=True, help_text=_("For example: in hospital elsewhere, drug held, abroad.")
    )

    def __init__(self, data: Any = None, *, today: date, initial: Mapping[str, Any], drugs: Choices) -> None:
        super().__init__(data, today=today, initial=initial, rows={"drug": _drug_field(drugs)})
        self.order_fields(["drug", "from_on", "until", "reason"])


class ResumeMonitoringForm(EntryForm):
    """From when the tests are asked for again, and why sooner than planned."""

    on = DayField(label=_("From"))
    reason = words(_("Reason"), length=300, required=True, help_text=_("For example: discharged, drug taken again."))


class SetTargetRangeForm(EntryForm):
    """The range in which a drug level should lie, both ends included. `units` are pairs of stored and read word."""

    low = NumberField(label=_("Lower end"), required=True)
    high = NumberField(label=_("Upper end"), required=True)
    from_on = DayField(label=_("From"))
    reason = words(_("Reason"), length=300, help_text=_("For example: interstitial lung disease."))

    def __init__(self, data: Any = None, *, today: date, initial: Mapping[str, Any], units: Choices) -> None:
        unit = forms.ChoiceField(label=_("Unit"), choices=units)
        super().__init__(data, today=today, initial=initial, rows={"unit": unit})
        self.order_fields(["low", "high", "unit", "from_on", "reason"])
