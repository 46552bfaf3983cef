"""Alerts over the API: the same list, the same steps and the same rights as the pages."""

from typing import Any

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring import actions
from monitoring.rules.vocabulary import AlertAction, AlertGrade, AlertLevel, AlertStatus, AlertStepKind
from monitoring.selectors.alerts import alerts_with_steps
from patients.endpoint import ListedRows, titled
from patients.fields import ClinicalDateField, IdField, StrictSerializer, WordField
from patients.filters import IdFilter, OfPatient, from_and_to
from patients.rules.reasons import RuleKind


class AlertStepSerializer(serializers.Serializer[Any]):
    """One step of an alert's life; `by` is null for the software."""

    kind = WordField(AlertStepKind)
    level = WordField(AlertLevel)
    at = serializers.DateTimeField()
    by = serializers.IntegerField(source="by_id", allow_null=True)
    action = WordField(AlertAction, allow_null=True)
    note = serializers.CharField()


class AlertSerializer(serializers.Serializer[Any]):
    """One alert. Sentence, advice and source are as they were when it was raised."""

    id = serializers.IntegerField()
    patient = serializers.IntegerField(source="patient_id")
    result = serializers.IntegerField(source="result_id", allow_null=True)
    subject = serializers.CharField()
    rule_id = serializers.CharField()
    grade = WordField(AlertGrade)
    on = serializers.DateField()
    text = serializers.CharField()
    caveats = serializers.ListField(child=serializers.CharField())
    advice = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # a column of that name
    source_kind = WordField(RuleKind, allow_null=True)
    protocol_version = serializers.CharField()
    status = WordField(AlertStatus)
    level = WordField(AlertLevel)
    level_since = serializers.DateTimeField()
    opened_at = serializers.DateTimeField()
    action = WordField(AlertAction, allow_null=True)
    repeat_on = serializers.DateField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    steps = AlertStepSerializer(many=True)


class AlertSeenSerializer(StrictSerializer):
    """`version` as it was read; a stale one is answered with 409."""

    version = IdField()


class AlertDecisionSerializer(AlertSeenSerializer):
    """What was decided. `note` is needed but for `continue`; `repeat_on` belongs to `repeat`."""

    action = WordField(AlertAction)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)
    repeat_on = ClinicalDateField(required=False, allow_null=True)


class AlertReasonSerializer(AlertSeenSerializer):
    """Why nothing more is to be done, or why it is opened again."""

    reason = serializers.CharField(max_length=500)


class AlertFilterSet(OfPatient):
    clinic = IdFilter(field_name="patient__clinic")
    status = filters.ChoiceFilter(choices=AlertStatus.choices())
    grade = filters.ChoiceFilter(choices=AlertGrade.choices())
    level = filters.ChoiceFilter(choices=AlertLevel.choices())
    analyte = filters.CharFilter(field_name="result__analyte")
    on_from, on_to = from_and_to("on")


@titled(
    "alerts, the most urgent first",
    "an alert",
    "Those that are not closed by their grade and then by age, the closed ones after them. Each with its steps.",
)
class AlertEndpoint(ListedRows):
    rows = alerts_with_steps
    serializer_class = AlertSerializer
    filterset_class = AlertFilterSet
    ordering = ("pressing", "opened_at", "pk")

    @extend_schema(
        summary="Acknowledge an alert",
        description="It no longer climbs; without a decision it comes back.",
        request=AlertSeenSerializer,
        responses={200: AlertSerializer},
    )
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: int) -> Response:
        return self._stepped(actions.acknowledge_alert, AlertSeenSerializer, pk)

    @extend_schema(
        summary="Record what was decided about an alert",
        description="The drugs themselves are changed at their courses.",
        request=AlertDecisionSerializer,
        responses={200: AlertSerializer},
    )
    @action(detail=True, methods=["post"])
    def act(self, request: Request, pk: int) -> Response:
        return self._stepped(actions.act_on_alert, AlertDecisionSerializer, pk)

    @extend_schema(summary="Close an alert", request=AlertReasonSerializer, responses={200: AlertSerializer})
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: int) -> Response:
        return self._stepped(actions.close_alert, AlertReasonSerializer, pk)

    @extend_schema(summary="Open a closed alert again", request=AlertReasonSerializer, responses={200: AlertSerializer})
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: int) -> Response:
        return self._stepped(actions.reopen_alert, AlertReasonSerializer, pk)

    def _stepped(self, act: Any, serializer: type[StrictSerializer], pk: int) -> Response:
        row = act(by=self.staff, alert_id=pk, **self.parsed(serializer))
        self.changed(row.patient_id)
        return self.shown(row, status=200)
