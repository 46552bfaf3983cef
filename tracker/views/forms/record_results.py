from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from monitoring.actions import record_results
from monitoring.models import Result
from monitoring.panels import PANELS, Panel, outside_panels, panel_named, panel_of_choice, panel_of_item
from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.protocol.load import load
from monitoring.result_forms import Levels, RecordResultsForm
from monitoring.selectors import conversions_of, found_in, last_results, level_windows, remarks_on
from monitoring.selectors.work import course_infused
from patients.rules.permissions import Permission
from tracker import display
from tracker.views.forms.comes_back import ComesBack
from tracker.views.forms.found import say_found
from tracker.views.forms.guarded import GuardedPage
from tracker.views.forms.page import PatientFormPage
from tracker.views.way_back import is_here


class ResultPage(GuardedPage[Any]):
    """A page that saves results: it shows back what was made of them, and says which levels do not count."""

    saved: list[Result]

    def leave(self) -> HttpResponseRedirect:
        for text in conversions_of(self.saved):
            messages.info(self.request, text)
        for found in found_in(self.staff, self.saved):
            say_found(self.request, found)
        for text in remarks_on(self.staff, self.saved):
            messages.warning(self.request, text)
        for row in self.saved:
            if row.dosed_at is not None and row.hours_after_dose is not None:
                hours = display.number(row.hours_after_dose)
                messages.info(self.request, f"The sample was taken {hours} hours after the dose.")
        return super().leave()


class RecordResults(ResultPage, ComesBack[RecordResultsForm], PatientFormPage[RecordResultsForm]):
    """The results of one sample. The address says which: a panel, a due item, or tests chosen one by one."""

    template_name = "monitoring/record_results.html"
    title = _("Record results")
    submit_label = _("Record the results")
    done = _("The results are recorded.")
    permission = Permission.RECORD_MONITORING

    def open(self, **ids: Any) -> None:
        super().open(**ids)
        self.protocol = load()
        self.panel = chosen_panel(self.request.GET, self.protocol)

    def get(self, request: HttpRequest, **ids: Any) -> HttpResponse:
        if request.GET.get("item") in ("weight", "height"):
            return redirect(f"{reverse('add_weight', args=[self.patient.pk])}{self.back_query('?')}")
        course = course_infused(self.staff, self.patient, self.protocol.items.get(request.GET.get("item", "")))
        if course is not None:
            return redirect("record_infusion", course_id=course.pk)
        return super().get(request, **ids) if self.panel else self.show(None)

    def post(self, request: HttpRequest, **ids: Any) -> HttpResponse:
        return super().post(request, **ids) if self.panel else self.show(None)

    def form(self, data: QueryDict | None = None) -> RecordResultsForm:
        analytes = [self.protocol.analytes[found] for found in self.panel.analytes] if self.panel else []
        form = RecordResultsForm(data, today=self.today, analytes=analytes, levels=levels(self.protocol))
        last = last_results(self.staff, self.patient.pk, form.analyte_ids, up_to=form.day_typed())
        form.show_last(last, {analyte: previous(row) for analyte, row in last.items()})
        return form

    def write(self, form: RecordResultsForm) -> None:
        self.saved = record_results(
            by=self.staff,
            patient_id=self.patient.pk,
            values=form.values(),
            seen=form.seen_fingerprints(),
            **form.sample(),
        )

    def context(self) -> dict[str, Any]:
        item = self.protocol.items.get(self.request.GET.get("item", ""))
        return {
            "panel": self.panel,
            "panels": PANELS,
            "other_analytes": outside_panels(self.protocol.analytes),
            "by_infusion": item if item is not None and not item.satisfied_by else None,
            "choose_url": f"{self.request.path}{self.back_query('?')}",
            "back_query": self.back_query("&"),
            "next": self.request.GET.get("next", "") if self.back_query("&") else "",
        }

    def back_query(self, joint: str) -> str:
        """The way back, for links of this page to itself with other tests; "" where it is the record."""
        asked = self.request.GET.get("next", "")
        return f"{joint}{urlencode({'next': asked})}" if is_here(asked) else ""


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


def levels(protocol: MonitoringProtocol) -> Levels:
    """The analytes that are levels before the next dose, each with when it counts, in words."""
    return {analyte: display.when_a_level_counts(windows) for analyte, windows in level_windows(protocol).items()}


def previous(row: Result) -> str:
    """The value recorded last, with its day, as it stands beside the field."""
    text = f"{display.result_value(row.comparator, row.value, row.unit, row.text)} on {display.day(row.sampled_on)}"
    if row.hours_after_dose is not None:
        text += f", {display.number(row.hours_after_dose)} h after the dose"
    return f"{text}, {row.brand}" if row.brand else text
