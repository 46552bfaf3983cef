"""What is typed about treatment. Shape and parse only; actions decide. The drug catalogue is handed in by the view."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.inputs import (
    DAY_HELP,
    PARTIAL_DAY_HELP,
    DayField,
    EntryForm,
    NumberField,
    PartialDay,
    PartialDayField,
    Section,
    SeenForm,
    WordsField,
    one_of,
    words,
)
from patients.rules.vocabulary import DatePrecision
from regimens.actions import REASON_LENGTH, NewDose, NewMilestone, NewOutcome
from regimens.rules.answers import Acceptance
from regimens.rules.vocabulary import (
    DoseBasis,
    DoseUnit,
    Frequency,
    MilestoneKind,
    OutcomeKind,
    ReviewAnswer,
    Route,
    StopReason,
    Weekday,
)

# Headings of the catalogue, each with pairs of drug id and generic name.
DrugChoices = Sequence[tuple[str, Sequence[tuple[str, str]]]]

_WEEKDAY_NOT_RECORDED = "not_recorded"
_WEEKDAYS = [("", "Choose one"), *Weekday.choices(), (_WEEKDAY_NOT_RECORDED, "weekday not recorded")]
_OUTSIDE = "outside"


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
        _offer(self, [*drugs, ("Not in this list", [(_OUTSIDE, "drug outside the pathway, named below")])])

    def clean_drug(self) -> str:
        """The catalogue's id, or "" for a drug outside it, as the action takes it."""
        drug: str = self.cleaned_data["drug"]
        return "" if drug == _OUTSIDE else drug


class ChangeDoseForm(GuardedForm, DoseForm):
    """A dose from a day on; `version` is the course's version that the page was read at."""

    on = DayField(label=_("From"), help_text=_("The first day of this dose. ") + DAY_HELP)
    dose_unknown = forms.BooleanField(label=_("The new dose is not known"), required=False)
    note = words(_("Note"), length=300)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    layout = (
        Section(_("From when"), ("on",)),
        Section(_("New dose"), (*DoseForm.dose_section.names, "dose_unknown")),
        Section(_("Note"), ("note",)),
    )
    field_order = ("on",)
    needed_for = {**DoseForm.needed_for, "amount": "a dose that is known"}

    def __init__(self, data: Any = None, *, today: date, version: int | None = None) -> None:
        super().__init__(data, today=today, initial={"version": version})
        self.fields["amount"].help_text = "Each time it is taken."

    def clean(self) -> dict[str, Any]:
        """An empty amount must be meant."""
        typed = super().clean()
        if typed.get("dose_unknown") and typed.get("amount") is not None:
            self.add_error("dose_unknown", _("Enter an amount or tick this, not both."))
        elif "amount" in typed and typed["amount"] is None and not typed.get("dose_unknown"):
            self.add_error("amount", _("Enter the new amount, or tick that it is not known."))
        return typed


class StopCourseForm(SeenForm):
    """The first day without the drug, and why; `version` is the one that the page was read at."""

    on = PartialDayField(label=_("First day without the drug"))
    reason = one_of(
        StopReason, _("Reason"), help_text=_("Why it was stopped. A judgement of failure is recorded apart.")
    )
    note = words(_("Note"), length=300)
    version = forms.IntegerField(widget=forms.HiddenInput)


class RecordOutcomeForm(EntryForm):
    """A clinician's judgement on a course."""

    on = PartialDayField(label=_("Judged on"))
    kind = one_of(OutcomeKind, _("Outcome"))
    reason = words(
        _("Reason"),
        length=500,
        lines=3,
        help_text=_(
            "Needed for ineffective, not tolerated, contraindicated and declined: what the judgement rests on."
        ),
    )
    reaction = words(_("Reaction"), length=200, help_text=_("For “not tolerated”: what happened, for example nausea."))
    needed_for = {"reason": "a judgement against the drug"}


class RecordNeverGivenForm(EntryForm):
    """A drug of the catalogue that was considered and never given."""

    drug = forms.ChoiceField(label=_("Drug"))
    kind = forms.TypedChoiceField(
        label=_("It was"),
        choices=[
            (OutcomeKind.CONTRAINDICATED.value, OutcomeKind.CONTRAINDICATED.label),
            (OutcomeKind.DECLINED.value, OutcomeKind.DECLINED.label),
        ],
        coerce=OutcomeKind,
        widget=forms.RadioSelect,
    )
    on = DayField(label=_("Decided on"))
    reason = words(_("Reason"), length=500, lines=3, required=True, help_text=_("What the next reader needs to know."))

    def __init__(self, data: Any = None, *, today: date, drugs: DrugChoices) -> None:
        super().__init__(data, today=today)
        _offer(self, drugs)


