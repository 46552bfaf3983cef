"""What is typed about how a clinic works and what its members are told. Shape and parse only; actions decide."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.actions import ClinicSettings, MailWanted
from patients.inputs import EntryForm, Label, Section, WholeNumberField, one_of, words
from patients.models import Clinic, Membership
from patients.rules.vocabulary import Theme

IN_FORCE = "in_force"
"""What stands in the form for the schedule that is in force for every clinic which has chosen none."""
DIGEST, ALERTS = "digest", "alerts"
_TOLD = [(DIGEST, "the daily digest"), (ALERTS, "alerts")]


class ClockField(forms.TimeField):
    """A time by the clinic's clocks, as 07:30."""

    default_error_messages = {"invalid": gettext_lazy("Enter a time from 00:00 to 23:59, for example 07:30.")}

    def __init__(self, *, label: Label, help_text: Label = "") -> None:
        widget = forms.TimeInput(format="%H:%M", attrs={"size": 6})
        widget.input_type = "text"  # as for days: what cannot be read stays to be put right
        super().__init__(label=label, help_text=help_text, input_formats=["%H:%M", "%H.%M"], widget=widget)


class ClinicSettingsForm(EntryForm):
    """How one clinic works. `schedules` are pairs of id and name, `members` whoever can lead."""

    monitoring_schedule = forms.TypedChoiceField(
        label=gettext_lazy("Monitoring schedule"),
        coerce=lambda chosen: "" if chosen == IN_FORCE else chosen,
        widget=forms.RadioSelect,
    )
    dates_move = forms.BooleanField(
        label=gettext_lazy("I know that another schedule moves the next dates of this clinic’s patients"),
        required=False,
        help_text=gettext_lazy(
            "Which dates would move for which patients can be printed "
            "beforehand by whoever runs the server (manage.py protocol_diff)."
        ),
    )
    telephone = words(
        gettext_lazy("Telephone for patients"),
        length=40,
        help_text=gettext_lazy("What patients are told to ring. For example 0131 496 0123."),
    )
    digest_at = ClockField(label=gettext_lazy("Daily digest at"), help_text=gettext_lazy("Outside the quiet hours."))
    quiet_from = ClockField(
        label=gettext_lazy("Quiet from"),
        help_text=gettext_lazy("From then on no e-mail goes out but what cannot wait."),
    )
    quiet_until = ClockField(label=gettext_lazy("Quiet until"))
    leads = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Who leads the clinic"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Alerts that nobody acknowledges reach them last, and they may change these settings."),
    )  # fmt: skip
    retention_years = WholeNumberField(
        label=gettext_lazy("Records are kept for (years)"),
        required=True,
        help_text=gettext_lazy(
            "After the last entry or after death. Afterwards the clinic is asked to decide; nothing is deleted."
        ),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    needed_for = {"dates_move": _("another schedule")}
    layout = (
        Section(gettext_lazy("Monitoring"), ("monitoring_schedule", "dates_move")),
        Section(gettext_lazy("Patients"), ("telephone",)),
        Section(
            gettext_lazy("E-mail"), ("digest_at", "quiet_from", "quiet_until"), "By the clinic’s own clocks, as 07:30."
        ),
        Section(gettext_lazy("Records"), ("retention_years",)),
        Section(gettext_lazy("People"), ("leads",)),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        today: date,
        settings: ClinicSettings,
        schedules: Sequence[tuple[str, str]],
        members: Sequence[tuple[int, str]],
    ) -> None:
        initial = {
            "monitoring_schedule": settings.monitoring_schedule or IN_FORCE,
            "telephone": settings.telephone,
            "digest_at": settings.digest_at,
            "quiet_from": settings.quiet_from,
            "quiet_until": settings.quiet_until,
            "retention_years": settings.retention_years,
            "leads": sorted(settings.leads),
            "seen": settings.fingerprint,
        }
        super().__init__(data, today=today, initial=initial)
        self.before = settings
        self._choices("monitoring_schedule", schedules)
        self._choices("leads", members)
        if not members:
            del self.fields["leads"]

    def _choices(self, name: str, choices: Sequence[tuple[Any, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = cleaned.get("monitoring_schedule", self.before.monitoring_schedule)
        if chosen != self.before.monitoring_schedule and not cleaned.get("dates_move"):
            self.add_error("dates_move", gettext_lazy("Tick this to change the schedule."))
        return cleaned

    def settings(self) -> ClinicSettings:
        """What was typed. Only for a valid form."""
        typed = self.cleaned_data
        return ClinicSettings(
            monitoring_schedule=typed["monitoring_schedule"],
            telephone=typed["telephone"],
            digest_at=typed["digest_at"],
            quiet_from=typed["quiet_from"],
            quiet_until=typed["quiet_until"],
            retention_years=typed["retention_years"],
            leads=frozenset(typed.get("leads", ())),
        )


class MySettingsForm(EntryForm):
    """How the pages look for one member of staff, and what they are told by e-mail, clinic by clinic."""

    def __init__(self, data: Any = None, *, today: date, theme: Theme, memberships: Sequence[Membership]) -> None:
        self.clinics: Mapping[str, Clinic] = {f"clinic_{row.clinic_id}": row.clinic for row in memberships}
        rows = {
            f"clinic_{row.clinic_id}": forms.MultipleChoiceField(
                label=row.clinic.name,
                choices=_TOLD,
                required=False,
                initial=[word for word, wanted in ((DIGEST, row.wants_digest), (ALERTS, row.wants_alerts)) if wanted],
                widget=forms.CheckboxSelectMultiple,
            )
            for row in memberships
        }
        look = one_of(
            Theme,
            _("Colours and contrast"),
            radios=True,
            help_text=_("For you alone, on every computer where you sign in. Paper is always black on white."),
        )
        super().__init__(data, today=today, initial={"theme": theme.value}, rows={"theme": look, **rows})
        self.layout = (
            Section(_("How the pages look"), ("theme",)),
            Section(_("What you are told by e-mail"), tuple(rows)),
        )

    @property
    def chosen_theme(self) -> Theme:
        """How the pages are to look. Only for a valid form."""
        return Theme(self.cleaned_data["theme"])

    def wanted(self) -> dict[int, MailWanted]:
        """What was ticked, by clinic id. Only for a valid form."""
        return {
            clinic.pk: MailWanted(digest=DIGEST in self.cleaned_data[name], alerts=ALERTS in self.cleaned_data[name])
            for name, clinic in self.clinics.items()
        }
