"""Decisions about one patient's monitoring, in and out of the API. Shape only: actions say what may be decided."""

from typing import Any

from rest_framework import serializers

from monitoring.rules.vocabulary import MonitoredBy, RiskTier
from patients.fields import ClinicalDateField, QuantityField, StrictSerializer, WordField
from patients.serializers import PatientFactSerializer

_RANGE: dict[str, Any] = {"max_digits": 8, "decimal_places": 2}
_SLUG: dict[str, Any] = {"max_length": 64, "required": False, "allow_blank": True}


class RiskAssessmentSerializer(PatientFactSerializer):
    """`factors` are needed for any tier but the standard one."""

    on = ClinicalDateField()
    tier = WordField(RiskTier)
    factors = serializers.CharField(max_length=500, required=False, allow_blank=True)
    protocol_version = serializers.CharField(read_only=True)


class IntervalOverrideSerializer(PatientFactSerializer):
    """Another interval than the schedule's, from a day to before `until`. `drug` "" is every drug, `item` "" all."""

    drug = serializers.CharField(**_SLUG)
    item = serializers.CharField(**_SLUG)
    interval_days = serializers.IntegerField(min_value=1, max_value=364)
    from_on = ClinicalDateField()
    until = ClinicalDateField()
    reason = serializers.CharField(max_length=300)
    protocol_version = serializers.CharField(read_only=True)


class SharedCareSerializer(PatientFactSerializer):
    """From a day on; `drug` "" is every drug. `provider` names the practice or service when it is not this clinic."""

    drug = serializers.CharField(**_SLUG)
    from_on = ClinicalDateField()
    monitored_by = WordField(MonitoredBy)
    provider = serializers.CharField(max_length=120, required=False, allow_blank=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class PauseSerializer(PatientFactSerializer):
    """Tests not asked for, from a day (today when left out) to before `until`, or before `ended_on` once resumed."""

    drug = serializers.CharField(**_SLUG)
    from_on = ClinicalDateField(required=False)
    until = ClinicalDateField()
    reason = serializers.CharField(max_length=300)
    ended_on = serializers.DateField(read_only=True, allow_null=True)
    end_reason = serializers.CharField(read_only=True)


class TargetRangeSerializer(PatientFactSerializer):
    """The range of a drug level from a day on, both ends included. `unit` is a spelling of the analyte's own unit."""

    analyte = serializers.CharField(max_length=64)
    from_on = ClinicalDateField()
    low = QuantityField(**_RANGE, min_value=0)
    high = QuantityField(**_RANGE, min_value=0)
    unit = serializers.CharField(max_length=24)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class ResumeSerializer(StrictSerializer):
    on = ClinicalDateField(required=False, help_text="From when tests are asked for again. Left out: today.")
    reason = serializers.CharField(max_length=300)


class EndIntervalSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=300)
