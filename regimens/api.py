"""What patients take and where they stand, over the API: the same selectors and actions as the pages."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from patients.clock import today_in
from patients.endpoint import ListedRows, PatientFacts, RecordEndpoint, titled
from patients.selectors import patient_for, patients_for
from patients.serializers import AsOfSerializer
from regimens import actions
from regimens.filters import CourseFilters, InfusionFilters, MilestoneFilters
from regimens.selectors import courses_for, infusions_for, milestones_for, pathway_of
from regimens.serializers import (
    CourseInfusionSerializer,
    CourseSerializer,
    DosePeriodSerializer,
    InfusionSerializer,
    MilestoneSerializer,
    NeverGivenSerializer,
    NewCourseSerializer,
    OutcomeSerializer,
    PathwayFindingsSerializer,
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

    @property
    def error_paths(self) -> dict[str, str]:  # type: ignore[override]  # the same words mean other places per action
        if self.action == "create":
            return {field: f"dose.{field}" for field in _DOSE_FIELDS} | {"on": "start_on", "from_on": "start_on"}
        return {"on": "from_on"} if self.action == "doses" else {}

    @extend_schema(summary="Start a course", request=NewCourseSerializer, responses={201: CourseSerializer})
    def create(self, request: Request) -> Response:
        return self._told(actions.start_course(by=self.staff, **self.parsed(NewCourseSerializer)))

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
        description="Doses are only ever added; the course is answered.",
        request=DosePeriodSerializer,
        responses={201: CourseSerializer},
    )
    @action(detail=True, methods=["post"])
    def doses(self, request: Request, pk: int) -> Response:
        return self._added(actions.change_dose, DosePeriodSerializer)

    @extend_schema(
        summary="Record a judgement on a course", request=OutcomeSerializer, responses={201: CourseSerializer}
    )
    @action(detail=True, methods=["post"])
    def outcomes(self, request: Request, pk: int) -> Response:
        return self._added(actions.record_outcome, OutcomeSerializer)

    @extend_schema(
        summary="Record an infusion cycle that was given",
        request=CourseInfusionSerializer,
        responses={201: CourseSerializer},
    )
    @action(detail=True, methods=["post"])
    def infusions(self, request: Request, pk: int) -> Response:
        return self._added(actions.record_infusion, CourseInfusionSerializer)

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
        description="A judgement of failure is an outcome, recorded apart. A stale `version` is answered with 409.",
        request=StopSerializer,
        responses={200: CourseSerializer},
    )
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: int) -> Response:
        course = actions.stop_course(by=self.staff, course_id=pk, **self.parsed(StopSerializer))
        return self._told(course, status=200)

    def _added(self, act: Callable[..., Any], serializer: type) -> Response:
        row = act(by=self.staff, course_id=self.kwargs["pk"], **self.parsed(serializer))
        return self._told(row.course)

    def _told(self, course: Any, status: int = 201) -> Response:
        self.changed(course.patient_id)
        return self.shown(course, status)


@titled("infusion cycles that were given, newest first", "an infusion cycle")
class InfusionEndpoint(ListedRows):
    rows = infusions_for
    serializer_class = InfusionSerializer
    filterset_class = InfusionFilters
    ordering = ("-first_on", "-pk")


@titled("milestones, newest first", "a milestone", "Remission, remission off treatment, or relapse.")
class MilestoneEndpoint(PatientFacts):
    rows = milestones_for
    record = actions.record_milestone
    serializer_class = MilestoneSerializer
    filterset_class = MilestoneFilters


class PathwayEndpoint(RecordEndpoint):
    """Where one patient stands in the published algorithm, each finding with its reasons."""

    rows = patients_for
    serializer_class = PathwayFindingsSerializer
    query_names = frozenset({"as_of"})

    @extend_schema(
        summary="Where a patient stands in the treatment pathway, and why",
        parameters=[AsOfSerializer],
        responses=PathwayFindingsSerializer,
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        patient = patient_for(self.staff, pk)
        asked = self.asked(AsOfSerializer)
        findings = pathway_of(self.staff, patient, asked.get("as_of") or today_in(patient.clinic))
        return Response(self.get_serializer(findings).data)
