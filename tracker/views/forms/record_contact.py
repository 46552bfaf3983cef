from typing import Any

from django.contrib import messages
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from monitoring.actions import record_contact
from monitoring.rules.vocabulary import ContactOutcome
from monitoring.schedules import protocol_of
from monitoring.selectors import missed_visits_of
from monitoring.work_forms import RecordContactForm
from tracker.views.forms.work_page import WorkFormPage


class RecordContact(WorkFormPage[RecordContactForm]):
    """One attempt to reach the patient, and what came of it. Some symptoms ask for action at once."""

    template_name = "monitoring/record_contact.html"
    title = _("Record a contact")
    submit_label = _("Record the contact")
    done = _("The contact is recorded.")

    def open(self, **ids: Any) -> None:
        super().open(**ids)
        self.protocol = protocol_of(self.patient.clinic)

    def form(self, data: QueryDict | None = None) -> RecordContactForm:
        asking = [symptom.label for symptom in self.protocol.symptoms.symptoms]
        urgent = f"Any of {', '.join(asking[:-1])} or {asking[-1]}: {_within(self.protocol.symptoms.action)}"
        return RecordContactForm(data, today=self.today, urgent=urgent)

    def write(self, form: RecordContactForm) -> None:
        row = record_contact(
            by=self.staff,
            patient_id=self.patient.pk,
            item=self.item.id if self.item is not None else "",
            occasion=self.occasion,
            **form.cleaned_data,
        )
        self.undo = ("contact", row)
        self.urgent = [symptom.label for symptom in self.protocol.symptoms.symptoms if symptom in row.symptoms]
        self.missed = row.outcome == ContactOutcome.DID_NOT_ATTEND

    def say_done(self) -> None:
        super().say_done()
        if self.urgent:
            told = ", ".join(self.urgent).capitalize()
            messages.warning(self.request, f"{told}: {_within(self.protocol.symptoms.action)}")
        found = missed_visits_of(self.staff, [self.patient], self.today).get(self.patient.pk) if self.missed else None
        if found is not None and found.not_safe_to_continue and found.reason is not None:
            messages.warning(self.request, found.reason.text)

    def context(self) -> dict[str, Any]:
        found = missed_visits_of(self.staff, [self.patient], self.today)
        return {**super().context(), "missed": found.get(self.patient.pk)}


def _within(sentence: str) -> str:
    """A sentence as it goes on after a colon."""
    return sentence[:1].lower() + sentence[1:]
