"""Filters that lists of decisions about monitoring take from the query string."""

from django_filters import rest_framework as filters

from monitoring.rules.vocabulary import RiskTier
from patients.filters import OfPatient, OfPatientByDay, WordFilter, from_and_to


class RiskFilters(OfPatientByDay):
    tier = WordFilter(RiskTier)


class DrugFilters(OfPatient):
    """Decisions about one drug. Those about every drug have an empty one and are found by the patient."""

    drug = filters.CharFilter()
    begun_from, begun_to = from_and_to("from_on")


class TargetRangeFilters(OfPatient):
    analyte = filters.CharFilter()
    begun_from, begun_to = from_and_to("from_on")
