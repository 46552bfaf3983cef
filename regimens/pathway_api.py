"""Where patients stand in the pathway and what is asked about them, over the API."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from patients.clock import today_in
from patients.endpoint import RecordEndpoint
from patients.selectors import patient_for, patients_for
from patients.serializers import LookingBackSerializer
from regimens import actions
from regimens.selectors import pathway_of, questions_of, response_of
from regimens.serializers import (
    AnswerSerializer,
    ChosenAssessmentsSerializer,
    OpenQuestionSerializer,
    PathwayFindingsSerializer,
    QuestionsSerializer,
    ResponseFindingsSerializer,
)


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
