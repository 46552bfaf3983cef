"""What patients take, over the API: the same selectors and actions as the pages."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from patients.endpoint import ListedRows, titled
from patients.errors import NotFound
from patients.models import Staff
from patients.serializers import WithdrawalSerializer
from patients.withdrawable import WithdrawableFacts
from regimens import actions
from regimens.filters import CourseFilters, MilestoneFilters
from regimens.infusion_serializers import CourseInfusionPlanSerializer, CourseInfusionSerializer
from regimens.rules.guard_findings import GuardFinding
from regimens.rules.vocabulary import Route
from regimens.selectors import (
    course_for,
    courses_for,
    guard_messages,
    infusion_messages,
    infusion_plan_messages,
    milestones_for,
)
from regimens.serializers import (
    CourseSerializer,
    CourseWithdrawalSerializer,
    DoseChangeSerializer,
    GuardedCourseSerializer,
    GuardMessageSerializer,
    MilestoneSerializer,
    NeverGivenSerializer,
    NewCourseSerializer,
    OutcomeSerializer,
    ReopeningSerializer,
    StopSerializer,
    TaperPlanSerializer,
)

_DOSE_FIELDS = ("amount", "unit", "basis", "frequency", "frequency_text", "weekday")


@titled("courses, the latest started first", "a course", "With its doses, outcomes, infusions and taper plan.")
class CourseEndpoint(ListedRows):
    rows = courses_for
    serializer_class = CourseSerializer
    filterset_class = CourseFilters
    ordering = ("-start_on", "-pk")
    # What else is checked before a start, and before a higher dose of a course. The site gives it: this app knows no
    # blood test and no alert.
    screened: Callable[[Staff, int, str, date, Route], Sequence[GuardFinding]] | None = None
    screened_raise: Callable[[Staff, int], Sequence[GuardFinding]] | None = None

    @property
    def error_paths(self) -> dict[str, str]:  # type: ignore[override]  # the same words mean other places per action
        if self.action == "create":
            return {field: f"dose.{field}" for field in _DOSE_FIELDS} | {"on": "start_on", "from_on": "start_on"}
        return {"on": "from_on"} if self.action == "doses" else {}

    @extend_schema(
        summary="Start a course",
        description=(
            "The dose guard looks at it first: `guard` holds what it says. Of a stop nothing is saved without an "
            "`override_reason`; warnings and notes come with the course. A drug that asks for a baseline screen is "
            "checked for it as well, and open alerts and overdue monitoring of the patient are warnings too."
        ),
        request=NewCourseSerializer,
        responses={201: GuardedCourseSerializer},
    )
    def create(self, request: Request) -> Response:
        wanted = self.parsed(NewCourseSerializer)
        beside: Sequence[GuardFinding] = ()
        if self.screened is not None:
            route = wanted.get("route", Route.NOT_RECORDED)
            beside = self.screened(self.staff, wanted["patient_id"], wanted.get("drug", ""), wanted["on"], route)
        course = actions.start_course(by=self.staff, beside=beside, **wanted)
        return self._guarded(course, guard_messages(self.staff, course.pk))

    @extend_schema(
        summary="Record that a drug was contraindicated or declined, and never given",
        request=NeverGivenSerializer,
        responses={201: CourseSerializer},
    )
    @action(detail=False, methods=["post"], url_path="never-given", filterset_class=None, pagination_class=None)
    def never_given(self, request: Request) -> Response:
        return self._told(actions.record_never_given(by=self.staff, **self.parsed(NeverGivenSerializer)))

    @extend_schema(
        summary="Change the dose from a day on",
        description=(
            "Doses are only ever added; the course is answered, with what the dose guard says in `guard`. Of a stop "
            "nothing is saved without an `override_reason`. Where the dose goes up, or may, open alerts and overdue "
            "monitoring of the patient are warnings too. A course has one dose from a day; `replaces` names the one "
            "that this is saved over. The dose that holds already is refused."
        ),
        request=DoseChangeSerializer,
        responses={201: GuardedCourseSerializer},
    )
    @action(detail=True, methods=["post"])
    def doses(self, request: Request, pk: int) -> Response:
        wanted = self.parsed(DoseChangeSerializer)
        if_raised = self.screened_raise(self.staff, pk) if self.screened_raise is not None else ()
        dose = actions.change_dose(by=self.staff, course_id=pk, if_raised=if_raised, **wanted)
        return self._guarded(dose.course, guard_messages(self.staff, dose.course_id, dose.pk))

    @extend_schema(
        summary="Record a judgement on a course", request=OutcomeSerializer, responses={201: CourseSerializer}
    )
    @action(detail=True, methods=["post"])
    def outcomes(self, request: Request, pk: int) -> Response:
        return self._added(actions.record_outcome, OutcomeSerializer)

    @extend_schema(
        summary="Record an infusion cycle that was given",
        description="What was given is a fact, and nothing stops it: `guard` holds the warnings about it.",
        request=CourseInfusionSerializer,
        responses={201: GuardedCourseSerializer},
    )
    @action(detail=True, methods=["post"])
    def infusions(self, request: Request, pk: int) -> Response:
        row = actions.record_infusion(by=self.staff, course_id=pk, **self.parsed(CourseInfusionSerializer))
        return self._guarded(row.course, infusion_messages(self.staff, row))

    @extend_schema(
        summary="Plan the infusions of a course",
        description="A plan already there is superseded and stays in the record. `guard` holds the warnings about it.",
        request=CourseInfusionPlanSerializer,
        responses={201: GuardedCourseSerializer},
    )
    @action(detail=True, methods=["post"], url_path="infusion-plan")
    def infusion_plan(self, request: Request, pk: int) -> Response:
        row = actions.plan_infusions(by=self.staff, course_id=pk, **self.parsed(CourseInfusionPlanSerializer))
        return self._guarded(row.course, infusion_plan_messages(self.staff, row))

    @extend_schema(
        summary="Plan a corticosteroid taper",
        description="A plan already there is superseded and stays in the record.",
        request=TaperPlanSerializer,
        responses={201: CourseSerializer},
    )
    @action(detail=True, methods=["post"])
    def taper(self, request: Request, pk: int) -> Response:
        return self._added(actions.plan_taper, TaperPlanSerializer)

    @extend_schema(
        summary="Stop a course",
        description=(
            "A judgement of failure is an outcome, recorded apart. A stale `version` is answered with 409. `guard` "
            "says what to know before a corticosteroid is stopped."
        ),
        request=StopSerializer,
        responses={200: GuardedCourseSerializer},
    )
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: int) -> Response:
        course = actions.stop_course(by=self.staff, course_id=pk, **self.parsed(StopSerializer))
        return self._guarded(course, guard_messages(self.staff, pk, since=course.stop_recorded_at), status=200)

    @extend_schema(
        summary="Take back a stop that was entered in error",
        description="The course goes on as a row that takes the place of the stopped one, and has an id of its own.",
        request=ReopeningSerializer,
        responses={201: CourseSerializer},
    )
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: int) -> Response:
        return self._told(actions.reopen_course(by=self.staff, course_id=pk, **self.parsed(ReopeningSerializer)))

    @extend_schema(
        summary="Withdraw a course entered in error, with everything under it",
        description="Judgements on it go only with `with_judgements`. Nothing is deleted.",
        request=CourseWithdrawalSerializer,
        responses={204: None},
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: int) -> Response:
        course = actions.withdraw_course(by=self.staff, entry_id=pk, **self.parsed(CourseWithdrawalSerializer))
        self.changed(course.patient_id)
        return Response(status=204)

    @extend_schema(
        summary="Withdraw a dose entered in error",
        description="Not the first one: a course has a dose from its start. The course is answered.",
        request=WithdrawalSerializer,
        responses={200: CourseSerializer},
    )
    @action(detail=True, methods=["post"], url_path="doses/<int:entry_id>/withdraw")
    def withdraw_dose(self, request: Request, pk: int, entry_id: int) -> Response:
        return self._taken_back(actions.withdraw_dose, "doses")

    @extend_schema(
        summary="Withdraw a judgement entered in error",
        description="With the answer that recorded it, where it came from a question. The course is answered.",
        request=WithdrawalSerializer,
        responses={200: CourseSerializer},
    )
    @action(detail=True, methods=["post"], url_path="outcomes/<int:entry_id>/withdraw")
    def withdraw_outcome(self, request: Request, pk: int, entry_id: int) -> Response:
        return self._taken_back(actions.withdraw_outcome, "outcomes")

    def _taken_back(self, act: Callable[..., Any], rows: str) -> Response:
        course, entry_id = course_for(self.staff, self.kwargs["pk"]), self.kwargs["entry_id"]
        if all(row.pk != entry_id for row in getattr(course, rows).all()):
            raise NotFound("No such entry under this course.")
        act(by=self.staff, entry_id=entry_id, **self.parsed(WithdrawalSerializer))
        return self._told(course, status=200)

    def _added(self, act: Callable[..., Any], serializer: type) -> Response:
        row = act(by=self.staff, course_id=self.kwargs["pk"], **self.parsed(serializer))
        return self._told(row.course)

    def _guarded(self, course: Any, guard: list[dict[str, Any]], status: int = 201) -> Response:
        answer = self._told(course, status)
        answer.data = {**answer.data, "guard": GuardMessageSerializer(guard, many=True).data}
        return answer

    def _told(self, course: Any, status: int = 201) -> Response:
        self.changed(course.patient_id)
        return self.shown(course, status)


@titled("milestones, newest first", "a milestone", "Remission, remission off treatment, or relapse.")
class MilestoneEndpoint(WithdrawableFacts):
    rows = milestones_for
    record = actions.record_milestone
    withdrawal = actions.withdraw_milestone
    serializer_class = MilestoneSerializer
    filterset_class = MilestoneFilters
