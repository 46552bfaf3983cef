from datetime import timedelta
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy

from monitoring.actions import override_interval
from monitoring.plan_forms import EVERY, ChangeIntervalForm
from monitoring.rules.plan import repeated_items
from monitoring.schedules import protocol_of
from monitoring.selectors import interval_overrides_for
from patients.rules.permissions import Permission
from tracker.plan_words import interval_words
from tracker.presenters.earlier import since, together
from tracker.views.forms.plan_page import PlanFormPage

_USUAL = timedelta(days=84)
"""What is offered as its length: about one interval of the standard schedule's last phase."""


class ChangeInterval(PlanFormPage[ChangeIntervalForm]):
    """Another interval than the schedule's, until a day."""

    template_name = "monitoring/change_interval.html"
    title = gettext_lazy("Change an interval")
    submit_label = gettext_lazy("Change the interval")
    done = gettext_lazy("The interval is changed. It ends by itself on the day that you chose.")
    permission = Permission.ADJUST_MONITORING

    def form(self, data: QueryDict | None = None) -> ChangeIntervalForm:
        items = self.items()
        asked = self.request.GET.get("item", "")
        initial = {
            "drug": self.drug_asked_for(),
            "item": asked if asked in dict(items) else EVERY,
            "from_on": self.today,
            "until": self.today + _USUAL,
        }
        return ChangeIntervalForm(data, today=self.today, initial=initial, drugs=self.drugs(), items=items)

    def items(self) -> list[tuple[str, str]]:
        """Whatever the schedule repeats for any of the drugs that can be chosen."""
        protocol = protocol_of(self.patient.clinic)
        wanted = {item for drug, _ in self.drugs() for item in repeated_items(protocol, drug)}
        return [(item.id, item.name) for item in protocol.items.values() if item.id in wanted]

    def previous(self) -> dict[str, str]:
        held = interval_overrides_for(self.staff).filter(patient=self.patient, until__gt=self.today)
        said = (since(interval_words(row.drug, row.item, row.interval_days, row.until), row.from_on) for row in held)
        return {"interval_days": together(said)}

    def write(self, form: ChangeIntervalForm) -> None:
        override_interval(by=self.staff, patient_id=self.patient.pk, **form.cleaned_data)

    def context(self) -> dict[str, Any]:
        return {"schedule": protocol_of(self.patient.clinic)}
