from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from monitoring.actions import record_results
from monitoring.forms import RecordResultsForm
from monitoring.panels import PANELS, Panel, outside_panels, panel_named, panel_of_choice, panel_of_item
from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.protocol.load import load
from monitoring.rules.findings import ItemKind
from patients.rules.permissions import Permission
from tracker.views.forms.page import PatientFormPage


class RecordResults(PatientFormPage[RecordResultsForm]):
    """The results of one sample. The address says which: a panel, a due item, or tests chosen one by one."""

    template_name = "monitoring/record_results.html"
    title = "Record results"
    submit_label = "Record the results"
    done = "The results are recorded."
    permission = Permission.RECORD_MONITORING

    def open(self, **ids: Any) -> None:
        super().open(**ids)
        self.protocol = load()
        self.panel = chosen_panel(self.request.GET, self.protocol)

    def get(self, request: HttpRequest, **ids: Any) -> HttpResponse:
        if request.GET.get("item") in ("weight", "height"):
            return redirect("add_weight", patient_id=self.patient.pk)
        return super().get(request, **ids) if self.panel else self.show(None)

    def post(self, request: HttpRequest, **ids: Any) -> HttpResponse:
        return super().post(request, **ids) if self.panel else self.show(None)

    def form(self, data: QueryDict | None = None) -> RecordResultsForm:
        analytes = [self.protocol.analytes[found] for found in self.panel.analytes] if self.panel else []
        return RecordResultsForm(data, today=self.today, analytes=analytes, troughs=trough_analytes(self.protocol))

    def write(self, form: RecordResultsForm) -> None:
        typed = form.cleaned_data
        record_results(
            by=self.staff,
            patient_id=self.patient.pk,
            sampled_on=typed["sampled_on"],
            received_on=typed["received_on"],
            source=typed["source"],
            values=form.values(),
        )

    def context(self) -> dict[str, Any]:
        item = self.protocol.items.get(self.request.GET.get("item", ""))
        return {
            "panel": self.panel,
            "panels": PANELS,
            "other_analytes": outside_panels(self.protocol.analytes),
            "by_infusion": item if item is not None and not item.satisfied_by else None,
        }


def chosen_panel(query: QueryDict, protocol: MonitoringProtocol) -> Panel | None:
    """What the address asks for; None while nothing is chosen. Raises Http404 for what the protocol does not know."""
    if "panel" in query:
        panel = panel_named(query.get("panel", ""))
        if panel is None:
            raise Http404("No such panel.")
        return panel
    if "item" in query:
        item = protocol.items.get(query.get("item", ""))
        if item is None:
            raise Http404("No such item of the monitoring protocol.")
        return panel_of_item(item) if item.satisfied_by else None
    panel = panel_of_choice(query.getlist("analyte"), protocol.analytes)
    return panel if panel.analytes else None


def trough_analytes(protocol: MonitoringProtocol) -> frozenset[str]:
    """The analytes that are levels before the next dose, for which the hours since the last dose matter."""
    troughs = (item for item in protocol.items.values() if item.kind is ItemKind.TROUGH)
    return frozenset(analyte for item in troughs for alternative in item.satisfied_by for analyte in alternative)
