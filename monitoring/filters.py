"""Filters that lists of monitoring take from the query string."""

from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.drainage import set_override

from monitoring.models import DueItem
from monitoring.models.due_item import DueItemStatus
from monitoring.models.result import ResultSource
from monitoring.rules.findings import DueStatus, ItemKind
from monitoring.rules.lateness import Lateness
from monitoring.rules.vocabulary import Bucket, ContactOutcome, MonitoredBy, RiskTier
from monitoring.selectors import ATTENTION, EVERYTHING, NOT_ASSESSED, OwnedBy, WorklistFilters, narrowed, worklist
from patients.filters import DayFilter, IdFilter, OfPatient, OfPatientByDay, WordFilter, from_and_to
from patients.models import Staff


class _StandingNeedsItsDay(forms.Form):
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if any(cleaned.get(name) for name in ("standing", "bucket", "lateness")) and not cleaned.get("as_of"):
            raise forms.ValidationError({"as_of": "How an item stands depends on the day: give as_of as well."})
        return cleaned


class OwnerFilter(filters.CharFilter):
    """`me`, `team` (anybody), `nobody`, or the id of a member of staff."""

    field_class = forms.RegexField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        known = "|".join(OwnedBy)
        super().__init__(*args, regex=rf"^({known}|[1-9][0-9]{{0,17}})$", **kwargs)
        set_override(self, "field", {"type": "string"})


class ResultFilters(OfPatient):
    analyte = filters.CharFilter()
    source = filters.ChoiceFilter(choices=ResultSource.choices)
    sampled_from, sampled_to = from_and_to("sampled_on")


class DueItemFilters(OfPatient):
    """Due items; the worklist's own filters. Those that depend on the day need `as_of` and keep open items only."""

    as_of = DayFilter(method="unchanged")
    standing = filters.ChoiceFilter(
        choices=[*DueStatus.choices(), (ATTENTION, "due soon, due and overdue")], method="stands_so"
    )
    bucket = filters.ChoiceFilter(
        choices=[*Bucket.choices(), (ATTENTION, "overdue, due now and this week")], method="stands_so"
    )
    lateness = filters.ChoiceFilter(choices=Lateness.choices(), method="stands_so")
    clinic = IdFilter(method="narrowed")
    item = filters.CharFilter(method="narrowed")
    drug = filters.CharFilter(method="narrowed")
    kind = filters.ChoiceFilter(choices=ItemKind.choices(), method="narrowed")
    owner = OwnerFilter(method="narrowed")
    risk = filters.ChoiceFilter(choices=[*RiskTier.choices(), (NOT_ASSESSED, "not assessed")], method="narrowed")
    monitored_by = filters.ChoiceFilter(choices=MonitoredBy.choices(), method="narrowed")
    status = filters.ChoiceFilter(choices=DueItemStatus.choices)
    due_from, due_to = from_and_to("due_on")

    def unchanged(self, rows: QuerySet[DueItem], name: str, value: date) -> QuerySet[DueItem]:
        """The day says how late an item is, never which items there are."""
        return rows

    def narrowed(self, rows: QuerySet[DueItem], name: str, value: Any) -> QuerySet[DueItem]:
        return narrowed(rows, cast(Staff, self.request.user), WorklistFilters(**{name: value}))

    def stands_so(self, rows: QuerySet[DueItem], name: str, value: str) -> QuerySet[DueItem]:
        as_of = self.form.cleaned_data["as_of"]
        column = "status" if name == "standing" else name
        wanted = WorklistFilters(**{"bucket": EVERYTHING, column: value})
        return rows.filter(pk__in=worklist(cast(Staff, self.request.user), as_of, wanted).order_by().values("pk"))

    def get_form_class(self) -> type[forms.Form]:
        return type("DueItemForm", (_StandingNeedsItsDay, super().get_form_class()), {})


class ItemFilters(OfPatient):
    item = filters.CharFilter()


class ContactFilters(OfPatientByDay):
    item = filters.CharFilter()
    outcome = WordFilter(ContactOutcome)


class AssignmentFilters(OfPatient):
    item = filters.CharFilter()
    owner = IdFilter(field_name="owner")


class SnoozeFilters(OfPatient):
    item = filters.CharFilter()
