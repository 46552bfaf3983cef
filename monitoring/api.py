"""What must be looked at, over the API: the same selectors and actions as the pages."""

from datetime import date
from typing import Any

from django.utils.dateparse import parse_date
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring import actions
from monitoring.actions import NewResult
from monitoring.filters import DueItemFilters, ResultFilters, SnoozeFilters
from monitoring.models import DueItem, Result
from monitoring.models.due_item import DueItemStatus
from monitoring.selectors import (
    due_items_for,
    messages_on,
    monitoring_of,
    result_for,
    results_for,
    rows_of,
    snoozes_for,
)
from monitoring.serializers import (
    CorrectedResultSerializer,
    DueItemSerializer,
    MonitoringFindingsSerializer,
    NewResultsSerializer,
    RecordedResultsSerializer,
    ResultSerializer,
    SnoozeSerializer,
)
from patients.clock import today_in
from patients.endpoint import ListedRows, RecordEndpoint, titled
from patients.errors import Refused
from patients.selectors import patient_for, patients_for
from patients.serializers import AsOfSerializer, LookingBackSerializer
from patients.withdrawable import WithdrawableFacts


@titled("results, newest sample first", "a result")
class ResultEndpoint(WithdrawableFacts):
    rows = results_for
    withdrawal = actions.withdraw_result
    serializer_class = ResultSerializer
    filterset_class = ResultFilters
    ordering = ("-sampled_on", "-pk")

    @extend_schema(
        summary="Record the results of one sample",
        description="All are recorded, or none.",
        request=NewResultsSerializer,
        responses={201: RecordedResultsSerializer},
    )
    def create(self, request: Request) -> Response:
        sample = self.parsed(NewResultsSerializer)
        try:
            rows = actions.record_results(by=self.staff, **sample)
        except Refused as refused:
            raise _in_its_place(refused, sample["values"]) from None
        self.changed(sample["patient_id"])
        return self._recorded(rows)

    @extend_schema(
        summary="Correct a result",
        description="Another row takes its place at the same moment; the corrected one stays, with who, when and why.",
        request=CorrectedResultSerializer,
        responses={201: RecordedResultsSerializer},
    )
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: int) -> Response:
        old = result_for(self.staff, pk)
        said = CorrectedResultSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        try:
            row = actions.correct_result(
                by=self.staff, result_id=old.pk, value=said.value_of(old.analyte), **said.sample()
            )
        except Refused as refused:
            raise _at({old.analyte: "value"}, refused) from None
        self.changed(row.patient_id)
        return self._recorded([row])

    def _recorded(self, rows: list[Result]) -> Response:
        """The rows with what whoever sent them must look at: nobody was asked before they were saved."""
        said = {"results": rows, "messages": messages_on(self.staff, rows)}
        return Response(RecordedResultsSerializer(said).data, status=201)


@titled("due items, the latest due first", "a due item", "Open and closed. How late one is depends on `as_of`.")
class DueItemEndpoint(ListedRows):
    rows = due_items_for
    serializer_class = DueItemSerializer
    filterset_class = DueItemFilters
    ordering = ("-due_on", "-pk")
    query_names = frozenset({"as_of"})

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        as_of = parse_date(request.query_params.get("as_of", ""))
        shown = [_shown(row, as_of) for row in page or []]
        return self.get_paginated_response(self.get_serializer(shown, many=True).data)

    @extend_schema(parameters=[AsOfSerializer])
    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(_shown(self.get_object(), self.asked(AsOfSerializer).get("as_of"))).data)


@titled("items put off, the latest first", "that an item is put off until a day", "It never hides how late it is.")
class SnoozeEndpoint(WithdrawableFacts):
    rows = snoozes_for
    record = actions.snooze_item
    withdrawal = actions.withdraw_snooze
    serializer_class = SnoozeSerializer
    filterset_class = SnoozeFilters
    ordering = ("-made_on", "-pk")


class MonitoringEndpoint(RecordEndpoint):
    """What is due for one patient, each finding with its reasons."""

    rows = patients_for
    serializer_class = MonitoringFindingsSerializer
    query_names = frozenset({"as_of", "known_on"})

    @extend_schema(
        summary="What monitoring is due for a patient, and why",
        parameters=[LookingBackSerializer],
        responses=MonitoringFindingsSerializer,
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        patient = patient_for(self.staff, pk)
        asked = self.asked(LookingBackSerializer)
        as_of = asked.get("as_of") or today_in(patient.clinic)
        findings = monitoring_of(self.staff, patient, as_of, asked.get("known_on"))
        return Response(self.get_serializer(findings).data)


def _shown(row: DueItem, as_of: date | None) -> dict[str, Any]:
    """One item as the worklist words it, with how it stands while it is open."""
    day = as_of or today_in(row.patient.clinic)
    (listed,) = rows_of([row], day)
    standing = {
        "as_of": day,
        "status": listed.standing.status,
        "bucket": listed.bucket,
        "days_overdue": listed.standing.days_overdue,
        "over_an_interval": listed.over_an_interval,
    }
    return {
        "due_item": row,
        "name": listed.name,
        "kind": listed.kind,
        "drug_name": listed.drug_name,
        "standing": standing if row.status == DueItemStatus.OPEN else None,
    }


def _in_its_place(refused: Refused, values: list[NewResult]) -> Refused:
    """The action names the analyte that it refuses; the request has it in a list."""
    return _at({value.analyte: f"results.{index}" for index, value in reversed(list(enumerate(values)))}, refused)


def _at(places: dict[str, str], refused: Refused) -> Refused:
    errors = {places.get(field, field): messages for field, messages in refused.errors.items()}
    return Refused(refused.message, next(iter(errors)), errors)
