"""What is typed about calendar addresses."""

from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring.rules.vocabulary import FeedContent
from patients.inputs import WordsField


class NewFeedForm(forms.Form):
    """Which days a new address shows, and what its owner calls it."""

    content = forms.ChoiceField(label=_("What it shows"), choices=FeedContent.choices(), initial=FeedContent.BOTH)
    label = WordsField(
        label=_("Your name for it"),
        max_length=60,
        required=False,
        help_text=_("For example: the telephone of the ward."),
    )
