"""Decisions at taper checkpoints, over the API: the same selector and actions as the page."""

from collections.abc import Callable, Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from patients.endpoint import ListedRows, titled
from patients.fields import ClinicalDateField, IdField, QuantityField, WordField
from patients.models import Staff
from patients.serializers import EntrySerializer, WithdrawalSerializer
from regimens import actions
from regimens.filters import TaperDecisionFilters
from regimens.rules.guard_findings import GuardFinding
from regimens.rules.vocabulary import TaperChoice, Trend
from regimens.selectors import guard_messages, taper_decisions_for
from regimens.serializers import GuardMessageSerializer, OverrideReasonField


class TaperDecisionSerializer(EntrySerializer):
    """What was decided at a checkpoint, about the planned step of `planned_on` (null: no step was planned).

    `plan` is the taper plan that came of it, when the decision moved the plan.
    """

    course = IdField(source="course_id")
    patient = serializers.IntegerField(source="course.patient_id", read_only=True)
    on = ClinicalDateField()
    planned_on = ClinicalDateField(required=False, allow_null=True)
    choice = WordField(TaperChoice)
    milligrams_per_day = QuantityField(
        max_digits=6, decimal_places=2, required=False, allow_null=True, min_value=0, help_text="mg a day, decided."
    )
    strength = WordField(Trend, required=False)
    muscle_enzyme = WordField(Trend, required=False)
    symptoms = WordField(Trend, required=False)
    reason = serializers.CharField(
        max_length=500, required=False, allow_blank=True, help_text="Needed to hold and to raise."
    )
    next_check_on = ClinicalDateField(required=False, allow_null=True, help_text="Needed to hold and to raise.")
    plan = serializers.IntegerField(source="plan_id", read_only=True, allow_null=True)


class NewTaperDecisionSerializer(TaperDecisionSerializer):
    """A decision to record. `version` is that of the course as you read it; left out, nothing is compared."""

    version = serializers.IntegerField(min_value=1, required=False)
    override_reason = OverrideReasonField()


class GuardedTaperDecisionSerializer(TaperDecisionSerializer):
    """The decision, with what the dose guard said of the dose that it recorded."""

    guard = GuardMessageSerializer(many=True, read_only=True)


@titled("decisions at taper checkpoints, newest first", "a taper decision")
class TaperDecisionEndpoint(ListedRows):
    rows = taper_decisions_for
    serializer_class = TaperDecisionSerializer
    filterset_class = TaperDecisionFilters
    ordering = ("-on", "-pk")
    # What else speaks against a higher dose of a course; the site gives it, as for `CourseEndpoint`.
    screened_raise: Callable[[Staff, int], Sequence[GuardFinding]] | None = None

    @extend_schema(
        summary="Decide at a taper checkpoint: cut as planned, hold, or raise",
        description=(
            "To cut records the dose of the step where its day has come, and to raise the new dose; both pass the dose "
            "guard, whose messages come in `guard`, open alerts and overdue monitoring against a raise among them. To "
            "hold moves the step to `next_check_on`, and all later ones with it. To raise drops what lies ahead of the "
            "plan. A plan that changed since is answered with what it has now, a stale `version` with 409."
        ),
        request=NewTaperDecisionSerializer,
        responses={201: GuardedTaperDecisionSerializer},
    )
    def create(self, request: Request) -> Response:
        wanted = self.parsed(NewTaperDecisionSerializer)
        if_raised = self.screened_raise(self.staff, wanted["course_id"]) if self.screened_raise is not None else ()
        row = actions.decide_taper(by=self.staff, if_raised=if_raised, **wanted)
        self.changed(row.course.patient_id)
        answer = self.shown(row)
        said = guard_messages(self.staff, row.course_id, since=row.recorded_at)
        answer.data = {**answer.data, "guard": GuardMessageSerializer(said, many=True).data}
        return answer

    @extend_schema(
        summary="Withdraw a taper decision entered in error",
        description=(
            "With what it changed: its dose goes, and the plan before it is in force again. Refused while a later "
            "decision or plan, or the stop that it recorded, rests on it."
        ),
        request=WithdrawalSerializer,
        responses={204: None},
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: int) -> Response:
        row: Any = actions.withdraw_taper_decision(by=self.staff, entry_id=pk, **self.parsed(WithdrawalSerializer))
        self.changed(row.course.patient_id)
        return Response(status=204)
