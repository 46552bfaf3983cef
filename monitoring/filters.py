"""Filters that lists of monitoring take from the query string."""

from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django_filters import rest_framework as filters

from monitoring.models import DueItem
from monitoring.models.due_item import DueItemStatus
from monitoring.models.result import ResultSource
from monitoring.rules.findings import DueStatus
from monitoring.selectors import ATTENTION, WorklistFilters, worklist
from patients.filters import DayFilter, IdFilter, OfPatient, from_and_to
from patients.models import Staff


class _StandingNeedsItsDay(forms.Form):
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("standing") and not cleaned.get("as_of"):
            raise forms.ValidationError({"as_of": "How an item stands depends on the day: give as_of as well."})
        return cleaned


class ResultFilters(OfPatient):
    analyte = filters.CharFilter()
    source = filters.ChoiceFilter(choices=ResultSource.choices)
    sampled_from, sampled_to = from_and_to("sampled_on")


class DueItemFilters(OfPatient):
    """Due items; `standing` keeps the open ones that stand so on `as_of`, which it needs."""

    as_of = DayFilter(method="unchanged")
    standing = filters.ChoiceFilter(
        choices=[*DueStatus.choices(), (ATTENTION, "all but not due and snoozed")], method="stands_so"
    )
    clinic = IdFilter(field_name="patient__clinic")
    item = filters.CharFilter()
    drug = filters.CharFilter()
    status = filters.ChoiceFilter(choices=DueItemStatus.choices)
    due_from, due_to = from_and_to("due_on")

    def unchanged(self, rows: QuerySet[DueItem], name: str, value: date) -> QuerySet[DueItem]:
        """The day says how late an item is, never which items there are."""
        return rows

    def stands_so(self, rows: QuerySet[DueItem], name: str, value: str) -> QuerySet[DueItem]:
        as_of = self.form.cleaned_data["as_of"]
        wanted = WorklistFilters(status=value)
        return rows.filter(pk__in=worklist(cast(Staff, self.request.user), as_of, wanted).order_by().values("pk"))

    def get_form_class(self) -> type[forms.Form]:
        return type("DueItemForm", (_StandingNeedsItsDay, super().get_form_class()), {})


class SnoozeFilters(OfPatient):
    item = filters.CharFilter()
