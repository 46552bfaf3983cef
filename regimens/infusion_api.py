"""Infusions given and planned, over the API. They are recorded at their course (api.py)."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from patients.endpoint import ListedRows, titled
from patients.serializers import WithdrawalSerializer
from regimens import actions
from regimens.filters import InfusionFilters, InfusionPlanFilters
from regimens.infusion_serializers import InfusionPlanSerializer, InfusionSerializer
from regimens.selectors import infusion_plans_for, infusions_for


@titled("infusion cycles that were given, newest first", "an infusion cycle")
class InfusionEndpoint(ListedRows):
    rows = infusions_for
    serializer_class = InfusionSerializer
    filterset_class = InfusionFilters
    ordering = ("-first_on", "-pk")

    @extend_schema(
        summary="Withdraw an infusion cycle entered in error", request=WithdrawalSerializer, responses={204: None}
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: int) -> Response:
        row = actions.withdraw_infusion(by=self.staff, entry_id=pk, **self.parsed(WithdrawalSerializer))
        self.changed(row.course.patient_id)
        return Response(status=204)


@titled("infusion plans, the latest made first", "an infusion plan", "One for a course: the present one.")
class InfusionPlanEndpoint(ListedRows):
    rows = infusion_plans_for
    serializer_class = InfusionPlanSerializer
    filterset_class = InfusionPlanFilters
    ordering = ("-recorded_at", "-pk")

    @extend_schema(
        summary="Withdraw an infusion plan entered in error", request=WithdrawalSerializer, responses={204: None}
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: int) -> Response:
        row = actions.withdraw_infusion_plan(by=self.staff, entry_id=pk, **self.parsed(WithdrawalSerializer))
        self.changed(row.course.patient_id)
        return Response(status=204)
