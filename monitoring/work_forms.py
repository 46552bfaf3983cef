"""What is typed about work on due items. Shape and parse only; actions decide.

Items and people to choose from are handed in by the view.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring.rules.vocabulary import ContactChannel, ContactOutcome, Symptom
from patients.inputs import DAY_HELP, DayField, EntryForm, Section, WordsField, one_of, words

Choices = Sequence[tuple[str, str]]
NOBODY = "nobody"
THIS_ITEM, WHOLE_PATIENT = "item", "patient"
_UNTIL_HELP_OF_MANY = _(
    "The day on which they come back to the worklist. For example 05/04/2027. At most in 28 days, or one interval of "
    "the item where that is longer; a doctor can choose up to 183 days."
)


class RecordContactForm(EntryForm):
    """One attempt to reach the patient, what came of it, and the symptoms asked about."""

    on = DayField(
        label=_("On"), help_text=_("The day of the contact; of a missed visit, the day of the visit. ") + DAY_HELP
    )
    channel = one_of(ContactChannel, _("How"))
    outcome = one_of(ContactOutcome, _("What came of it"))
    note = words(_("Note"), length=500, lines=2)
    symptoms_asked = forms.BooleanField(label=_("Symptoms were asked about"), required=False)
    symptoms = forms.MultipleChoiceField(
        label=_("Symptoms told"),
        choices=Symptom.choices(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: asked, and none told."),
    )
    layout = (
        Section(_("Contact"), ("on", "channel", "outcome", "note")),
        Section(_("Symptoms"), ("symptoms_asked", "symptoms")),
    )

    def __init__(self, data: Any = None, *, today: date, urgent: str) -> None:
        super().__init__(data, today=today, initial={"on": today})
        symptoms, answers = self.layout
        self.layout = (symptoms, Section(answers.legend, answers.names, urgent))


class TakeSampleForm(EntryForm):
    """A sample on its way: for which items, and until when its results are waited for."""

    items = forms.MultipleChoiceField(label=_("For which items"), widget=forms.CheckboxSelectMultiple)
    taken_on = DayField(label=_("Taken on"))
    until = DayField(label=_("Wait for the result until"), required=False)
    note = words(_("Note"), length=300, help_text=_("For example: taken by the GP, sent to another laboratory."))
    occasion = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, today: date, items: Choices, initial: Mapping[str, Any], days_to_wait: int
    ) -> None:
        super().__init__(data, today=today, initial={"taken_on": today, **initial})
        self.offer("items", items)
        self.fields["until"].help_text = waiting_help(days_to_wait)


class NotNeededForm(EntryForm):
    """Why an item is not needed, and for how long."""

    reason = words(
        _("Why it is not needed"),
        length=300,
        required=True,
        help_text=_("For example: done elsewhere, patient declined."),
    )
    until = DayField(
        label=_("Until"),
        required=False,
        help_text=_(
            "From this day on it is asked for again. Empty: for as long as the same drug asks for it. An item that "
            "comes round again: at most 28 days or one interval of it, unless a doctor chooses longer."
        ),
    )
    occasion = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)


class AssignItemForm(EntryForm):
    """Whose work the item, or all of the patient's monitoring, is."""

    owner = forms.ChoiceField(label=_("Whose work it is"))
    scope = forms.ChoiceField(label=_("What is assigned"), widget=forms.RadioSelect, initial=THIS_ITEM)

    def __init__(self, data: Any = None, *, today: date, people: Choices, item: str) -> None:
        super().__init__(data, today=today)
        self.offer("owner", [("", "Choose one"), *people, (NOBODY, "nobody in particular")])
        whole = (WHOLE_PATIENT, "all of the patient’s monitoring")
        self.offer("scope", [(THIS_ITEM, f"only this: {item}"), whole] if item else [whole])
        if not item:
            self.fields["scope"].initial = WHOLE_PATIENT


class AssignManyForm(EntryForm):
    owner = forms.TypedChoiceField(label=_("Whose work they become"), coerce=int)

    def __init__(self, data: Any = None, *, today: date, people: Choices) -> None:
        super().__init__(data, today=today)
        self.offer("owner", [("", "Choose one"), *people])


class SnoozeManyForm(EntryForm):
    until = DayField(label=_("Put off until"), help_text=_UNTIL_HELP_OF_MANY)
    reason = words(_("Reason"), length=300, required=True)


class SampleManyForm(EntryForm):
    taken_on = DayField(label=_("Taken on"))
    until = DayField(label=_("Wait for the results until"), required=False)
    note = words(_("Note"), length=300)

    def __init__(self, data: Any = None, *, today: date, days_to_wait: int) -> None:
        super().__init__(data, today=today, initial={"taken_on": today})
        self.fields["until"].help_text = waiting_help(days_to_wait)


class NotNeededManyForm(EntryForm):
    reason = words(_("Why they are not needed"), length=300, required=True)
    until = DayField(
        label=_("Until"),
        required=False,
        help_text=_("From this day on they are asked for again. Empty: for as long as the same drug asks for them."),
    )


class LetterManyForm(EntryForm):
    on = DayField(label=_("Date of the letters"))
    outcome = one_of(ContactOutcome, _("What came of it"), initial=ContactOutcome.MESSAGE_LEFT)
    note = words(_("Note"), length=500, lines=2, help_text=_("For example which letter was sent."))


class SaveViewForm(forms.Form):
    name = WordsField(label=_("Name"), max_length=60)
    query = forms.CharField(max_length=500, required=False)


def waiting_help(days: int) -> str:
    return f"After this day the items are asked for again. Empty: {days} days after the sample. For example 05/04/2027."
