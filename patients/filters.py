"""Filters that lists of the API take from the query string."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.drainage import set_override

from patients.fields import LARGEST_ID, described
from patients.models import Condition
from patients.rules.days import EARLIEST, LATEST
from patients.rules.vocabulary import ConditionKind, PatientStatus, Subtype, Vocabulary


class IdFilter(filters.NumberFilter):
    """Rows that belong to the row with this id."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=1, max_value=LARGEST_ID, **kwargs)
        set_override(self, "field", {"type": "integer", "minimum": 1})


class WordFilter(filters.ChoiceFilter):
    """Rows with this word of a closed list."""

    def __init__(self, vocabulary: type[Vocabulary], **kwargs: Any) -> None:
        super().__init__(choices=vocabulary.choices(), **kwargs)
        set_override(self, "field", described(vocabulary))


class _DayFormField(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)
        self.error_messages["invalid"] = "Write the date as YYYY-MM-DD."

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is not None and not EARLIEST <= day <= LATEST:
            raise forms.ValidationError("This day lies outside 1900 to 2200. Check the year.")
        return day


class DayFilter(filters.DateFilter):
    """Rows from, or up to, a day, both inclusive."""

    field_class = _DayFormField


def from_and_to(field: str) -> tuple[DayFilter, DayFilter]:
    """Filters for the first and the last day of a stretch of time."""
    return DayFilter(field_name=field, lookup_expr="gte"), DayFilter(field_name=field, lookup_expr="lte")


class PatientFilters(filters.FilterSet):
    """Patients. A name or number is searched for by post: it has no place in an address."""

    clinic = IdFilter(field_name="clinic")
    status = WordFilter(PatientStatus)
    subtype = WordFilter(Subtype)


class OfPatient(filters.FilterSet):
    """Facts of one patient."""

    patient = IdFilter(field_name="patient")


class OfPatientByDay(OfPatient):
    """Facts of one patient, from a day to a day."""

    from_on, to_on = from_and_to("on")


class ConditionFilters(OfPatient):
    """Conditions; `present_on` keeps those that were present on that day."""

    kind = WordFilter(ConditionKind)
    present_on = DayFilter(method="was_present")

    def was_present(self, rows: QuerySet[Condition], name: str, value: date) -> QuerySet[Condition]:
        return rows.filter(from_on__lte=value).exclude(to_on__lt=value)
