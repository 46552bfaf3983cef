"""Filters that lists of treatment take from the query string."""

from datetime import date

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from patients.filters import DayFilter, IdFilter, OfPatient, OfPatientByDay, WordFilter, from_and_to
from regimens.models import Course
from regimens.rules.vocabulary import CourseRole, MilestoneKind, TaperChoice


class CourseFilters(OfPatient):
    """Courses; `running_on` keeps those whose drug was taken on that day."""

    drug = filters.CharFilter(field_name="drug")
    role = WordFilter(CourseRole)
    start_from, start_to = from_and_to("start_on")
    running_on = DayFilter(method="was_running")

    def was_running(self, rows: QuerySet[Course], name: str, value: date) -> QuerySet[Course]:
        return rows.filter(start_on__lte=value, never_given=False).exclude(stop_on__lte=value)


class InfusionFilters(filters.FilterSet):
    patient = IdFilter(field_name="course__patient")
    course = IdFilter(field_name="course")
    drug = filters.CharFilter(field_name="course__drug")
    from_on, to_on = from_and_to("first_on")


class InfusionPlanFilters(filters.FilterSet):
    patient = IdFilter(field_name="course__patient")
    course = IdFilter(field_name="course")
    drug = filters.CharFilter(field_name="course__drug")


class TaperDecisionFilters(filters.FilterSet):
    patient = IdFilter(field_name="course__patient")
    course = IdFilter(field_name="course")
    choice = WordFilter(TaperChoice)
    from_on, to_on = from_and_to("on")


class MilestoneFilters(OfPatientByDay):
    kind = WordFilter(MilestoneKind)
