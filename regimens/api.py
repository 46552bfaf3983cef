"""What patients take and where they stand, over the API: the same selectors and actions as the pages."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from patients.clock import today_in
from patients.endpoint import ListedRows, RecordEndpoint, titled
from patients.errors import NotFound
from patients.models import Staff
from patients.selectors import patient_for, patients_for
from patients.serializers import LookingBackSerializer, WithdrawalSerializer
from patients.withdrawable import WithdrawableFacts
from regimens import actions
from regimens.filters import CourseFilters, InfusionFilters, InfusionPlanFilters, MilestoneFilters
from regimens.infusion_serializers import (
    CourseInfusionPlanSerializer,
    CourseInfusionSerializer,
    InfusionPlanSerializer,
    InfusionSerializer,
)
from regimens.rules.guard_findings import GuardFinding
from regimens.rules.vocabulary import Route
from regimens.selectors import (
    course_for,
    courses_for,
    guard_messages,
    infusion_messages,
    infusion_plan_messages,
    infusion_plans_for,
    infusions_for,
    milestones_for,
    pathway_of,
    questions_of,
    response_of,
)
from regimens.serializers import (
    AnswerSerializer,
    ChosenAssessmentsSerializer,
    CourseSerializer,
    CourseWithdrawalSerializer,
    DoseChangeSerializer,
    GuardedCourseSerializer,
    GuardMessageSerializer,
    MilestoneSerializer,
    NeverGivenSerializer,
    NewCourseSerializer,
    OpenQuestionSerializer,
    OutcomeSerializer,
    PathwayFindingsSerializer,
    QuestionsSerializer,
    ReopeningSerializer,
    ResponseFindingsSerializer,
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
    # What else is checked before a start. The site gives it: this app knows no blood test.
    screened: Callable[[Staff, int, str, date, Route], Sequence[GuardFinding]] | None = None

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
            "checked for it as well."
        ),
        request=NewCourseSerializer,
        responses={201: GuardedCourseSerializer},
    )
    def create(self, request: Request) -> Response:
        wanted = self.parsed(NewCourseSerializer)
        beside: Sequence[GuardFinding] = ()
        if self.screened is not None and wanted.get("drug"):
            route = wanted.get("route", Route.NOT_RECORDED)
            beside = self.screened(self.staff, wanted["patient_id"], wanted["drug"], wanted["on"], route)
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
            "nothing is saved without an `override_reason`."
        ),
        request=DoseChangeSerializer,
        responses={201: GuardedCourseSerializer},
    )
    @action(detail=True, methods=["post"])
    def doses(self, request: Request, pk: int) -> Response:
        dose = actions.change_dose(by=self.staff, course_id=pk, **self.parsed(DoseChangeSerializer))
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


@titled("milestones, newest first", "a milestone", "Remission, remission off treatment, or relapse.")
class MilestoneEndpoint(WithdrawableFacts):
    rows = milestones_for
    record = actions.record_milestone
    withdrawal = actions.withdraw_milestone
    serializer_class = MilestoneSerializer
    filterset_class = MilestoneFilters


class PathwayEndpoint(RecordEndpoint):
    """Where one patient stands in the published algorithm, each finding with its reasons."""

    rows = patients_for
    serializer_class = PathwayFindingsSerializer
    query_names = frozenset({"as_of", "known_on"})

    @extend_schema(
        summary="Where a patient stands in the treatment pathway, and why",
        parameters=[LookingBackSerializer],
        responses=PathwayFindingsSerializer,
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        patient = patient_for(self.staff, pk)
        asked = self.asked(LookingBackSerializer)
        as_of = asked.get("as_of") or today_in(patient.clinic)
        findings = pathway_of(self.staff, patient, as_of, asked.get("known_on"))
        return Response(self.get_serializer(findings).data)


class ResponseEndpoint(RecordEndpoint):
    """How far one patient's disease has improved: over each course and line, and between two assessments."""

    rows = patients_for
    serializer_class = ResponseFindingsSerializer
    query_names = frozenset({"as_of", "known_on", "baseline", "follow_up"})

    @extend_schema(
        summary="How far a patient has improved over each course and line, and why",
        description="Scores are Total Improvement Scores (2016 ACR/EULAR). The IMACS definitions of improvement and of "
        "deterioration are kept apart from them. A chosen assessment that is not there is named in `not_found`.",
        parameters=[ChosenAssessmentsSerializer],
        responses=ResponseFindingsSerializer,
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        patient = patient_for(self.staff, pk)
        asked = self.asked(ChosenAssessmentsSerializer)
        findings = response_of(
            self.staff,
            patient,
            asked.get("as_of") or today_in(patient.clinic),
            asked.get("known_on"),
            baseline=str(asked.get("baseline", "")),
            follow_up=str(asked.get("follow_up", "")),
        )
        return Response(self.get_serializer(findings).data)


class QuestionsEndpoint(RecordEndpoint):
    """What the software asks of one patient, what was answered, and answering."""

    rows = patients_for
    serializer_class = QuestionsSerializer
    query_names = frozenset({"as_of", "known_on"})
    error_paths: ClassVar[dict[str, str]] = {"note": "reason", "reaction": "outcome.reaction"}

    @extend_schema(
        summary="What the software asks about a patient, and what was answered",
        description="Only a clinician answers. `fingerprint` stands for the question with the facts it rests on.",
        parameters=[LookingBackSerializer],
        responses=QuestionsSerializer,
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        patient = patient_for(self.staff, pk)
        asked = self.asked(LookingBackSerializer)
        as_of = asked.get("as_of") or today_in(patient.clinic)
        return Response(self.get_serializer(questions_of(self.staff, patient, as_of, asked.get("known_on"))).data)

    @extend_schema(
        summary="Accept, put off or reject a question",
        description="Accepting records the outcome or milestone that belongs to it, in the same step. A `fingerprint` "
        "that is not the present one is answered with 409 and the question as it stands now. The answer is the "
        "questions as they stand afterwards.",
        request=AnswerSerializer,
        responses={201: QuestionsSerializer},
    )
    def answer(self, request: Request, pk: int) -> Response:
        try:
            review = actions.answer_prompt(by=self.staff, patient_id=pk, **self.parsed(AnswerSerializer))
        except actions.StaleQuestion as stale:
            stale.shown = None if stale.question is None else dict(OpenQuestionSerializer(stale.question).data)
            raise
        self.changed(pk)
        patient = patient_for(self.staff, review.patient_id)
        questions = questions_of(self.staff, patient, today_in(patient.clinic))
        return Response(self.get_serializer(questions).data, status=201)
