"""Decisions about one patient's monitoring over the API: the same selectors and actions as the pages."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring import actions
from monitoring.plan_filters import DrugFilters, RiskFilters, TargetRangeFilters
from monitoring.plan_serializers import (
    EndIntervalSerializer,
    IntervalOverrideSerializer,
    PauseSerializer,
    ResumeSerializer,
    RiskAssessmentSerializer,
    SharedCareSerializer,
    TargetRangeSerializer,
)
from monitoring.selectors import (
    interval_overrides_for,
    pauses_for,
    risk_assessments_for,
    shared_care_for,
    target_ranges_for,
)
from patients.endpoint import titled
from patients.withdrawable import WithdrawableFacts


@titled("risk assessments, the latest first", "how likely the drugs are to harm")
class RiskAssessmentEndpoint(WithdrawableFacts):
    rows = risk_assessments_for
    record = actions.assess_risk
    withdrawal = actions.withdraw_risk_assessment
    serializer_class = RiskAssessmentSerializer
    filterset_class = RiskFilters


@titled("other intervals than the schedule's, the latest begun first", "another interval", "Also those that are over.")
class IntervalOverrideEndpoint(WithdrawableFacts):
    rows = interval_overrides_for
    record = actions.override_interval
    withdrawal = actions.withdraw_interval_override
    serializer_class = IntervalOverrideSerializer
    filterset_class = DrugFilters
    ordering = ("-from_on", "-pk")

    @extend_schema(
        summary="Go back to the schedule's interval",
        description="From today on. The interval is listed in its place with `until` today.",
        request=EndIntervalSerializer,
        responses={201: IntervalOverrideSerializer},
    )
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: int) -> Response:
        row = actions.end_interval(by=self.staff, override_id=pk, **self.parsed(EndIntervalSerializer))
        self.changed(row.patient_id)
        return self.shown(row)


@titled("who looks after the tests of which drug, the latest begun first", "who looks after the tests of a drug")
class SharedCareEndpoint(WithdrawableFacts):
    rows = shared_care_for
    record = actions.share_care
    withdrawal = actions.withdraw_shared_care
    serializer_class = SharedCareSerializer
    filterset_class = DrugFilters
    ordering = ("-from_on", "-pk")


@titled("pauses, the latest begun first", "a pause", "Also those that are over.")
class PauseEndpoint(WithdrawableFacts):
    rows = pauses_for
    record = actions.pause_monitoring
    withdrawal = actions.withdraw_pause
    serializer_class = PauseSerializer
    filterset_class = DrugFilters
    ordering = ("-from_on", "-pk")

    @extend_schema(
        summary="Take monitoring up again before the pause ends",
        description="The pause is listed in its place with the day and the reason.",
        request=ResumeSerializer,
        responses={201: PauseSerializer},
    )
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: int) -> Response:
        row = actions.resume_monitoring(by=self.staff, pause_id=pk, **self.parsed(ResumeSerializer))
        self.changed(row.patient_id)
        return self.shown(row)


@titled("target ranges of drug levels, the latest begun first", "the target range of a drug level")
class TargetRangeEndpoint(WithdrawableFacts):
    rows = target_ranges_for
    record = actions.set_target_range
    withdrawal = actions.withdraw_target_range
    serializer_class = TargetRangeSerializer
    filterset_class = TargetRangeFilters
    ordering = ("-from_on", "-pk")
