"""One alert: why, the values in time, what is taken, what was done so far, and what can be done now."""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.cache import never_cache

from monitoring import actions
from monitoring.alert_forms import AcknowledgeForm, ActForm, AlertForm, CloseForm, ReopenForm
from monitoring.rules.vocabulary import AlertAction, AlertStatus
from monitoring.selectors import AlertPage, alert_page
from monitoring.tasks import reconcile_soon
from patients.errors import DomainError, NotAllowed, NotFound, Refused, StaleVersion
from patients.models import Staff
from tracker.presenters.alerts import courses_shown, moment_shown, steps_shown
from tracker.views.forms.keeping import as_typed
from tracker.views.forms.page import INVALID, STALE
from tracker.views.refusals import refusals_as_pages

_DONE = {
    "acknowledge": gettext_lazy(
        "It is recorded that you have seen the alert. It no longer climbs; decide next what is to be done."
    ),
    "act": gettext_lazy("The decision is recorded. Change the drug itself at its course."),
    "close": gettext_lazy("The alert is closed."),
    "reopen": gettext_lazy("The alert is open again."),
}


@method_decorator(never_cache, name="dispatch")
class AlertView(View):
    """The page of one alert. Each form on it is one step; all of them work without a script."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, alert_id: int) -> HttpResponse:
        return self._show(self._page(alert_id))

    @refusals_as_pages()
    def post(self, request: HttpRequest, alert_id: int) -> HttpResponse:
        page = self._page(alert_id)
        if not page.may_record:
            raise PermissionDenied(gettext_lazy("Your role in this clinic records nothing about alerts."))
        step = request.POST.get("step", "")
        form = self._form(step, page, request.POST)
        if form is None:
            # The alert was moved on in another window, so that this step is no longer offered.
            return self._moved_on(page, step)
        if not form.is_valid():
            return self._show(page, form, INVALID)
        cleaned = {name: value for name, value in form.cleaned_data.items() if name != "step"}
        try:
            getattr(actions, f"{step}_alert" if step != "act" else "act_on_alert")(
                by=cast(Staff, request.user), alert_id=alert_id, **cleaned
            )
        except (NotFound, NotAllowed):
            raise
        except StaleVersion:
            return self._moved_on(self._page(alert_id), step)
        except DomainError as error:
            self._put(form, error)
            return self._show(page, form, INVALID)
        reconcile_soon(page.alert.patient_id)
        messages.success(request, _DONE[step])
        return redirect("alert", alert_id=alert_id)

    @refusals_as_pages()
    def _page(self, alert_id: int) -> AlertPage:
        return alert_page(cast(Staff, self.request.user), alert_id)

    def _put(self, form: AlertForm, error: DomainError) -> None:
        errors = error.errors if isinstance(error, Refused) else {error.field or "": [error.message]}
        for name, texts in errors.items():
            for text in texts:
                form.add_error(name if name in form.fields else None, text)

    def _form(self, step: str, page: AlertPage, data: Any = None) -> AlertForm | None:
        """The form of a step that the person may take now; None for any other."""
        is_closed = page.alert.status == AlertStatus.CLOSED
        of: dict[str, Any] = {"today": page.today, "version": page.alert.version}
        if not page.may_record:
            return None
        if step == "acknowledge" and page.alert.status == AlertStatus.OPEN:
            return AcknowledgeForm(data, **of)
        if step == "act" and not is_closed:
            return ActForm(data, **of, actions=page.actions)
        if step == "close" and not is_closed and page.may_close:
            return CloseForm(data, **of)
        return ReopenForm(data, **of) if step == "reopen" and is_closed else None

    def _moved_on(self, page: AlertPage, step: str) -> HttpResponse:
        """The alert as it stands now, and what was typed: in its form where that is still offered, else in words."""
        typed = cast(QueryDict, self.request.POST).copy()
        typed["version"] = str(page.alert.version)
        form = self._form(step, page, typed)
        words = [text for name in ("note", "reason") if (text := typed.get(name, "").strip())]
        return self._show(page, as_typed(form) if form is not None else None, STALE, moved_on=True, typed=words)

    def _show(
        self,
        page: AlertPage,
        bound: AlertForm | None = None,
        status: int = 200,
        *,
        moved_on: bool = False,
        typed: Sequence[str] = (),
    ) -> HttpResponse:
        forms = {name: self._form(name, page) for name in _DONE}
        if bound is not None:
            forms[bound.name] = bound
        left_out = [action.label for action in AlertAction if action not in page.actions]
        context = {
            "shown": page,
            "alert": page.alert,
            "patient": page.alert.patient,
            "today": page.today,
            "steps": steps_shown(page),
            "courses": courses_shown(page),
            "opened": moment_shown(page.alert.opened_at, page.alert.patient.clinic),
            "forms": forms,
            "form": bound,
            "doctors_only": left_out,
            "moved_on": moved_on,
            "typed": typed,
        }
        return render(self.request, "monitoring/alert.html", context, status=status)
