"""What is typed to put right who a patient is. Shape and parse only; the action decides."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.entries import LONGEST_REASON
from patients.forms import WhoForm
from patients.inputs import Section, words


class CorrectIdentityForm(WhoForm):
    """Who the patient is, as it is to stand; `version` is the one that the page was read at."""

    reason = words(
        _("Reason"),
        length=LONGEST_REASON,
        required=True,
        help_text=_("For example: name changed by marriage, or date of birth mistyped."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    layout = (
        Section(_("Numbers"), ("hospital_number", "nhs_number")),
        Section(_("Person"), ("family_name", "given_names", "born", "sex")),
        Section(_("Why"), ("reason",)),
        Section(_("Somebody alike is registered"), ("alike_because",)),
    )

    def __init__(self, data: Any = None, *, today: date, initial: Mapping[str, Any]) -> None:
        super().__init__(data, today=today, initial=initial)
        if data is not None and "alike_because" in data:
            self.ask_why()

    def ask_why(self) -> None:
        """Somebody alike is there: asks why this record is corrected all the same."""
        self.fields["alike_because"] = words(
            _("If it is somebody else: why is this record corrected all the same?"),
            length=LONGEST_REASON,
            help_text=_(
                "For example: a twin, or a namesake with another NHS number. Leave it empty to be asked again."
            ),
        )