class AddMilestoneForm(EntryForm):
    """Remission, remission off treatment, or relapse, as the clinician states it."""

    kind = one_of(MilestoneKind, _("Milestone"), radios=True)
    on = PartialDayField(label=_("Since"))
    note = words(_("Note"), length=300)


def _offer(form: forms.Form, drugs: DrugChoices) -> None:
    field = form.fields["drug"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [("", "Choose one"), *drugs]


class ReopenCourseForm(EntryForm):
    """Why the stop was entered in error; `version` is the course's version that the page was read at."""

    reason = words(_("Why was the stop entered in error?"), length=300, required=True)
    version = forms.IntegerField(widget=forms.HiddenInput)


class AnswerPromptForm(EntryForm):
    """A clinician's answer to a question that the software put; `fingerprint` is the question that was read."""

    answer = forms.TypedChoiceField(label=_("Your answer"), coerce=ReviewAnswer, widget=forms.RadioSelect)
    judged_on = PartialDayField(label=_("Judged on"), required=False)
    reaction = words(_("Reaction"), length=200, help_text=_("For “not tolerated”: what happened, for example nausea."))
    until = DayField(label=_("Put off until"), required=False)
    reason = words(
        _("Reason"),
        length=500,
        lines=3,
        help_text=_("Needed to put off, to reject, and for a judgement against a drug: what it rests on."),
    )
    fingerprint = forms.CharField(max_length=64, widget=forms.HiddenInput)

    layout = (
        Section(_("Answer"), ("answer",)),
        Section(_("If you accept"), ("recorded", "judged_on", "reaction")),
        Section(_("If you put it off"), ("until",)),
        Section(_("Why"), ("reason",)),
    )

    def __init__(
        self, data: Any = None, *, today: date, acceptance: Acceptance, longest_deferral_days: int, fingerprint: str
    ) -> None:
        self.acceptance = acceptance
        self.kinds: tuple[OutcomeKind | MilestoneKind, ...] = (*acceptance.outcomes, *acceptance.milestones)
        super().__init__(data, today=today, initial={"fingerprint": fingerprint}, rows=self._recorded())
        answers = {
            ReviewAnswer.ACCEPTED: f"Accept. {acceptance.statement}",
            ReviewAnswer.DEFERRED: "Put it off until a day.",
            ReviewAnswer.REJECTED: "Reject: it does not apply. It is asked again only when what it rests on changes.",
        }
        _choices(self, "answer", [(answer.value, text) for answer, text in answers.items()])
        self.fields[
            "until"
        ].help_text = f"For example 05/04/2026 or 05-Apr-2026; at most {longest_deferral_days} days from today."
        if OutcomeKind.INTOLERANT not in self.kinds:
            del self.fields["reaction"]
        if not self.kinds:
            del self.fields["judged_on"]
        elif acceptance.milestones:
            self.fields["judged_on"].label = "Since"
        if "judged_on" in self.fields:
            self.fields["judged_on"].help_text = f"Left empty: today. {PARTIAL_DAY_HELP}"

    def _recorded(self) -> dict[str, forms.Field]:
        """What to record, where there is a choice; the only thing that accepting can mean needs none."""
        if not self.kinds or self._only() is not None:
            return {}
        choices = [(kind.value, kind.label) for kind in self.kinds]
        if not self.acceptance.needed:
            choices.append(("", "nothing further"))
        return {
            "recorded": forms.ChoiceField(
                label=_("Record"), choices=choices, required=False, initial="", widget=forms.RadioSelect
            )
        }

    def _only(self) -> OutcomeKind | MilestoneKind | None:
        return self.kinds[0] if self.acceptance.needed and len(self.kinds) == 1 else None

    def outcome(self) -> NewOutcome | None:
        """The judgement to record. Only for a valid form."""
        kind = self._kind()
        if not isinstance(kind, OutcomeKind):
            return None
        day = self._day()
        return NewOutcome(
            kind=kind,
            on=day.on if day else None,
            precision=day.precision if day else DatePrecision.DAY,
            reaction=self.cleaned_data.get("reaction", ""),
        )

    def milestone(self) -> NewMilestone | None:
        """The statement to record. Only for a valid form."""
        kind = self._kind()
        if not isinstance(kind, MilestoneKind):
            return None
        day = self._day()
        return NewMilestone(
            kind=kind, on=day.on if day else None, precision=day.precision if day else DatePrecision.DAY
        )

    def _kind(self) -> OutcomeKind | MilestoneKind | None:
        only = self._only()
        if only is not None:
            return only if self.cleaned_data["answer"] is ReviewAnswer.ACCEPTED else None
        typed = self.cleaned_data.get("recorded", "")
        return next((kind for kind in self.kinds if kind.value == typed), None)

    def _day(self) -> PartialDay | None:
        day: PartialDay | None = self.cleaned_data.get("judged_on")
        return day


def _choices(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)
