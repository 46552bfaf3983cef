"""The second step of starting a course: what is wanted before the first dose, and what speaks against the drug."""

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from monitoring.rules.baseline import BaselineItem
from patients.rules.permissions import Permission
from patients.selectors import permissions_in
from tracker.views.forms.start_step import KeptStart, StartStep

# What is kept on the patient and not as a result, with the permission that recording it takes.
_PAGES = {"weight": ("add_weight", Permission.RECORD_CLINICAL), "height": ("add_weight", Permission.RECORD_CLINICAL)}
_RESULTS = ("record_results", Permission.RECORD_MONITORING)


class StartCourseBaseline(StartStep):
    """Each item done, missing or out of date, with its value and day, and where to record it."""

    name = "start_course_baseline"
    template_name = "regimens/start_course_baseline.html"

    def context(self, kept: KeptStart) -> dict[str, Any]:
        wanting = kept.shown.wanting
        return {"rows": [(item, self._record_url(item) if item in wanting else "") for item in kept.shown.baseline]}

    def _record_url(self, item: BaselineItem) -> str:
        """Where the item is recorded, and from there back here; "" for what this person may not record."""
        page, permission = _PAGES.get(item.item, _RESULTS)
        if self.protocol.items[item.item].by_risk_assessment:
            page, permission = "assess_risk", Permission.ADJUST_MONITORING
        if permission not in permissions_in(self.staff, self.patient.clinic_id):
            return ""
        asked = {"item": item.item} if page == "record_results" else {}
        back = {"next": reverse(self.name, args=[self.patient.pk])}
        return f"{reverse(page, args=[self.patient.pk])}?{urlencode({**asked, **back})}"
