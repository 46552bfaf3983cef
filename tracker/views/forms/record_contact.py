from typing import Any

from django.contrib import messages
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.actions import record_contact
from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.vocabulary import ContactOutcome
from monitoring.schedules import protocol_of
from monitoring.selectors import found_at, missed_visits_of
from monitoring.tasks import reconcile_told
from monitoring.work_forms import RecordContactForm
from patients.rules.wording import joined
from tracker import display
from tracker.views.forms.found import say_found
from tracker.views.forms.work_page import WorkFormPage


class RecordContact(WorkFormPage[RecordContactForm]):
    """One attempt to reach the patient, and what came of it. Some symptoms ask for action at once."""

    template_name = "monitoring/record_contact.html"
    title = gettext_lazy("Record a contact")
    submit_label = gettext_lazy("Record the contact")
    done = gettext_lazy("The contact is recorded.")

    def open(self, **ids: Any) -> None:
        super().open(**ids)
        self.protocol = protocol_of(self.patient.clinic)

    def form(self, data: QueryDict | None = None) -> RecordContactForm:
        return RecordContactForm(data, today=self.today, urgent=what_symptoms_ask(self.protocol))

    def write(self, form: RecordContactForm) -> None:
        row = record_contact(
            by=self.staff,
            patient_id=self.patient.pk,
            item=self.item.id if self.item is not None else "",
            occasion=self.occasion,
            **form.cleaned_data,
        )
        self.undo = ("contact", row)
        self.contact = row
        self.missed = row.outcome == ContactOutcome.DID_NOT_ATTEND

    def follow_up(self) -> None:
        super().follow_up()
        reconcile_told(self.contact)

    def say_done(self) -> None:
        super().say_done()
        if self.contact.symptoms:
            self._say_what_symptoms_ask()
        found = missed_visits_of(self.staff, [self.patient], self.today).get(self.patient.pk) if self.missed else None
        if found is not None and found.not_safe_to_continue and found.reason is not None:
            messages.warning(self.request, found.reason.text)

    def _say_what_symptoms_ask(self) -> None:
        answer = found_at(self.staff, self.contact)
        if answer.alert is not None:
            say_found(self.request, answer.alert)
        for due in answer.due:
            said = {"item": due.name[:1].upper() + due.name[1:], "day": display.day(due.due_on)}
            messages.warning(self.request, _("%(item)s: due since %(day)s. It stands on the worklist.") % said)

    def context(self) -> dict[str, Any]:
        found = missed_visits_of(self.staff, [self.patient], self.today)
        return {**super().context(), "missed": found.get(self.patient.pk)}


def what_symptoms_ask(protocol: MonitoringProtocol) -> str:
    """Which symptoms raise an alert and what is to be done, one sentence for each rule."""
    sentences = []
    for rule in protocol.symptoms:
        told = joined(tuple(symptom.label for symptom in rule.symptoms))
        drugs = joined(tuple(protocol.drugs[drug].name for drug in rule.drugs))
        said = {"told": told[:1].upper() + told[1:], "drugs": drugs, "grade": rule.grade.label, "action": rule.action}
        if drugs:
            sentences.append(_("%(told)s on %(drugs)s (%(grade)s): %(action)s") % said)
        else:
            sentences.append(_("%(told)s (%(grade)s): %(action)s") % said)
    return " ".join(sentences)
