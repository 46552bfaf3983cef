"""What is typed about treatment but for its doses (dose_forms.py). Shape and parse only; actions decide."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.inputs import (
    PARTIAL_DAY_HELP,
    DayField,
    EntryForm,
    PartialDay,
    PartialDayField,
    Section,
    SeenForm,
    one_of,
    words,
)
from patients.rules.vocabulary import DatePrecision
from regimens.actions import NewMilestone, NewOutcome
from regimens.dose_forms import DrugChoices, offer_drugs
from regimens.rules.answers import Acceptance
from regimens.rules.vocabulary import (
    MilestoneKind,
    OutcomeKind,
    ReviewAnswer,
    StopReason,
)


class StopCourseForm(SeenForm):
    """The first day without the drug, and why; `version` is the one that the page was read at."""

    on = PartialDayField(label=_("First day without the drug"))
    reason = one_of(
        StopReason, _("Reason"), help_text=_("Why it was stopped. A judgement of failure is recorded apart.")
    )
    note = words(_("Note"), length=300)
    version = forms.IntegerField(widget=forms.HiddenInput)


class RecordOutcomeForm(SeenForm):
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
        offer_drugs(self, drugs)


class AddMilestoneForm(EntryForm):
    """Remission, remission off treatment, or relapse, as the clinician states it."""

    kind = one_of(MilestoneKind, _("Milestone"), radios=True)
    on = PartialDayField(label=_("Since"))
    note = words(_("Note"), length=300)


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
