"""The shape of what must be looked at, in and out of the API. Rules of the record live in the actions, not here."""

from typing import Any

from rest_framework import serializers

from monitoring.actions import NewResult
from monitoring.models import Result
from monitoring.models.due_item import DueItemStatus
from monitoring.models.result import ResultSource
from monitoring.rules.findings import DueStatus, ItemKind, MonitoringFindings
from monitoring.rules.vocabulary import Bucket, MonitoredBy, RiskTier
from patients.fields import ClinicalDateField, IdField, QuantityField, StrictSerializer, WordField
from patients.finding_serializers import LabelledWordField, serializer_of
from patients.serializers import EntrySerializer, PatientFactSerializer

MonitoringFindingsSerializer = serializer_of(MonitoringFindings)

_VALUE = {"max_digits": 12, "decimal_places": 4}


class ClockTimeField(serializers.TimeField):
    """A time of day by the clinic's clocks, HH:MM."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], **kwargs)


class MeasuredSerializer(StrictSerializer):
    """One value. `comparator` keeps `<5` apart from 5.

    For drug levels: either `hours_after_dose`, or the day and time of the last dose, from which the hours follow.
    """

    value = QuantityField(**_VALUE, required=False, allow_null=True)
    comparator = serializers.ChoiceField(choices=[("", "exactly"), *Result.COMPARATORS], required=False)
    unit = serializers.CharField(max_length=24, required=False, allow_blank=True)
    text = serializers.CharField(max_length=200, required=False, allow_blank=True)
    upper_limit = QuantityField(**_VALUE, required=False, allow_null=True)
    hours_after_dose = QuantityField(max_digits=5, decimal_places=2, required=False, allow_null=True, min_value=0)
    dosed_on = ClinicalDateField(required=False, allow_null=True)
    dosed_at = ClockTimeField(required=False, allow_null=True)
    brand = serializers.CharField(max_length=60, required=False, allow_blank=True)
    assay = serializers.CharField(max_length=60, required=False, allow_blank=True)


class ResultValueSerializer(MeasuredSerializer):
    """One value of a report, with the test it is of."""

    analyte = serializers.CharField(max_length=64)


class ResultSerializer(EntrySerializer, ResultValueSerializer):
    """`replaces` is the id of the result that this one corrects, which is no longer listed."""

    patient = serializers.IntegerField(source="patient_id", read_only=True)
    replaces = serializers.IntegerField(source="replaces_id", allow_null=True)
    sampled_on = serializers.DateField()
    sampled_at = ClockTimeField(allow_null=True)
    received_on = serializers.DateField(allow_null=True)
    source = serializers.ChoiceField(choices=ResultSource.choices)


class NewResultsSerializer(StrictSerializer):
    """The values of one sample, recorded all or none. A due item is satisfied by the day of the sample."""

    patient = IdField(source="patient_id")
    sampled_on = ClinicalDateField()
    sampled_at = ClockTimeField(required=False, allow_null=True)
    received_on = ClinicalDateField(required=False, allow_null=True)
    source = serializers.ChoiceField(choices=ResultSource.choices, required=False)
    results = ResultValueSerializer(source="values", many=True, allow_empty=False, max_length=200)

    def validate_results(self, results: list[dict[str, Any]]) -> list[NewResult]:
        return [NewResult(**result) for result in results]


class RecordedResultsSerializer(serializers.Serializer[Any]):
    """The recorded rows, in the order in which they were given.

    `messages` say what a person must look at: a value far from the patient's last one, a second one of its
    test and day, a level that is no trough.
    """

    results = ResultSerializer(many=True)
    messages = serializers.ListField(child=serializers.CharField())


class CorrectedResultSerializer(MeasuredSerializer):
    """The whole result as it should read, of the same test; what is left out is taken as not recorded."""

    sampled_on = ClinicalDateField()
    sampled_at = ClockTimeField(required=False, allow_null=True)
    received_on = ClinicalDateField(required=False, allow_null=True)
    source = serializers.ChoiceField(choices=ResultSource.choices)
    reason = serializers.CharField(max_length=300)

    def sample(self) -> dict[str, Any]:
        """What was said of the sample and why it is corrected, as the action takes it."""
        names = ("sampled_on", "sampled_at", "received_on", "source", "reason")
        return {name: said for name, said in self.validated_data.items() if name in names}

    def value_of(self, analyte: str) -> NewResult:
        """The value as it should read."""
        sample = self.sample()
        return NewResult(analyte=analyte, **{k: said for k, said in self.validated_data.items() if k not in sample})


class StandingSerializer(serializers.Serializer[Any]):
    """How an open item stands on `as_of`. `days_overdue` counts from the due date, once the window is over."""

    as_of = serializers.DateField()
    status = LabelledWordField(DueStatus)
    bucket = LabelledWordField(Bucket)
    days_overdue = serializers.IntegerField()
    over_an_interval = serializers.BooleanField(help_text="Late by more than one whole interval of its schedule.")


class DueItemSerializer(serializers.Serializer[Any]):
    """One thing to be looked at, as last brought in step with the schedule; `standing` is null once it is closed."""

    id = serializers.IntegerField(source="due_item.pk")
    patient = serializers.IntegerField(source="due_item.patient_id")
    item = serializers.CharField(source="due_item.item")
    occasion = serializers.CharField(source="due_item.occasion")
    name = serializers.CharField()
    kind = LabelledWordField(ItemKind, allow_null=True)
    status = serializers.ChoiceField(choices=DueItemStatus.choices, source="due_item.status")
    standing = StandingSerializer(allow_null=True)
    due_on = serializers.DateField(source="due_item.due_on")
    visit_on = serializers.DateField(source="due_item.visit_on")
    last_done_on = serializers.DateField(source="due_item.last_done_on", allow_null=True)
    snoozed_until = serializers.DateField(source="due_item.snoozed_until", allow_null=True)
    sample_taken_on = serializers.DateField(source="due_item.sample_taken_on", allow_null=True)
    waiting_until = serializers.DateField(source="due_item.waiting_until", allow_null=True)
    paused_until = serializers.DateField(source="due_item.paused_until", allow_null=True)
    interval_days = serializers.IntegerField(source="due_item.interval_days", allow_null=True)
    owner = serializers.IntegerField(source="due_item.owner_id", allow_null=True)
    monitored_by = WordField(MonitoredBy, source="due_item.monitored_by")
    risk_tier = WordField(RiskTier, source="due_item.risk_tier", allow_null=True)
    drug = serializers.CharField(source="due_item.drug")
    drug_name = serializers.CharField()
    rule_id = serializers.CharField(source="due_item.rule_id")
    protocol_version = serializers.CharField(source="due_item.protocol_version")
    detail = serializers.CharField(source="due_item.detail")
    done_on = serializers.DateField(source="due_item.done_on", allow_null=True)
    closed_at = serializers.DateTimeField(source="due_item.closed_at", allow_null=True)
    close_reason = serializers.CharField(source="due_item.close_reason")
    changed_at = serializers.DateTimeField(source="due_item.changed_at")


class SnoozeSerializer(PatientFactSerializer):
    """`occasion` as in the due item: empty but for items that stand side by side."""

    item = serializers.CharField(max_length=64)
    occasion = serializers.CharField(max_length=64, required=False, allow_blank=True)
    made_on = serializers.DateField(read_only=True)
    until = ClinicalDateField()
    reason = serializers.CharField(max_length=300)
