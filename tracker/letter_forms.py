"""What somebody chooses and writes for a letter. Nothing of it is kept: it goes into the printed letter alone."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tracker.letters.letter import PART_TITLES, LetterPart, LetterWords

_LONGEST = 3000


def _own_words(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=_LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )


class LetterForm(forms.Form):
    """The parts of the letter and the writer's own sentences."""

    parts = forms.MultipleChoiceField(
        label=_("What goes into the letter"),
        choices=[(part.value, PART_TITLES[part]) for part in LetterPart],
        initial=[part.value for part in LetterPart],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one part: a letter without any would say nothing.")},
    )
    recipient = forms.CharField(
        label=_("To"),
        help_text=_("Name and address of the practice, as they should stand on the letter."),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    opening = _own_words(_("Opening sentences"))
    plan = _own_words(_("Plan"), _("In your own words; planned changes of treatment follow by themselves."))

    def words(self) -> LetterWords:
        """What was chosen and written, of a valid form."""
        data = self.cleaned_data
        return LetterWords(
            chosen=frozenset(LetterPart(value) for value in data["parts"]),
            recipient=data["recipient"],
            opening=data["opening"],
            plan=data["plan"],
        )
